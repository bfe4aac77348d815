// The bounds of the control interface. What happens at a bound is said with it.

export interface ControlLimits {
  /** Connections at once; more are closed at once. */
  readonly connections: number;
  /** Bytes of a request's body: then 413. */
  readonly bodyBytes: number;
  /** Bytes of a request's first line and headers: then 431. */
  readonly headerBytes: number;
  /** Milliseconds for the headers, and for the whole request: then 408 and the connection is closed. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** Milliseconds without a byte either way, streams of packets aside: then the connection is closed. */
  readonly idleTimeout: number;
  /** Streams of packets at once: then 503. */
  readonly subscribers: number;
  /** Bytes that wait for the reader of a stream: then lines are dropped, and how many is told. */
  readonly waitingBytes: number;
  /** Milliseconds between comments in a stream, by which both sides see that the other one lives. */
  readonly heartbeat: number;
}

export const CONTROL_LIMITS: ControlLimits = {
  connections: 64,
  bodyBytes: 64 * 1024,
  headerBytes: 8 * 1024,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  idleTimeout: 30_000,
  subscribers: 8,
  waitingBytes: 1024 * 1024,
  heartbeat: 15_000,
};
