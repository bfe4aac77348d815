// Payloads are not kept: two that have the same length and the same hash are taken for the same. Only a sample of a long
// payload is read, so that long ones cost no more than short ones.

import { viewOf } from './words.js';

const HEAD = 64;
const TAIL = 16;
const SEED = 0x811c9dc5;
/** Odd, half of the bits set: primes of xxHash, whose way this is. */
const [A, B] = [0x9e3779b1, 0x85ebca77];

// Several ask about the same packet.
let lastBytes: Uint8Array | undefined;
let lastHash = 0;

export function hashOf(bytes: Uint8Array): number {
  if (bytes === lastBytes) return lastHash;
  lastBytes = bytes;
  lastHash = hashOfPart(bytes, 0, bytes.length);
  return lastHash;
}

/** Of the payload that is bytes[at, end). `view` is viewOf(bytes). */
export function hashOfPart(bytes: Uint8Array, at: number, end: number, view = viewOf(bytes)): number {
  const { byteOffset } = bytes;
  const length = end - at;
  const from = byteOffset + at;
  if (length <= HEAD + TAIL) return hashOfRun(view, from, byteOffset + end, SEED ^ length);
  const head = hashOfRun(view, from, from + HEAD, SEED ^ length);
  return hashOfRun(view, byteOffset + end - TAIL, byteOffset + end, head);
}

/** xxHash's way with words. Two sums side by side: one alone would wait for each of its multiplications. */
function hashOfRun(view: DataView, at: number, end: number, seed: number): number {
  let a = seed;
  let b = seed;
  let i = at;
  for (; i + 7 < end; i += 8) {
    a = (a + Math.imul(view.getInt32(i), B)) | 0;
    a = Math.imul((a << 13) | (a >>> 19), A);
    b = (b + Math.imul(view.getInt32(i + 4), B)) | 0;
    b = Math.imul((b << 13) | (b >>> 19), A);
  }
  for (; i < end; i++) a = Math.imul(a ^ view.getUint8(i), A) ^ (a >>> 15);
  return mixed(mixed(a, b), end - at);
}

function mixed(sum: number, other: number): number {
  const both = Math.imul(sum ^ (sum >>> 15), A) ^ other;
  return both ^ (both >>> 13);
}
