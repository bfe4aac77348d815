// The one currency between byte layers: TCP, WebSocket, TLS, plain are all stages Chunk -> Chunk, and the live proxy
// feeds the same stages.

/** Endpoint 0 or 1 of a connection; as a direction: what that endpoint sends. */
export type Side = 0 | 1;

export interface DataChunk {
  readonly kind: 'data';
  /** A view into the captured packet where possible, valid until the next push to the pipeline. */
  readonly bytes: Uint8Array;
  /** Nanoseconds since the source's epoch: when the last byte was captured. */
  readonly time: number;
  /** Capture frame number that carried the bytes. */
  readonly origin: number;
}

/**
 * Why bytes are missing: not captured (lost, cut off, sent before the capture began), or there and of no use to the layer that
 * they are for, since it lacks the secret or they fail authentication, or it can make nothing of them.
 */
export type GapReason = 'lost' | 'cut' | 'mid-stream' | 'undecrypted' | 'unreadable';

/** Bytes that were sent and not seen. length is absent when it cannot be known. */
export interface GapChunk {
  readonly kind: 'gap';
  readonly length?: number;
  readonly time: number;
  /** The capture frame at which the gap was noticed. */
  readonly origin: number;
  readonly reason: GapReason;
}

export type Chunk = DataChunk | GapChunk;

/** When something was seen. */
export interface Moment {
  readonly time: number;
  readonly origin: number;
}

/** The order of the capture, for sorting. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.time - b.time || a.origin - b.origin;
}
