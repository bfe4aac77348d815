// Bytes of one direction to packets: every byte in one packet or in one stretch of lost sync, the same ones however they were cut.

import { conversations } from '../fixtures.js';
import { must } from '../fuzzer.js';
import { concat } from '../mutate.js';

/** @typedef {import('../api.js').Api} Api */
/** @typedef {import('../random.js').Random} Random */

const MAX = 4096;

/** @param {Api} api @param {Uint8Array} bytes @param {() => number} size @param {'client-to-server' | 'server-to-client' | undefined} direction */
function frames(api, bytes, size, direction) {
  const framer = new api.Framer(direction, { maxPacketBytes: MAX });
  /** @type {string[]} */
  const found = [];
  /** @type {string[]} */
  const kinds = [];
  /** Bytes of all that was found, and of all but the last. */
  let claimed = 0;
  let before = 0;
  let last = 0;
  /** @param {readonly import('../../../src/codec/framed.js').Framed[]} some */
  const take = (some) => {
    for (const one of some) {
      must(one.bytes.length <= one.length && one.length > 0, () => `${one.bytes.length} bytes of ${one.length}`);
      must(one.origins.length > 0, () => `a ${one.kind} from nowhere`);
      must(before === claimed, () => 'a packet that is cut is not the last one');
      claimed += one.length;
      // Of a packet too long, the first bytes are kept; only the last one may miss some because there are no more.
      if (one.kind === 'lost-sync' || one.bytes.length === Math.min(one.length, MAX)) before = claimed;
      last = one.bytes.length;
      found.push(`${one.kind} ${one.length} ${Buffer.from(one.bytes).toString('base64')}`);
      kinds.push(one.kind === 'frame' ? `${(one.bytes[0] ?? 0) >> 4}` : one.message);
    }
  };
  let origin = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + size());
    const piece = Buffer.from(bytes.subarray(at, end));
    take(framer.data(piece, origin, ++origin));
    piece.fill(0xa5);
    at = end;
  }
  take(framer.end(origin, origin));
  return { found, kinds, claimed, before, last };
}

/** @param {Api} api */
export const framerTarget = (api) => ({
  name: 'framer',
  seeds: conversations(api, /^(qos|prop|topic|will|auth|many-in).*\.pcap$/)
    .flatMap((talk) =>
      [0, 1].map((side) => concat(...talk.filter((one) => one.side === side).map(({ bytes }) => bytes))),
    )
    .filter(({ length }) => length > 0 && length < 4096),
  /** @param {Random} random @param {Uint8Array} bytes */
  run(random, bytes) {
    const direction = random.pick(/** @type {const} */ (['client-to-server', 'server-to-client', undefined]));
    const whole = frames(api, bytes, () => bytes.length, direction);
    const { claimed, before, last } = whole;
    if (claimed <= bytes.length) must(claimed === bytes.length, () => `${claimed} of ${bytes.length} bytes`);
    else
      must(
        last === Math.min(MAX, bytes.length - (before === claimed ? bytes.length - last : before)),
        () => 'the last',
      );
    const most = random.pick([1, 4, 40, 300]);
    const cut = frames(api, bytes, () => 1 + random.below(most), direction);
    must(cut.found.join() === whole.found.join(), () => `cut: ${cut.found}\nwhole: ${whole.found}`);
    return [...new Set(whole.kinds)].sort().join();
  },
});
