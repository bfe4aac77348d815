// A growing byte writer. Room is left in front, so that a fixed header whose length is known only at the end is
// written before the body without moving it.

const HEADROOM = 8;

export class Sink {
  private buffer = new Uint8Array(256);
  private start = HEADROOM;
  /** Where the next byte goes. */
  at = HEADROOM;
  /** What was left out at the end of a packet: nothing can follow it. */
  ended: string | undefined = undefined;

  private room(count: number): void {
    if (this.at + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.at + count));
    grown.set(this.buffer);
    this.buffer = grown;
  }

  u8(value: number): void {
    this.room(1);
    this.buffer[this.at++] = value;
  }

  /** Big-endian, `width` bytes. */
  uint(value: number, width: number): void {
    this.room(width);
    for (let shift = width - 1; shift >= 0; shift--) this.buffer[this.at++] = Math.floor(value / 256 ** shift) & 0xff;
  }

  bytes(value: Uint8Array): void {
    this.room(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
  }

  /** Inserts bytes at an earlier position; what follows moves up. */
  insert(position: number, value: Uint8Array): void {
    this.room(value.length);
    this.buffer.copyWithin(position + value.length, position, this.at);
    this.buffer.set(value, position);
    this.at += value.length;
  }

  /** Puts bytes in front of everything written; at most HEADROOM of them in all. */
  prepend(value: Uint8Array): void {
    this.start -= value.length;
    if (this.start < 0) throw new RangeError(`a header of more than ${HEADROOM} bytes`);
    this.buffer.set(value, this.start);
  }

  get length(): number {
    return this.at - this.start;
  }

  take(): Uint8Array {
    return this.buffer.slice(this.start, this.at);
  }
}
