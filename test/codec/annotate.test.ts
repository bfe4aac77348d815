// The field tree: chosen frames leaf by leaf, with the labels, meanings and sections that a reader sees.

import { describe, expect, it } from 'vitest';
import type { Field } from '../../src/codec/field.js';
import { annotate } from '../../src/codec/frame.js';
import type { Version } from '../../src/spec/versions.js';
import { hex } from '../support/hex.js';
import { fieldsOf, leavesOf } from './leaves.js';

/** path, at, length, value, and the bits of fields within a byte. */
type LeafRow = readonly [path: string, at: number, length: number, value: unknown, bits?: readonly [number, number]];

const leafRow = (leaf: Field): LeafRow =>
  leaf.bits === undefined
    ? [leaf.path, leaf.at, leaf.length, leaf.value]
    : [leaf.path, leaf.at, leaf.length, leaf.value, leaf.bits];

const LEAVES: readonly (readonly [name: string, version: Version, bytes: string, leaves: readonly LeafRow[]])[] = [
  [
    'CONNECT 3.1.1 with a will and credentials',
    '3.1.1',
    '10 1b  00 04 "MQTT" 04 ee 00 3c  00 01 "i" 00 01 "w" 00 02 00 ff 00 01 "u" 00 00',
    [
      ['connect.packetType', 0, 1, 1, [7, 4]],
      ['connect.headerFlags', 0, 1, 0, [3, 0]],
      ['connect.remainingLength', 1, 1, 27],
      ['connect.protocolNameLength', 2, 2, 4],
      ['connect.protocolName', 4, 4, 'MQTT'],
      ['connect.protocolLevel', 8, 1, 4],
      ['connect.flags.userName', 9, 1, true, [7, 7]],
      ['connect.flags.password', 9, 1, true, [6, 6]],
      ['connect.flags.willRetain', 9, 1, true, [5, 5]],
      ['connect.flags.willQos', 9, 1, 1, [4, 3]],
      ['connect.flags.will', 9, 1, true, [2, 2]],
      ['connect.flags.cleanSession', 9, 1, true, [1, 1]],
      ['connect.flags.reserved', 9, 1, false, [0, 0]],
      ['connect.keepAlive', 10, 2, 60],
      ['connect.clientIdLength', 12, 2, 1],
      ['connect.clientId', 14, 1, 'i'],
      ['connect.will.topicLength', 15, 2, 1],
      ['connect.will.topic', 17, 1, 'w'],
      ['connect.will.payloadLength', 18, 2, 2],
      ['connect.will.payload', 20, 2, hex('00 ff')],
      ['connect.userNameLength', 22, 2, 1],
      ['connect.userName', 24, 1, 'u'],
      ['connect.passwordLength', 25, 2, 0],
      ['connect.password', 27, 0, hex('')],
    ],
  ],
  [
    'PUBLISH 5.0 with two properties',
    '5.0',
    '3d 15  00 01 "t" 00 07  0b 26 00 01 "k" 00 02 "vw" 23 00 09  70 00 00 00',
    [
      ['publish.packetType', 0, 1, 3, [7, 4]],
      ['publish.dup', 0, 1, true, [3, 3]],
      ['publish.qos', 0, 1, 2, [2, 1]],
      ['publish.retain', 0, 1, true, [0, 0]],
      ['publish.remainingLength', 1, 1, 21],
      ['publish.topicLength', 2, 2, 1],
      ['publish.topic', 4, 1, 't'],
      ['publish.packetId', 5, 2, 7],
      ['publish.propertyLength', 7, 1, 11],
      ['publish.properties[0].identifier', 8, 1, 0x26],
      ['publish.properties[0].userProperty.nameLength', 9, 2, 1],
      ['publish.properties[0].userProperty.name', 11, 1, 'k'],
      ['publish.properties[0].userProperty.valueLength', 12, 2, 2],
      ['publish.properties[0].userProperty.value', 14, 2, 'vw'],
      ['publish.properties[1].identifier', 16, 1, 0x23],
      ['publish.properties[1].topicAlias', 17, 2, 9],
      ['publish.payload', 19, 4, hex('70 00 00 00')],
    ],
  ],
  [
    'SUBSCRIBE 5.0',
    '5.0',
    '82 07  00 01  00  00 01 "#" 2d',
    [
      ['subscribe.packetType', 0, 1, 8, [7, 4]],
      ['subscribe.headerFlags', 0, 1, 2, [3, 0]],
      ['subscribe.remainingLength', 1, 1, 7],
      ['subscribe.packetId', 2, 2, 1],
      ['subscribe.propertyLength', 4, 1, 0],
      ['subscribe.subscriptions[0].topicFilterLength', 5, 2, 1],
      ['subscribe.subscriptions[0].topicFilter', 7, 1, '#'],
      ['subscribe.subscriptions[0].options.reserved', 8, 1, 0, [7, 6]],
      ['subscribe.subscriptions[0].options.retainHandling', 8, 1, 2, [5, 4]],
      ['subscribe.subscriptions[0].options.retainAsPublished', 8, 1, true, [3, 3]],
      ['subscribe.subscriptions[0].options.noLocal', 8, 1, true, [2, 2]],
      ['subscribe.subscriptions[0].options.qos', 8, 1, 1, [1, 0]],
    ],
  ],
  [
    'SUBACK 3.1.1',
    '3.1.1',
    '90 04  00 01  02 80',
    [
      ['suback.packetType', 0, 1, 9, [7, 4]],
      ['suback.headerFlags', 0, 1, 0, [3, 0]],
      ['suback.remainingLength', 1, 1, 4],
      ['suback.packetId', 2, 2, 1],
      ['suback.returnCodes[0]', 4, 1, 2],
      ['suback.returnCodes[1]', 5, 1, 0x80],
    ],
  ],
  [
    'PUBLISH cut in its topic',
    '3.1.1',
    '30 80 02  00 05 "ab"',
    [
      ['publish.packetType', 0, 1, 3, [7, 4]],
      ['publish.dup', 0, 1, false, [3, 3]],
      ['publish.qos', 0, 1, 0, [2, 1]],
      ['publish.retain', 0, 1, false, [0, 0]],
      ['publish.remainingLength', 1, 2, 256],
      ['publish.topicLength', 3, 2, 5],
      ['publish.unread', 5, 2, hex('"ab"')],
    ],
  ],
];

describe('leaves', () => {
  it.each(LEAVES)('%s', (_name, version, text, leaves) => {
    const bytes = hex(text);
    expect(leavesOf(annotate(bytes, version)).map(leafRow)).toEqual(leaves);
  });
});

const CONNECT_5 = '10 1c  00 04 "MQTT" 05 c6 00 00  05 11 ff ff ff ff  00 00  00  00 01 "w" 00 00 00 00 00 00';
const SHOWN: readonly (readonly [path: string, version: Version, bytes: string, shown: Partial<Field>])[] = [
  ['connect', '5.0', CONNECT_5, { label: 'CONNECT', at: 0, length: 30 }],
  ['connect.packetType', '5.0', CONNECT_5, { label: 'Packet Type', meaning: 'CONNECT', section: '2.1.2' }],
  ['connect.protocolLevel', '5.0', CONNECT_5, { meaning: 'MQTT 5.0', section: '3.1.2.2' }],
  ['connect.flags', '5.0', CONNECT_5, { label: 'Connect Flags', at: 9, length: 1, section: '3.1.2.3' }],
  ['connect.flags.cleanStart', '5.0', CONNECT_5, { label: 'Clean Start', section: '3.1.2.4' }],
  ['connect.keepAlive', '5.0', CONNECT_5, { meaning: 'off' }],
  ['connect.properties', '5.0', CONNECT_5, { label: 'Properties', at: 13, length: 5, section: '3.1.2.11' }],
  ['connect.properties[0]', '5.0', CONNECT_5, { label: 'Session Expiry Interval', at: 13, length: 5 }],
  ['connect.properties[0].identifier', '5.0', CONNECT_5, { meaning: 'Session Expiry Interval', section: '2.2.2.2' }],
  [
    'connect.properties[0].sessionExpiryInterval',
    '5.0',
    CONNECT_5,
    { meaning: 'does not expire', section: '3.1.2.11.2' },
  ],
  ['connect.will', '5.0', CONNECT_5, { label: 'Will', at: 20, length: 6 }],
  ['connect.will.topic', '5.0', CONNECT_5, { label: 'Will Topic', section: '3.1.3.3' }],
  ['connect.password', '5.0', CONNECT_5, { label: 'Password', secret: true, section: '3.1.3.6' }],
  ['connect.protocolLevel', '3.1', '10 0e 00 06 "MQIsdp" 83 02 00 0a 00 00', { meaning: 'MQTT 3.1, bridge bit set' }],
  ['connect.protocolLevel', '3.1.1', '10 0c 00 04 "MQTT" 07 02 00 0a 00 00', { meaning: 'no known version' }],
  ['connect.keepAlive', '3.1.1', '10 0c 00 04 "MQTT" 04 02 00 0a 00 00', { meaning: '10 s', section: '3.1.2.10' }],
  ['connack.returnCode', '3.1.1', '20 02 00 04', { meaning: 'Connection Refused, bad user name or password' }],
  ['connack.returnCode', '3.1', '20 02 00 06', { meaning: 'reserved', section: '3.2' }],
  ['connack.acknowledgeFlags.sessionPresent', '5.0', '20 03 01 00 00', { value: true, section: '3.2.2.1.1' }],
  ['publish.qos', '3.1.1', '34 06 00 01 "t" 00 01 "p"', { label: 'QoS', meaning: 'exactly once', section: '3.3.1.2' }],
  ['publish.qos', '3.1.1', '36 06 00 01 "t" 00 01 "p"', { meaning: 'reserved' }],
  ['pubrel.headerFlags', '3.1.1', '62 02 00 01', { label: 'Flags', meaning: 'reserved, 0b0010', section: '2.2.2' }],
  ['pubrel.headerFlags', '3.1.1', '61 02 00 01', { meaning: 'reserved, 0b0010 expected' }],
  ['pubrel.headerFlags', '3.1', '6a 02 00 01', { meaning: 'DUP 1, QoS 1, RETAIN 0', section: '3.6' }],
  ['suback.returnCodes[1]', '3.1.1', '90 04 00 01 00 80', { label: 'Return Code', meaning: 'Failure' }],
  ['suback.reasonCodes', '5.0', '90 05 00 01 00 00 87', { label: 'Reason Codes', at: 5, length: 2 }],
  ['subscribe.subscriptions[1]', '3.1.1', '82 0a 00 01 00 01 "a" 00 00 01 "b" 02', { label: 'Subscription 2', at: 8 }],
  [
    'subscribe.subscriptions[0].options.retainHandling',
    '5.0',
    '82 07 00 01 00 00 01 "a" 20',
    { meaning: 'send none', section: '3.8.3.1' },
  ],
  ['publish.properties[0].payloadFormatIndicator', '5.0', '30 06 00 01 "t" 02 01 01', { meaning: 'UTF-8 text' }],
  ['publish.properties[0].messageExpiryInterval', '5.0', '30 09 00 01 "t" 05 02 00 00 00 3c', { meaning: '60 s' }],
  ['publish.properties[0].identifier', '5.0', '30 06 00 01 "t" 02 7f 01', { value: 0x7f, meaning: 'not defined' }],
];

describe('shows', () => {
  it.each(SHOWN)('%s of %s: %s', (path, version, bytes, shown) => {
    const fields = fieldsOf(annotate(hex(bytes), version)).filter((field) => field.path === path);
    expect(fields).toHaveLength(1);
    expect(fields[0]).toMatchObject(shown);
  });
});
