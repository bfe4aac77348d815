// The bounds of reading WebSocket and what they default to. Every one of them is an option; what happens at each bound is
// said here.

export interface WebSocketOptions {
  /** An upgrade request or response with a longer header is not read as one: the direction has lost sync. */
  readonly maxHeaderBytes: number;
  /** A frame that says it is longer is a broken frame: the direction has lost sync. */
  readonly maxFrameBytes: number;
  /** A compressed message is held until its end: beyond this, compressed or inflated, it is lost. Others are not held. */
  readonly maxMessageBytes: number;
  /** What a direction may inflate to: this many bytes, and maxInflateRatio more for each compressed byte. */
  readonly inflateAllowance: number;
  readonly maxInflateRatio: number;
}

export const WEBSOCKET_DEFAULTS: WebSocketOptions = {
  maxHeaderBytes: 16 << 10,
  maxFrameBytes: 1 << 30,
  maxMessageBytes: 16 << 20,
  inflateAllowance: 64 << 20,
  maxInflateRatio: 100,
};
