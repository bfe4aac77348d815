// Handshake messages of one direction out of its records (RFC 8446, 4 and 5.1): one record holds several, or a part of
// one. A message longer than the limit is stepped over and reported without its body. After a loss it begins anew.

export interface Message {
  readonly type: number;
  /** With its header of four bytes; of one that is too long, only the header. A view, valid until the next push. */
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
  readonly complete: boolean;
}

const HEADER = 4;

export class HandshakeReader {
  /** The beginning of a message; grows by doubling, so that many small records cost no more than one. */
  #held: Uint8Array = new Uint8Array(0);
  #length = 0;
  /** Bytes left of a message that is stepped over. */
  #skip = 0;

  constructor(private readonly maxBytes: number) {}

  push(record: Uint8Array): Message[] {
    const skipped = Math.min(this.#skip, record.length);
    this.#skip -= skipped;
    const rest = record.subarray(skipped);
    if (this.#length === 0) return this.#read(rest);
    this.#hold(rest);
    const bytes = this.#held.subarray(0, this.#length);
    if (bytes.length < HEADER || bytes.length < Math.min(totalLength(bytes, 0), this.maxBytes)) return [];
    this.lost();
    return this.#read(bytes);
  }

  #read(bytes: Uint8Array): Message[] {
    const messages: Message[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = totalLength(bytes, at);
      const complete = length <= this.maxBytes;
      if (complete && at + length > bytes.length) break;
      const message = bytes.subarray(at, complete ? at + length : at + HEADER);
      messages.push({ type: bytes[at]!, bytes: message, body: message.subarray(HEADER), complete });
      if (at + length > bytes.length) this.#skip = at + length - bytes.length;
      at = Math.min(at + length, bytes.length);
    }
    this.#hold(bytes.subarray(at));
    return messages;
  }

  #hold(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#held.length));
      grown.set(this.#held.subarray(0, this.#length));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#length);
    this.#length = length;
  }

  lost(): void {
    this.#held = new Uint8Array(0);
    this.#length = 0;
    this.#skip = 0;
  }
}

function totalLength(bytes: Uint8Array, at: number): number {
  return HEADER + bytes[at + 1]! * 65536 + bytes[at + 2]! * 256 + bytes[at + 3]!;
}
