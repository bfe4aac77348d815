// Bytes of one side into whole packets. A packet that is too large, or whose length cannot be read, ends it: `fault` says
// why, and nothing more comes out.

import { ENDLESS, lengthAt, Partial } from '../codec/partial.js';

export class BridgeFrames {
  fault: string | undefined = undefined;
  private partial: Partial | undefined = undefined;

  constructor(private readonly maximumPacketSize: number) {}

  /** Calls `take` for each, valid during that call. `take` says whether to go on. */
  push(received: Uint8Array, take: (frame: Uint8Array) => boolean): void {
    let bytes = received;
    if (this.partial !== undefined) {
      this.partial.add(received);
      const length = lengthAt(this.partial.bytes, 0);
      if (length >= 0 && length > this.partial.length && length <= this.maximumPacketSize) return;
      bytes = this.partial.bytes;
      this.partial = undefined;
    }
    let at = 0;
    while (at < bytes.length) {
      const length = lengthAt(bytes, at);
      if (length === ENDLESS) this.fault = 'a Remaining Length that goes on after its fourth byte';
      else if (length > this.maximumPacketSize) this.fault = `a packet of ${length} bytes`;
      if (this.fault !== undefined) return;
      if (length < 0 || at + length > bytes.length) break;
      if (!take(bytes.subarray(at, at + length))) return;
      at += length;
    }
    if (at < bytes.length) this.partial = new Partial(bytes.subarray(at));
  }
}
