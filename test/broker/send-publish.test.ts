// What the broker writes by hand is what the codec would write.

import { expect, it } from 'vitest';
import { Broker } from '../../src/broker/broker.js';
import { Message } from '../../src/broker/message.js';
import { sendPublish } from '../../src/broker/send-publish.js';
import { Link } from '../../src/broker/session.js';
import { brokerSettings, LISTENER_DEFAULTS } from '../../src/broker/settings.js';
import { encode } from '../../src/codec/frame.js';
import type { Property, PublishPacket } from '../../src/codec/packet.js';
import type { Version } from '../../src/spec/versions.js';
import { concat, toHex } from '../support/hex.js';
import { Random } from '../support/random.js';

const SOME: readonly Property[] = [
  { name: 'payloadFormatIndicator', value: 1 },
  { name: 'messageExpiryInterval', value: 1000 },
  { name: 'contentType', value: 'text' },
  { name: 'responseTopic', value: 'answer' },
  { name: 'correlationData', value: Uint8Array.of(1, 2, 3) },
  { name: 'userProperty', value: { name: 'k', value: 'x'.repeat(130) } },
];

function sent(broker: Broker): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const output of broker.out.take()) {
    if (output.kind !== 'send') continue;
    parts.push(output.bytes);
    if (output.tail !== undefined) parts.push(output.tail);
  }
  return concat(...parts);
}

it('writes each form of each message', () => {
  const random = new Random(5);
  const broker = new Broker(brokerSettings(), { nextId: () => '' });
  for (let round = 0; round < 800; round++) {
    const from = random.pick<Version>(['3.1.1', '5.0']);
    const to = random.pick<Version>(['3.1.1', '5.0']);
    const mountPoint = random.pick(['', '', 'm/']);
    const name = random.pick(['t', 'a/b/c', 'long/'.repeat(30)]);
    const kept = from === '5.0' && random.chance(2) ? SOME.filter(() => random.chance(2)) : [];
    const packet: PublishPacket = {
      ...{ type: 'PUBLISH', dup: random.chance(2), qos: random.below(3), retain: random.chance(2) },
      ...{ topic: mountPoint + name, packetId: 0x1234, properties: kept },
      payload: random.bytes(random.pick([0, 1, 100, 130, 16_383, 16_384])),
    };
    broker.now = 1e9;
    const message = new Message(encode(packet, from), from === '5.0', packet.topic, packet.qos, packet.retain, '', 1e9);
    broker.now += 2.5e9;
    const link = new Link(1, 0, { ...LISTENER_DEFAULTS, mountPoint }, '', undefined);
    link.v5 = to === '5.0';
    link.plain = mountPoint === '';
    link.maximumPacketSize = 268_435_460;
    const qos = random.below(3);
    const packetId = qos > 0 ? random.between(1, 65535) : 0;
    const retain = random.chance(2);
    const dup = qos > 0 && random.chance(2);
    const identifiers = random.chance(3) ? [random.between(1, 127), random.between(128, 20_000)] : undefined;
    expect(sendPublish(broker, link, message, qos, retain, dup, packetId, identifiers)).toBe(true);
    const properties: Property[] = [
      ...(identifiers ?? []).map((value): Property => ({ name: 'subscriptionIdentifier', value })),
      ...kept.map((one): Property => (one.name === 'messageExpiryInterval' ? { ...one, value: 998 } : one)),
    ];
    const { payload } = packet;
    const wanted = encode({ type: 'PUBLISH', dup, qos, retain, topic: name, packetId, properties, payload }, to);
    expect(toHex(sent(broker)) === toHex(wanted), `${from} to ${to}, QoS ${packet.qos} to ${qos}`).toBe(true);
  }
});
