// Inputs out of other inputs: bent in the ways that bytes get bent, lengths above all.

/** @typedef {import('./random.js').Random} Random */

const INTERESTING = [0x00, 0x01, 0x02, 0x7f, 0x80, 0xfe, 0xff];
const INTERESTING_LONG = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0xffffffff];
const MAX_LENGTH = 64 * 1024;

/** @param {readonly Uint8Array[]} parts */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @typedef {(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array} Mutation */

/** @type {readonly Mutation[]} */
const MUTATIONS = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  function overwrite(bytes, random) {
    bytes[random.below(bytes.length)] = random.below(3) === 0 ? random.below(256) : random.pick(INTERESTING);
    return bytes;
  },
  function count(bytes, random) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) + random.pick([1, -1, 2, -2, 4, 16]);
    return bytes;
  },
  function number(bytes, random) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const value = random.pick(INTERESTING_LONG);
    const little = random.below(2) === 0;
    if (random.below(2) === 0 && bytes.length >= 4) view.setUint32(random.below(bytes.length - 3), value, little);
    else if (bytes.length >= 2) view.setUint16(random.below(bytes.length - 1), value, little);
    return bytes;
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length + 1);
    const more = Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256));
    return concat(bytes.subarray(0, at), more, bytes.subarray(at));
  },
  function cutOut(bytes, random) {
    const at = random.below(bytes.length);
    return concat(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(random.pick([2, 8, 64]))));
  },
  function repeat(bytes, random) {
    const at = random.below(bytes.length);
    const end = Math.min(bytes.length, at + 1 + random.below(random.pick([4, 32, 256])));
    const times = random.below(12) === 0 ? 20 : 1;
    const copies = new Array(times).fill(bytes.subarray(at, end));
    return concat(bytes.subarray(0, end), ...copies, bytes.subarray(end));
  },
  function exchange(bytes, random) {
    const [a = 0, b = 0, c = 0] = [0, 0, 0].map(() => random.below(bytes.length + 1)).sort((x, y) => x - y);
    return concat(bytes.subarray(0, a), bytes.subarray(b, c), bytes.subarray(a, b), bytes.subarray(c));
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.below(bytes.length + 1));
  },
  function splice(bytes, random, others) {
    const other = random.pick(others);
    return concat(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1)));
  },
];

/** @param {Random} random @param {readonly Uint8Array[]} pool */
export function mutated(random, pool) {
  let bytes = Uint8Array.from(random.pick(pool));
  for (let i = 1 + random.below(random.pick([2, 4, 8])); i > 0; i--) {
    if (bytes.length === 0) bytes = Uint8Array.of(random.below(256));
    bytes = Uint8Array.from(random.pick(MUTATIONS)(bytes, random, pool).subarray(0, MAX_LENGTH));
  }
  return bytes;
}
