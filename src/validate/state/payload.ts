// Payloads are not kept: two that have the same length and the same hash are taken for the same. Only a bounded part of
// a payload is read, so that long ones cost no more than short ones.

const HEAD = 64;
const TAIL = 16;

// Several ask about the same packet.
let lastBytes: Uint8Array | undefined;
let lastHash = 0;

export function hashOf(bytes: Uint8Array): number {
  if (bytes === lastBytes) return lastHash;
  lastBytes = bytes;
  lastHash = hash(bytes);
  return lastHash;
}

function hash(bytes: Uint8Array): number {
  const { length } = bytes;
  const head = length < HEAD ? length : HEAD;
  const sum = mix(0x811c9dc5 ^ length, bytes, 0, head);
  return head === length ? sum : mix(sum, bytes, Math.max(head, length - TAIL), length);
}

/** Four bytes at a time; the high bits are folded down, since tables are indexed by the low ones. */
function mix(seed: number, bytes: Uint8Array, from: number, to: number): number {
  let sum = seed | 0;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    sum = Math.imul(sum ^ word, 0x9e3779b1);
    sum ^= sum >>> 15;
  }
  for (; at < to; at++) sum = Math.imul(sum ^ bytes[at]!, 0x01000193);
  return (sum ^ (sum >>> 13)) | 0;
}
