// Rules and dialogues by chance.

import type { FaultRule } from '../../src/faults/rule.js';
import { PACKET_TYPES } from '../../src/spec/packets.js';
import type { Version } from '../../src/spec/versions.js';
import { readBytes } from '../../src/validate/example.js';
import { concat } from '../support/hex.js';
import type { Random } from '../support/random.js';

type Values = Record<string, unknown>;
type Maker = (random: Random) => unknown;

const FIELDS = [
  'packet-type',
  'flags',
  'remaining-length',
  'endless-length',
  'packet-identifier',
  'topic-name',
  'payload',
];
const HEX = ['d000', '30030001', 'ff', '00'.repeat(40)];

const WHERE: Maker = (random) => random.pick(['before', 'after']);
const DURATION: Maker = (random) => random.pick([1, 40, 999, 1000, 1500, 60_000, 90_000, 3_600_000]);
/** What each action has besides the conditions; `undefined` leaves it out. */
const OF_ACTION: Readonly<Record<string, (random: Random) => Values>> = {
  drop: () => ({}),
  duplicate: () => ({}),
  delay: (random) => ({ duration: DURATION(random), overtake: random.chance(2) ? true : undefined }),
  corrupt: (random) =>
    random.chance(2)
      ? { field: random.pick(FIELDS) }
      : { byte: random.between(1, 9), bit: random.chance(2) ? random.below(8) : undefined },
  cut: (random) => ({
    ...(random.chance(2) ? { byte: random.between(1, 9) } : { where: random.chance(3) ? undefined : WHERE(random) }),
    how: random.pick(['fin', 'rst', undefined]),
  }),
  replace: (random) => ({ hex: random.pick(HEX) }),
  inject: (random) => ({ hex: random.pick(HEX), where: random.chance(3) ? undefined : WHERE(random) }),
  limit: (random) => ({ rate: random.pick([100, 999, 1000, 2048, 1_500_000, 3e6]) }),
};
const EITHER: Readonly<Record<string, Maker>> = {
  from: (random) => random.pick(['client', 'server']),
  client: (random) => random.pick(['a', 'dev-*', 'of', 'a b', '"', '*\\', 'after 3s', 'x\ny', 'ü']),
  after: DURATION,
};
const OF_PACKETS: Readonly<Record<string, Maker>> = {
  types: (random) => [random.pick(PACKET_TYPES).type],
  topic: (random) => random.pick(['#', 'a/+', 't', 'a b/#', '$share/g/t', '"t"']),
  qos: (random) => random.below(3),
  skip: (random) => random.between(1, 3),
  every: (random) => random.between(1, 3),
  count: (random) => random.between(1, 4),
  probability: (random) => random.pick([1, 0.5, 0.25, 1e-7]),
  per: () => 'connection',
};

export interface RuleShape {
  readonly actions?: readonly string[];
  /** Conditions that are not given. */
  readonly without?: readonly string[];
}

export function randomRule(
  random: Random,
  { actions = Object.keys(OF_ACTION), without = [] }: RuleShape = {},
): FaultRule {
  const action = random.pick(actions);
  const values: Values = { action, ...OF_ACTION[action]!(random) };
  const conditions = action === 'limit' ? EITHER : { ...EITHER, ...OF_PACKETS };
  for (const [name, make] of Object.entries(conditions)) {
    if (!without.includes(name) && random.chance(4)) values[name] = make(random);
  }
  if (values.every === undefined && action !== 'limit' && random.chance(8)) values.nth = random.between(1, 3);
  if (values.probability !== undefined && random.chance(2)) values.seed = random.below(100);
  for (const name of Object.keys(values)) if (values[name] === undefined) delete values[name];
  return values as unknown as FaultRule;
}

const CLIENT_SENDS = [
  'c0 00',
  'e0 00',
  '30 { "a/b" p "x" }',
  '32 { "t" 0001 p "xyz" }',
  '34 { "a b/c" 0002 p \'hello\' }',
  '30 { "" 5:03 5:230001 4:00 }',
  '31 { "a/c" 5:03 5:230001 }',
  '62 { 0002 }',
  '40 { 0001 }',
  '82 { 0003 p "a/#" 01 "t" 00 }',
  'a2 { 0004 p "t" }',
];
const SERVER_SENDS = [
  'd0 00',
  '90 { 0003 p 01 00 }',
  '30 { "t" p "y" }',
  '32 { "a/b" 0001 p \'y\' }',
  '40 { 0001 }',
  '50 { 0002 }',
  '70 { 0002 }',
];

/** What each side sends, from CONNECT and CONNACK on. */
export function randomSession(random: Random, version: Version): readonly [Uint8Array, Uint8Array] {
  const many = (from: readonly string[]) =>
    Array.from({ length: random.below(30) }, () =>
      random.chance(12) ? longPublish(random) : readBytes(random.pick(from), version),
    );
  const id = random.pick(['a', 'dev-1', '', 'zz']);
  return [
    concat(readBytes(`10 { proto 02 003c p "${id}" }`, version), ...many(CLIENT_SENDS)),
    concat(
      readBytes(version === '5.0' ? '20 { 00 00 p{ 12 "dev-2" } }' : '20 { 00 00 }', version),
      ...many(SERVER_SENDS),
    ),
  ];
}

function longPublish(random: Random): Uint8Array {
  const payload = random.bytes(random.chance(10) ? random.between(16_378, 16_384) : random.between(120, 128));
  const length = payload.length + 3;
  const header = [0x30, length & 0x7f];
  for (let rest = length >> 7; rest > 0; rest >>= 7) {
    header[header.length - 1]! |= 0x80;
    header.push(rest & 0x7f);
  }
  return concat(Uint8Array.from(header), Uint8Array.of(0, 1, 0x74), payload);
}

/** Some bytes changed, taken away or added, mostly. */
export function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  const list = [...bytes];
  for (let times = random.below(3); times > 0 && list.length > 0; times--) {
    const at = random.below(list.length);
    const how = random.below(3);
    if (how === 0) list[at] = random.below(256);
    else list.splice(at, random.below(4) * (how - 1), ...random.bytes(random.below(4) * (2 - how)));
  }
  return Uint8Array.from(list);
}

export function* chunks(random: Random, bytes: Uint8Array): Generator<Uint8Array> {
  const most = random.pick([1, 3, 50, 3000, 100_000]);
  for (let at = 0; at < bytes.length; ) {
    const count = random.between(1, most);
    yield bytes.slice(at, at + count);
    at += count;
  }
}
