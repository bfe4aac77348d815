// Each of the 27 properties in each packet where it may stand (5.0: table 2-4), Will Properties included: identifier and
// value as bytes and as a value, and around them the shortest packet of the type.

import type { Packet, Property } from '../../../src/codec/packet.js';
import { hex } from '../../support/hex.js';
import { type Case, NO_FLAGS, property } from './case.js';

type Owner = 'CONNECT' | 'WILL' | Exclude<Packet['type'], 'CONNECT' | 'PINGREQ' | 'PINGRESP' | 'RESERVED'>;

const REASON: readonly Owner[] = [
  'CONNACK',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBACK',
  'UNSUBACK',
  'DISCONNECT',
  'AUTH',
];
const ALL: readonly Owner[] = ['CONNECT', 'WILL', 'PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE', ...REASON];

/** Identifier and value, the value read, and where it may stand. */
export const PROPERTY_BYTES: readonly (readonly [bytes: string, property: Property, owners: readonly Owner[]])[] = [
  ['01 01', property('payloadFormatIndicator', 1), ['PUBLISH', 'WILL']],
  ['02 ff ff ff ff', property('messageExpiryInterval', 4294967295), ['PUBLISH', 'WILL']],
  ['03 00 0a "text/plain"', property('contentType', 'text/plain'), ['PUBLISH', 'WILL']],
  ['08 00 03 "r/t"', property('responseTopic', 'r/t'), ['PUBLISH', 'WILL']],
  ['09 00 03 00 80 ff', property('correlationData', hex('00 80 ff')), ['PUBLISH', 'WILL']],
  ['0b 80 80 01', property('subscriptionIdentifier', 16384), ['PUBLISH', 'SUBSCRIBE']],
  ['11 00 01 51 80', property('sessionExpiryInterval', 86400), ['CONNECT', 'CONNACK', 'DISCONNECT']],
  ['12 00 04 "auto"', property('assignedClientIdentifier', 'auto'), ['CONNACK']],
  ['13 00 1e', property('serverKeepAlive', 30), ['CONNACK']],
  ['15 00 05 "PLAIN"', property('authenticationMethod', 'PLAIN'), ['CONNECT', 'CONNACK', 'AUTH']],
  ['16 00 00', property('authenticationData', hex('')), ['CONNECT', 'CONNACK', 'AUTH']],
  ['17 00', property('requestProblemInformation', 0), ['CONNECT']],
  ['18 00 00 01 2c', property('willDelayInterval', 300), ['WILL']],
  ['19 01', property('requestResponseInformation', 1), ['CONNECT']],
  ['1a 00 02 "r/"', property('responseInformation', 'r/'), ['CONNACK']],
  ['1c 00 07 "host:18"', property('serverReference', 'host:18'), ['CONNACK', 'DISCONNECT']],
  ['1f 00 04 "\u{20ac}."', property('reasonString', '\u{20ac}.'), REASON],
  ['21 00 14', property('receiveMaximum', 20), ['CONNECT', 'CONNACK']],
  ['22 ff ff', property('topicAliasMaximum', 65535), ['CONNECT', 'CONNACK']],
  ['23 00 01', property('topicAlias', 1), ['PUBLISH']],
  ['24 00', property('maximumQos', 0), ['CONNACK']],
  ['25 00', property('retainAvailable', 0), ['CONNACK']],
  ['26 00 01 "k" 00 02 "vw"', property('userProperty', { name: 'k', value: 'vw' }), ALL],
  ['27 00 00 01 00', property('maximumPacketSize', 256), ['CONNECT', 'CONNACK']],
  ['28 00', property('wildcardSubscriptionAvailable', 0), ['CONNACK']],
  ['29 01', property('subscriptionIdentifierAvailable', 1), ['CONNACK']],
  ['2a 01', property('sharedSubscriptionAvailable', 1), ['CONNACK']],
];

const FLAGS = { ...NO_FLAGS, cleanStart: true };
const OPTIONS = { reserved: 0, retainHandling: 0, retainAsPublished: false, noLocal: false, qos: 0 };
const CONNECT = { type: 'CONNECT', protocolName: 'MQTT', protocolLevel: 5, keepAlive: 0, clientId: '' } as const;

/** First byte, bytes before the Property Length, bytes after the properties, and the packet. */
const AROUND: Record<Owner, readonly [string, string, string, (properties: readonly Property[]) => Packet]> = {
  CONNECT: ['10', '00 04 "MQTT" 05 02 00 00', '00 00', (properties) => ({ ...CONNECT, flags: FLAGS, properties })],
  WILL: [
    '10',
    '00 04 "MQTT" 05 06 00 00 00 00 00',
    '00 01 "w" 00 00',
    (properties) => ({
      ...CONNECT,
      flags: { ...FLAGS, will: true },
      properties: [],
      will: { properties, topic: 'w', payload: hex('') },
    }),
  ],
  CONNACK: [
    '20',
    '00 00',
    '',
    (properties) => ({
      type: 'CONNACK',
      acknowledgeFlags: { reserved: 0, sessionPresent: false },
      reasonCode: 0,
      properties,
    }),
  ],
  PUBLISH: [
    '30',
    '00 01 "t"',
    '"p"',
    (properties) => ({
      type: 'PUBLISH',
      dup: false,
      qos: 0,
      retain: false,
      topic: 't',
      properties,
      payload: hex('"p"'),
    }),
  ],
  PUBACK: ['40', '00 01 00', '', (properties) => ({ type: 'PUBACK', packetId: 1, reasonCode: 0, properties })],
  PUBREC: ['50', '00 01 00', '', (properties) => ({ type: 'PUBREC', packetId: 1, reasonCode: 0, properties })],
  PUBREL: ['62', '00 01 00', '', (properties) => ({ type: 'PUBREL', packetId: 1, reasonCode: 0, properties })],
  PUBCOMP: ['70', '00 01 00', '', (properties) => ({ type: 'PUBCOMP', packetId: 1, reasonCode: 0, properties })],
  SUBSCRIBE: [
    '82',
    '00 01',
    '00 01 "#" 00',
    (properties) => ({
      type: 'SUBSCRIBE',
      packetId: 1,
      properties,
      subscriptions: [{ topicFilter: '#', options: OPTIONS }],
    }),
  ],
  SUBACK: ['90', '00 01', '00', (properties) => ({ type: 'SUBACK', packetId: 1, properties, reasonCodes: [0] })],
  UNSUBSCRIBE: [
    'a2',
    '00 01',
    '00 01 "#"',
    (properties) => ({ type: 'UNSUBSCRIBE', packetId: 1, properties, topicFilters: ['#'] }),
  ],
  UNSUBACK: ['b0', '00 01', '11', (properties) => ({ type: 'UNSUBACK', packetId: 1, properties, reasonCodes: [0x11] })],
  DISCONNECT: ['e0', '00', '', (properties) => ({ type: 'DISCONNECT', reasonCode: 0, properties })],
  AUTH: ['f0', '18', '', (properties) => ({ type: 'AUTH', reasonCode: 0x18, properties })],
};

const byteOf = (count: number): string => count.toString(16).padStart(2, '0');

/** A packet around properties; every length here is below 128, one byte. */
export function around(owner: Owner, bytes: string, properties: readonly Property[]): Case {
  const [first, before, after, packet] = AROUND[owner];
  const body = `${before} ${byteOf(hex(bytes).length)} ${bytes} ${after}`;
  return {
    name: `${properties.map((one) => one.name).join(', ')} in ${owner}`,
    version: '5.0',
    bytes: `${first} ${byteOf(hex(body).length)}  ${body}`,
    packet: packet(properties),
  };
}

export const PROPERTY_CASES: readonly Case[] = PROPERTY_BYTES.flatMap(([bytes, one, owners]) =>
  owners.map((owner) => around(owner, bytes, [one])),
);
