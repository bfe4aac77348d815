// One packet: decode and annotate never throw, each bit lies in one leaf, problems lie in the packet, what reads without a
// problem is encoded to the same bytes, and nothing outside of the bytes is looked at.

import { isDeepStrictEqual } from 'node:util';
import { conversations } from '../fixtures.js';
import { must } from '../fuzzer.js';

/** @typedef {import('../api.js').Api} Api */
/** @typedef {import('../random.js').Random} Random */
/** @typedef {import('../../../src/codec/field.js').Field} Field */

const VERSIONS = /** @type {const} */ (['3.1', '3.1.1', '5.0']);

/** @param {Field} field @returns {Field[]} */
const leavesOf = (field) => (field.children === undefined ? [field] : field.children.flatMap(leavesOf));

/** @param {Field} tree @param {number} length */
export function checkCoverage(tree, length) {
  let bit = 0;
  for (const { path, at, length: bytes, bits } of leavesOf(tree)) {
    const [high, low] = bits ?? [7, 0];
    must(at * 8 + 7 - high === bit, () => `${path} begins at ${at}, bit ${high}, the one before ended at bit ${bit}`);
    bit = bits === undefined ? (at + bytes) * 8 : at * 8 + 8 - low;
  }
  must(bit === length * 8, () => `leaves end at bit ${bit} of ${length * 8}`);
}

/** @param {Api} api */
export const codecTarget = (api) => ({
  name: 'codec',
  seeds: packets(api),
  /** @param {Random} random @param {Uint8Array} bytes */
  run(random, bytes) {
    const version = random.pick(VERSIONS);
    const decoded = api.decode(bytes, version);
    const { packet, problems } = decoded;
    checkCoverage(api.annotate(bytes, version), bytes.length);
    for (const { code, at, length, path } of problems) {
      const inside = at >= 0 && length >= 0 && at + length <= bytes.length;
      must(inside, () => `${code} of ${path} at ${at}+${length} of ${bytes.length}`);
    }
    const wide = new Uint8Array(bytes.length + 9).fill(random.pick([0, 0xff, 0x80]));
    wide.set(bytes, 4);
    const again = api.decode(wide.subarray(4, 4 + bytes.length), version);
    must(isDeepStrictEqual(again, decoded), () => `decodes otherwise among ${wide[0]}`);
    if (problems.length === 0) {
      const back = api.encode(/** @type {import('../../../src/codec/packet.js').Packet} */ (packet), decoded.version);
      must(Buffer.compare(back, bytes) === 0, () => `encoded as ${Buffer.from(back).toString('hex')}`);
    }
    const names = problems.map(({ code, path }) => `${code} ${path.replace(/\d+/g, '')}`);
    return [packet.type, decoded.version, ...new Set(names)].join();
  },
});

/** @param {Api} api */
function packets(api) {
  /** @type {Map<string, Uint8Array>} */
  const distinct = new Map();
  for (const talk of conversations(api, /^(qos|prop|topic|will|auth|retain|shared|refused|server).*\.pcap$/)) {
    const framers = [new api.Framer(), new api.Framer()];
    for (const { side, bytes } of talk) {
      for (const one of framers[side]?.data(bytes, 0, 0) ?? []) {
        const packet = Uint8Array.from(one.bytes);
        const key = `${packet[0]} ${packet.length}`;
        if (one.kind === 'frame' && packet.length < 200) distinct.set(key, packet);
      }
    }
  }
  return [...distinct.values()];
}
