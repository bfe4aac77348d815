// The bounds of the broker's edge: what the core cannot see, since it knows no sockets. What happens at a bound is said
// with it.

export interface EdgeLimits {
  /** Bytes that wait for one client before it counts as congested: then the core sends it no QoS 0 and holds the rest back. */
  readonly highMark: number;
  /** Bytes that wait for all clients; beyond, each counts as congested from 16 KiB on. */
  readonly waitingBytes: number;
  /** Bytes that wait for one client before nothing more is read from it: answers to what it asks are all that can come. */
  readonly stopMark: number;
  /** Bytes of changes that are not safe in the store, and of what waits for that, before nothing more is read from who sends. */
  readonly heldBytes: number;
  /** Milliseconds for what was sent last, and for the client to close, before a connection is cut. */
  readonly closeTimeout: number;
  /** Milliseconds for the TLS handshake and for the request of a WebSocket; then the connection is cut. */
  readonly handshakeTimeout: number;
  /** New connections a second on one listener; more are cut at once. 0: no bound. */
  readonly acceptRate: number;
}

export const EDGE_LIMITS: EdgeLimits = {
  highMark: 256 * 1024,
  waitingBytes: 256 * 1024 * 1024,
  stopMark: 1024 * 1024,
  heldBytes: 64 * 1024 * 1024,
  closeTimeout: 2000,
  handshakeTimeout: 10_000,
  acceptRate: 0,
};
