// How a connection ended, as far as the capture tells. A connection whose other side never answered the FIN (a device that
// lost its power) was closed all the same: `by` is who began, not who came last.

export interface Closing {
  readonly by: 'client' | 'server';
  /** websocket: a Close frame, before any FIN. */
  readonly how: 'fin' | 'rst' | 'websocket';
  readonly time: number;
}

export interface Closed {
  /** Who began to close it; undefined when nobody was seen to. */
  readonly by: 'client' | 'server' | undefined;
  /** end: the capture ended and the connection was open; lost: no longer followed. */
  readonly how: 'fin' | 'rst' | 'reused' | 'lost' | 'end';
  /** When it was over, or the capture. */
  readonly time: number;
  readonly captureFrame: number;
  /** When that side began (ns): its FIN, RST or WebSocket Close; without one the same as `time`. */
  readonly began: number;
  /** The other side closed too, or an RST ended both. */
  readonly complete: boolean;
  /** Both sides sent a FIN: each was there to the end. */
  readonly mutual: boolean;
}
