// Payloads are not kept: two that have the same length and the same hash are taken for the same. Only a sample of a long
// payload is read, so that long ones cost no more than short ones.

const HEAD = 64;
const TAIL = 16;
const SEED = 0x811c9dc5;
/** Odd, half of the bits set: primes of xxHash, whose way this is. */
const [A, B, C, D] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];

// Several ask about the same packet.
let lastBytes: Uint8Array | undefined;
let lastHash = 0;

export function hashOf(bytes: Uint8Array): number {
  if (bytes === lastBytes) return lastHash;
  lastBytes = bytes;
  lastHash = hashOfPart(bytes, 0, bytes.length);
  return lastHash;
}

/** Of the payload that is bytes[at, end). */
export function hashOfPart(bytes: Uint8Array, at: number, end: number): number {
  const length = end - at;
  if (length <= HEAD + TAIL) return hashOfRun(bytes, at, end, SEED ^ length);
  return hashOfRun(bytes, end - TAIL, end, hashOfRun(bytes, at, at + HEAD, SEED ^ length));
}

/** Four sums side by side: one alone would wait for each of its multiplications. */
function hashOfRun(bytes: Uint8Array, at: number, end: number, seed: number): number {
  let a = seed;
  let b = seed;
  let c = seed;
  let d = seed;
  let i = at;
  for (; i + 3 < end; i += 4) {
    a = Math.imul(a ^ bytes[i]!, A);
    b = Math.imul(b ^ bytes[i + 1]!, B);
    c = Math.imul(c ^ bytes[i + 2]!, C);
    d = Math.imul(d ^ bytes[i + 3]!, D);
  }
  for (; i < end; i++) a = Math.imul(a ^ bytes[i]!, A);
  return mixed(mixed(mixed(a, b), c), d);
}

function mixed(sum: number, other: number): number {
  const both = Math.imul(sum ^ (sum >>> 15), A) ^ other;
  return both ^ (both >>> 13);
}
