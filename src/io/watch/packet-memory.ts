// Memory in which packets are made, many in one piece, each from a place that words of four bytes can be read at: so a
// checksum is the sum of words. Nothing is used twice: a packet stays as it is for as long as somebody holds it, and with
// it its piece. Whoever keeps packets long copies them.

/** Bytes of one piece. */
const PIECE = 256 * 1024;

export class PacketMemory {
  /** The piece in use, in three widths. */
  bytes = new Uint8Array(0);
  halves = new Uint16Array(0);
  words = new Uint32Array(0);
  private next = 0;

  /** Where a packet of that many bytes may stand in the piece: a multiple of four, zeros behind it up to the next. */
  take(length: number): number {
    const whole = (length + 3) & ~3;
    if (this.next + whole > this.bytes.length) this.begin(Math.max(PIECE, whole));
    const at = this.next;
    this.next += whole;
    if (whole > 0) this.words[(this.next >> 2) - 1] = 0;
    return at;
  }

  private begin(length: number): void {
    // What it held before is written over or never looked at.
    const { buffer } = Buffer.allocUnsafeSlow(length);
    this.bytes = new Uint8Array(buffer);
    this.halves = new Uint16Array(buffer);
    this.words = new Uint32Array(buffer);
    this.next = 0;
  }
}
