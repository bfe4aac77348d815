// Handshake messages of one direction out of its records (RFC 8446, 4 and 5.1): one record holds several, or a part of
// one. A message longer than the limit is stepped over and reported without its body. After a loss it begins anew.

import { copyOf } from '../../bytes/copy.js';

export interface Message {
  readonly type: number;
  /** With its header of four bytes; of one that is too long, only the header. May be a view of the record. */
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
  readonly complete: boolean;
}

const HEADER = 4;

export class HandshakeReader {
  #held: Uint8Array = new Uint8Array(0);
  #skip = 0;

  constructor(private readonly maxBytes: number) {}

  push(record: Uint8Array): Message[] {
    const skipped = Math.min(this.#skip, record.length);
    this.#skip -= skipped;
    let bytes = record.subarray(skipped);
    if (this.#held.length > 0) {
      const joined = new Uint8Array(this.#held.length + bytes.length);
      joined.set(this.#held);
      joined.set(bytes, this.#held.length);
      bytes = joined;
    }
    const messages: Message[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = HEADER + bytes[at + 1]! * 65536 + bytes[at + 2]! * 256 + bytes[at + 3]!;
      const complete = length <= this.maxBytes;
      if (complete && at + length > bytes.length) break;
      const end = complete ? at + length : at + HEADER;
      const message = bytes.subarray(at, end);
      messages.push({ type: bytes[at]!, bytes: message, body: message.subarray(HEADER), complete });
      at = Math.min(at + length, bytes.length);
      if (!complete) this.#skip = length - HEADER - (at - end);
    }
    this.#held = copyOf(bytes, at);
    return messages;
  }

  lost(): void {
    this.#held = new Uint8Array(0);
    this.#skip = 0;
  }
}
