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
  let sum = 0x811c9dc5 ^ length;
  const head = length < HEAD ? length : HEAD;
  for (let i = 0; i < head; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  for (let i = Math.max(head, length - TAIL); i < length; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  return sum | 0;
}
