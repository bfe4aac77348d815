// Payloads are not kept: two that have the same length and the same hash are taken for the same. Only a sample of a long
// payload is read, so that long ones cost no more than short ones.

const HEAD = 64;
const TAIL = 16;

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
  let sum = 0x811c9dc5 ^ (end - at);
  const head = end - at < HEAD ? end : at + HEAD;
  for (let i = at; i < head; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  for (let i = Math.max(head, end - TAIL); i < end; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  return sum | 0;
}
