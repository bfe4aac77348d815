// Damaged packets for the laws: well-formed ones bent in the ways that bytes get bent, and bytes made up.

import { concat, hex } from '../support/hex.js';
import type { Random } from '../support/random.js';
import { CASES } from './cases/index.js';

const WHOLE: readonly Uint8Array[] = CASES.map((one) => hex(one.bytes));

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const bent = bytes.slice();
    for (let i = random.between(1, 3); i > 0; i--) bent[random.below(bent.length)]! ^= 1 << random.below(8);
    return bent;
  },
  function overwrite(bytes, random) {
    const bent = bytes.slice();
    bent[random.below(bent.length)] = random.pick([0x00, 0x01, 0x7f, 0x80, 0xff]);
    return bent;
  },
  function lengthen(bytes, random) {
    const at = random.below(bytes.length + 1);
    return concat(bytes.subarray(0, at), random.bytes(random.between(1, 5)), bytes.subarray(at));
  },
  function cutOut(bytes, random) {
    const at = random.below(bytes.length);
    return concat(bytes.subarray(0, at), bytes.subarray(at + random.between(1, 4)));
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.below(bytes.length));
  },
  function splice(bytes, random) {
    const other = random.pick(WHOLE);
    return concat(bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length)));
  },
  // Damage that the header does not betray: the Remaining Length says what is there.
  function mendLength(bytes, random) {
    const body = random.pick(MUTATIONS.slice(0, 6))(bytes, random).subarray(2);
    return withHeader(bytes[0]!, body);
  },
  function otherType(bytes, random) {
    return concat(Uint8Array.of(random.below(256)), bytes.subarray(1));
  },
];

function withHeader(first: number, body: Uint8Array): Uint8Array {
  const short = body.subarray(0, 127);
  return concat(Uint8Array.of(first, short.length), short);
}

export function mutated(random: Random): Uint8Array {
  let bytes = random.pick(WHOLE);
  for (let i = random.between(1, 2); i > 0 && bytes.length > 2; i--) bytes = random.pick(MUTATIONS)(bytes, random);
  return bytes;
}

/** Small numbers and short lengths are frequent, so that fields fit often enough to reach what is behind them. */
export function madeUp(random: Random): Uint8Array {
  const body = Uint8Array.from({ length: random.below(40) }, () =>
    random.chance(3) ? random.below(256) : random.below(6),
  );
  return random.chance(4) ? body : withHeader(random.below(256), body);
}
