// An address as one number, to compare and to look up by: the whole of it for IPv4, a first guess for IPv6.

/** An IPv4 address as a number; an IPv6 address folded into one. */
export function wordOf(bytes: Uint8Array, at: number, length: 4 | 16): number {
  let word = 0;
  for (let i = at; i < at + length; i += 4) {
    const next = (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
    word = (Math.imul(word, 0x01000193) ^ next) | 0;
  }
  return word;
}
