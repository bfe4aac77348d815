// Reading position over bytes with a limit. Nothing here throws or reads past the limit: a read that does not fit
// leaves the position, sets `failed` and yields 0. The caller looks at `failed` once, after a run of reads.

/** A Variable Byte Integer (2.2.3; 5.0: 1.5.5) that goes on after its fourth byte has no value. */
export const VARIABLE_BYTE_INTEGER_MAX = 268_435_455;

export class Cursor {
  bytes: Uint8Array;
  at: number;
  /** First offset that may not be read. */
  end: number;
  failed = false;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    if (this.at >= this.end) return this.fail();
    return this.bytes[this.at++]!;
  }

  u16(): number {
    if (this.at + 2 > this.end) return this.fail();
    const value = this.bytes[this.at]! * 256 + this.bytes[this.at + 1]!;
    this.at += 2;
    return value;
  }

  u32(): number {
    if (this.at + 4 > this.end) return this.fail();
    const { bytes, at } = this;
    this.at += 4;
    return bytes[at]! * 0x1000000 + bytes[at + 1]! * 0x10000 + bytes[at + 2]! * 0x100 + bytes[at + 3]!;
  }

  /** Fails both when it is cut (position at the end then) and when a fourth byte says that it goes on. */
  variableByteInteger(): number {
    const { bytes } = this;
    let value = 0;
    let unit = 1;
    for (let at = this.at; at < this.end && at < this.at + 4; at++) {
      const byte = bytes[at]!;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) {
        this.at = at + 1;
        return value;
      }
      unit *= 128;
    }
    return this.fail();
  }

  protected fail(): number {
    this.failed = true;
    return 0;
  }
}

/** Bytes that a Variable Byte Integer needs at least. */
export function variableByteIntegerWidth(value: number): 1 | 2 | 3 | 4 {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x200000 ? 3 : 4;
}

/** Encoded in `width` bytes, padded with continuation when that is more than it needs. */
export function variableByteInteger(value: number, width: number = variableByteIntegerWidth(value)): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > VARIABLE_BYTE_INTEGER_MAX) {
    throw new RangeError(`${value} is not a Variable Byte Integer (0 to ${VARIABLE_BYTE_INTEGER_MAX})`);
  }
  if (!(width >= 1 && width <= 4)) throw new RangeError(`a Variable Byte Integer has 1 to 4 bytes, not ${width}`);
  const bytes = new Uint8Array(width);
  let rest = value;
  for (let i = 0; i < width; i++) {
    bytes[i] = (rest & 0x7f) | (i < width - 1 ? 0x80 : 0);
    rest >>>= 7;
  }
  if (rest > 0) throw new RangeError(`${value} does not fit into a Variable Byte Integer of ${width} bytes`);
  return bytes;
}
