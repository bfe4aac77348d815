// How a connection ended, as far as the capture tells.

export interface Closed {
  /** Who ended it; undefined when the capture or our knowledge of it ended. */
  readonly by: 'client' | 'server' | undefined;
  /** end: the capture ended and the connection was open; lost: no longer followed. */
  readonly how: 'fin' | 'rst' | 'reused' | 'lost' | 'end';
  readonly time: number;
  readonly captureFrame: number;
}
