// MQTT.js's own generator (mqtt-packet) as an independent builder: whatever it writes for random packets is read as the
// values it was given, without a problem, and written again as the very bytes.

import { isDeepStrictEqual } from 'node:util';
import mqttPacket, { type Packet as MqttJsPacket } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/codec/frame.js';
import { toHex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { filledIn, fromMqttPacket, type TheirPacket, VERSION_OF_LEVEL } from './mqtt-packet.js';

type Maker = (random: Random, level: number) => object;

const LETTERS = ['a', 'Z', '/', '+', '#', '$', ' ', '\u00e9', '\u20ac', '\u{1f600}', '\ufeff'];
const text = (random: Random, longest = 12): string =>
  Array.from({ length: random.below(longest + 1) }, () => random.pick(LETTERS)).join('');
const bytes = (random: Random, longest = 20): Buffer => Buffer.from(random.bytes(random.below(longest + 1)));
const flag = (random: Random): boolean => random.chance(2);
const u16 = (random: Random): number => random.pick([1, 255, 256, 65535, random.between(1, 65535)]);
const u32 = (random: Random): number => random.pick([0, 1, 65536, 4294967295, random.u32()]);
const varint = (random: Random): number => random.pick([1, 127, 128, 16383, 16384, 2097151, 2097152, 268435455]);
const list = <T>(random: Random, make: (random: Random) => T, most = 4): T[] =>
  Array.from({ length: random.between(1, most) }, () => make(random));

function userProperties(random: Random): Record<string, string | string[]> {
  const names = ['k', 'name', '\u00e9'].slice(0, random.between(1, 3));
  return Object.fromEntries(
    names.map((name) => [name, flag(random) ? text(random) : [...list(random, text), text(random)]]),
  );
}

const VALUES: Readonly<Record<string, (random: Random) => unknown>> = {
  payloadFormatIndicator: flag,
  messageExpiryInterval: u32,
  contentType: text,
  responseTopic: text,
  correlationData: bytes,
  subscriptionIdentifier: varint,
  sessionExpiryInterval: u32,
  assignedClientIdentifier: text,
  serverKeepAlive: u16,
  authenticationMethod: text,
  authenticationData: bytes,
  requestProblemInformation: flag,
  willDelayInterval: u32,
  requestResponseInformation: flag,
  responseInformation: text,
  serverReference: text,
  reasonString: text,
  receiveMaximum: u16,
  topicAliasMaximum: u16,
  topicAlias: u16,
  maximumQoS: (random) => random.below(2),
  retainAvailable: flag,
  userProperties,
  maximumPacketSize: u32,
  wildcardSubscriptionAvailable: flag,
  subscriptionIdentifiersAvailable: flag,
  sharedSubscriptionAvailable: flag,
};

const REASON = 'reasonString userProperties';
const CONNACK =
  'sessionExpiryInterval assignedClientIdentifier serverKeepAlive authenticationMethod authenticationData ' +
  'responseInformation serverReference reasonString receiveMaximum topicAliasMaximum maximumQoS retainAvailable ' +
  'userProperties maximumPacketSize wildcardSubscriptionAvailable subscriptionIdentifiersAvailable ' +
  'sharedSubscriptionAvailable';
const MESSAGE = 'payloadFormatIndicator messageExpiryInterval contentType responseTopic correlationData userProperties';

/** Some of these properties, in any order. */
function properties(random: Random, level: number, names: string): object {
  if (level !== 5) return {};
  const some = names.split(' ').filter(() => random.chance(3));
  for (let i = some.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [some[i], some[j]] = [some[j]!, some[i]!];
  }
  return some.length === 0 ? {} : { properties: Object.fromEntries(some.map((name) => [name, VALUES[name]!(random)])) };
}

function connect(random: Random, level: number): object {
  const will = (): object => ({
    topic: `w${text(random)}`,
    payload: bytes(random),
    qos: random.below(3),
    retain: flag(random),
    ...properties(random, level, `willDelayInterval ${MESSAGE}`),
  });
  const login = random.below(3);
  return {
    cmd: 'connect',
    protocolId: level === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion: level,
    ...(level < 5 && random.chance(4) ? { bridgeMode: true } : {}),
    clean: true,
    keepalive: u16(random),
    clientId: `c${text(random)}`,
    ...(flag(random) ? { will: will() } : {}),
    ...(login > 0 ? { username: `u${text(random)}` } : {}),
    ...(login > 1 ? { password: bytes(random) } : {}),
    ...properties(
      random,
      level,
      'sessionExpiryInterval receiveMaximum maximumPacketSize topicAliasMaximum requestResponseInformation ' +
        'requestProblemInformation userProperties authenticationMethod authenticationData',
    ),
  };
}

const ack =
  (cmd: string): Maker =>
  (random, level) => ({
    cmd,
    messageId: u16(random),
    ...(level === 5
      ? { reasonCode: /rel|comp/.test(cmd) ? random.pick([0, 0x92]) : random.pick([0, 0x10, 0x97]) }
      : {}),
    ...properties(random, level, REASON),
  });

const MAKERS: readonly Maker[] = [
  connect,
  (random, level) => ({
    cmd: 'connack',
    sessionPresent: flag(random),
    ...(level === 5 ? { reasonCode: random.pick([0, 0x80, 0x9f]) } : { returnCode: random.below(6) }),
    ...properties(random, level, CONNACK),
  }),
  (random, level) => {
    const qos = random.below(3);
    return {
      cmd: 'publish',
      dup: qos > 0 && flag(random),
      qos,
      retain: flag(random),
      topic: `t${text(random)}`,
      payload: bytes(random, random.chance(10) ? 20_000 : 20),
      ...(qos > 0 ? { messageId: u16(random) } : {}),
      ...properties(random, level, `${MESSAGE} topicAlias subscriptionIdentifier`),
    };
  },
  ack('puback'),
  ack('pubrec'),
  ack('pubrel'),
  ack('pubcomp'),
  (random, level) => ({
    cmd: 'subscribe',
    messageId: u16(random),
    subscriptions: list(random, (one) => ({
      topic: `f${text(one)}`,
      qos: one.below(3),
      ...(level === 5 ? { nl: flag(one), rap: flag(one), rh: one.below(3) } : {}),
    })),
    ...properties(random, level, 'subscriptionIdentifier userProperties'),
  }),
  (random, level) => ({
    cmd: 'suback',
    messageId: u16(random),
    granted: list(random, (one) => one.pick([0, 1, 2, 0x80]), 200),
    ...properties(random, level, REASON),
  }),
  (random, level) => ({
    cmd: 'unsubscribe',
    messageId: u16(random),
    unsubscriptions: list(random, (one) => `f${text(one)}`),
    ...properties(random, level, 'userProperties'),
  }),
  (random, level) => ({
    cmd: 'unsuback',
    messageId: u16(random),
    ...(level === 5 ? { granted: list(random, (one) => one.pick([0, 0x11, 0x87])) } : {}),
    ...properties(random, level, REASON),
  }),
  () => ({ cmd: 'pingreq' }),
  () => ({ cmd: 'pingresp' }),
  (random, level) => ({
    cmd: 'disconnect',
    ...(level === 5 ? { reasonCode: random.pick([0, 0x04, 0x8d]) } : {}),
    ...properties(random, level, `sessionExpiryInterval serverReference ${REASON}`),
  }),
];
const AUTH: Maker = (random) => ({
  cmd: 'auth',
  reasonCode: random.pick([0, 0x18, 0x19]),
  ...properties(random, 5, `authenticationMethod authenticationData ${REASON}`),
});

describe.each([3, 4, 5])('level %i', (level) => {
  it('3000 random packets', () => {
    const random = new Random(0x1883 + level);
    const version = VERSION_OF_LEVEL[level]!;
    const makers = level === 5 ? [...MAKERS, AUTH] : MAKERS;
    for (let i = 0; i < 3000; i++) {
      const theirs = makers[i % makers.length]!(random, level);
      const generated = Uint8Array.from(mqttPacket.generate(theirs as MqttJsPacket, { protocolVersion: level }));
      const decoded = decode(generated, version);
      expect(decoded.problems, toHex(generated)).toEqual([]);
      const ours = filledIn(decoded.packet, version);
      const same = fromMqttPacket(theirs as TheirPacket, version);
      if (!isDeepStrictEqual(ours, same)) expect(ours).toEqual(same);
      expect(toHex(encode(decoded.packet as Parameters<typeof encode>[0], version))).toBe(toHex(generated));
    }
  });
});
