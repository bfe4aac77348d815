// The checksum of IP and TCP (RFC 1071), over memory that is read in words of four bytes. The sum of ones' complement does
// not care in which order the bytes of a word stand, as long as it is read and written in the same one: that of this
// machine. Only what is added as a number has to be put in that order first.

const isLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Of the words from `at` to before `end`, as 32-bit words: the same when it is folded. Exact for up to 2^21 of them. */
export function sumOf(words: Uint32Array, at: number, end: number): number {
  // Four sums, because an addition waits for the one before.
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  let next = at;
  for (; next + 3 < end; next += 4) {
    one += words[next]!;
    two += words[next + 1]!;
    three += words[next + 2]!;
    four += words[next + 3]!;
  }
  for (; next < end; next++) one += words[next]!;
  return one + two + three + four;
}

/** A 16-bit number of the network as this machine would read it. */
export function fromNetwork(value: number): number {
  return isLittle ? ((value & 0xff) << 8) | (value >>> 8) : value;
}

/** What stands in the field for the checksum, in the order of this machine. */
export function checksumOf(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 65_536);
  return ~folded & 0xffff;
}
