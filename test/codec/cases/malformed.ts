// Bytes that are no packet: which problem, where, what is left unread, and the values that are there all the same.

import type { ProblemCode } from '../../../src/codec/field.js';
import type { ReadPacket } from '../../../src/codec/packet.js';
import type { Version } from '../../../src/spec/versions.js';
import { hex, utf8 } from '../../support/hex.js';
import { NO_FLAGS, property } from './case.js';

type Where = readonly [path: string, at: number, length: number];
type Row = readonly [
  name: string,
  version: Version,
  bytes: string,
  problems: readonly (readonly [ProblemCode, ...Where])[],
  unread: Where | undefined,
  packet: ReadPacket,
];

const CONNECT = { type: 'CONNECT', protocolName: 'MQTT', protocolLevel: 4, keepAlive: 10 } as const;
const V311_FLAGS = { ...NO_FLAGS, cleanSession: true };
const PUBLISH = { type: 'PUBLISH', dup: false, qos: 0, retain: false } as const;
const PUBLISH_1 = { ...PUBLISH, qos: 1 } as const;
const TOPIC = { ...PUBLISH, topic: 't' } as const;

export const HEADER: readonly Row[] = [
  ['no bytes', '3.1.1', '', [['field-cut', 'reserved.packetType', 0, 0]], undefined, { type: 'RESERVED', typeCode: 0 }],
  ['one byte', '3.1.1', 'c0', [['field-cut', 'pingreq.remainingLength', 1, 0]], undefined, { type: 'PINGREQ' }],
  [
    '2.2.3: Remaining Length cut after its third byte',
    '3.1.1',
    '30 80 80 80',
    [['field-cut', 'publish.remainingLength', 1, 3]],
    ['publish.unread', 1, 3],
    PUBLISH,
  ],
  [
    '2.2.3: Remaining Length goes on after its fourth byte',
    '3.1.1',
    '30 ff ff ff ff 01 00',
    [['variable-byte-integer', 'publish.remainingLength', 1, 4]],
    ['publish.unread', 1, 6],
    PUBLISH,
  ],
  [
    '5.0: 1.5.5: Remaining Length in two bytes for 0',
    '5.0',
    'c0 80 00',
    [['overlong', 'pingreq.remainingLength', 1, 2]],
    undefined,
    { type: 'PINGREQ', remainingLengthWidth: 2 },
  ],
  [
    // The version that decides is the one that the CONNECT announces.
    '5.0: 1.5.5: of a CONNECT, read as 3.1.1',
    '3.1.1',
    '10 8e 80 00  00 04 "MQTT" 05 02 00 0a  00  00 01 "i"',
    [['overlong', 'connect.remainingLength', 1, 3]],
    undefined,
    {
      ...CONNECT,
      protocolLevel: 5,
      flags: { ...NO_FLAGS, cleanStart: true },
      properties: [],
      clientId: 'i',
      remainingLengthWidth: 3,
    },
  ],
  [
    'packet type 0',
    '5.0',
    '00 02 00 00',
    [['reserved-type', 'reserved.packetType', 0, 1]],
    ['reserved.unread', 2, 2],
    { type: 'RESERVED', typeCode: 0 },
  ],
  [
    'packet type 15 before 5.0',
    '3.1.1',
    'f0 01 18',
    [['reserved-type', 'reserved.packetType', 0, 1]],
    ['reserved.unread', 2, 1],
    { type: 'RESERVED', typeCode: 15 },
  ],
  [
    'packet type 15 before 5.0, without a body, flags set',
    '3.1',
    'f3 00',
    [['reserved-type', 'reserved.packetType', 0, 1]],
    undefined,
    { type: 'RESERVED', typeCode: 15, headerFlags: 3 },
  ],
];

export const LENGTHS: readonly Row[] = [
  [
    'CONNACK of one byte',
    '3.1.1',
    '20 01 00',
    [['field-cut', 'connack.returnCode', 3, 0]],
    undefined,
    { type: 'CONNACK', acknowledgeFlags: { reserved: 0, sessionPresent: false } },
  ],
  [
    '5.0: 3.2.2.3: CONNACK without a Property Length',
    '5.0',
    '20 02 00 00',
    [['field-cut', 'connack.propertyLength', 4, 0]],
    undefined,
    { type: 'CONNACK', acknowledgeFlags: { reserved: 0, sessionPresent: false }, reasonCode: 0 },
  ],
  [
    'PUBACK with half an identifier',
    '3.1.1',
    '40 01 00',
    [['field-cut', 'puback.packetId', 2, 1]],
    ['puback.unread', 2, 1],
    { type: 'PUBACK' },
  ],
  [
    '3.1.1: PUBACK is over after its identifier',
    '3.1.1',
    '40 04 00 01 00 00',
    [['unread', 'puback.unread', 4, 2]],
    ['puback.unread', 4, 2],
    { type: 'PUBACK', packetId: 1 },
  ],
  [
    'PINGREQ with content',
    '3.1.1',
    'c0 01 2a',
    [['unread', 'pingreq.unread', 2, 1]],
    ['pingreq.unread', 2, 1],
    { type: 'PINGREQ' },
  ],
  [
    '3.1.1: DISCONNECT with a reason',
    '3.1.1',
    'e0 01 00',
    [['unread', 'disconnect.unread', 2, 1]],
    ['disconnect.unread', 2, 1],
    { type: 'DISCONNECT' },
  ],
  [
    '5.0: DISCONNECT with bytes behind its properties',
    '5.0',
    'e0 03 00 00 ee',
    [['unread', 'disconnect.unread', 4, 1]],
    ['disconnect.unread', 4, 1],
    { type: 'DISCONNECT', reasonCode: 0, properties: [] },
  ],
  [
    'PUBLISH whose topic says more than the packet holds',
    '3.1.1',
    '30 04 00 05 "ab"',
    [['length-overrun', 'publish.topicLength', 2, 2]],
    ['publish.unread', 4, 2],
    PUBLISH,
  ],
  [
    'PUBLISH with QoS 1 and room for half an identifier',
    '3.1.1',
    '32 04 00 01 "t" 00',
    [['field-cut', 'publish.packetId', 5, 1]],
    ['publish.unread', 5, 1],
    { ...PUBLISH_1, topic: 't' },
  ],
  [
    'PUBLISH without a topic length',
    '3.1.1',
    '30 01 00',
    [['field-cut', 'publish.topicLength', 2, 1]],
    ['publish.unread', 2, 1],
    PUBLISH,
  ],
  [
    '3.1.1: user name flag set, string missing',
    '3.1.1',
    '10 0d  00 04 "MQTT" 04 82 00 0a  00 01 "i"',
    [['field-cut', 'connect.userNameLength', 15, 0]],
    undefined,
    { ...CONNECT, flags: { ...V311_FLAGS, userName: true }, clientId: 'i' },
  ],
  [
    // 3.1 allows a missing string, not half a length.
    '3.1: user name of one byte',
    '3.1',
    '10 10  00 06 "MQIsdp" 03 82 00 0a  00 01 "i" 00',
    [['field-cut', 'connect.userNameLength', 17, 1]],
    ['connect.unread', 17, 1],
    {
      ...CONNECT,
      protocolName: 'MQIsdp',
      protocolLevel: 3,
      flags: { ...V311_FLAGS, userName: true },
      clientId: 'i',
    },
  ],
  [
    'will without a payload',
    '3.1.1',
    '10 10  00 04 "MQTT" 04 06 00 0a  00 01 "i" 00 01 "w"',
    [['field-cut', 'connect.will.payloadLength', 18, 0]],
    undefined,
    { ...CONNECT, flags: { ...V311_FLAGS, will: true }, clientId: 'i' },
  ],
  [
    'SUBSCRIBE: the second filter has no options',
    '3.1.1',
    '82 09 00 01 00 01 "a" 00 00 01 "b"',
    [['field-cut', 'subscribe.subscriptions[1].options', 11, 0]],
    undefined,
    { type: 'SUBSCRIBE', packetId: 1, subscriptions: [{ topicFilter: 'a', options: { reserved: 0, qos: 0 } }] },
  ],
  [
    'UNSUBSCRIBE: the second filter overruns',
    '3.1.1',
    'a2 08 00 01 00 01 "a" 00 09 "b"',
    [['length-overrun', 'unsubscribe.topicFilters[1]Length', 7, 2]],
    ['unsubscribe.unread', 9, 1],
    { type: 'UNSUBSCRIBE', packetId: 1, topicFilters: ['a'] },
  ],
];

export const INCOMPLETE: readonly Row[] = [
  [
    'a topic that is not whole',
    '3.1.1',
    '30 10 00 05 "ab"',
    [['incomplete', 'publish.topic', 4, 2]],
    ['publish.unread', 4, 2],
    PUBLISH,
  ],
  [
    'a payload that is not whole is given as far as it goes',
    '3.1.1',
    '30 05 00 01 "t" "p"',
    [['incomplete', 'publish', 6, 0]],
    undefined,
    { ...TOPIC, payload: utf8('p') },
  ],
  [
    'properties that are not whole: the payload is not reached',
    '5.0',
    '30 0f 00 01 "t" 0a 23 00 01',
    [['incomplete', 'publish', 9, 0]],
    undefined,
    { ...TOPIC, properties: [property('topicAlias', 1)] },
  ],
  [
    'a property that is not whole',
    '5.0',
    '30 0f 00 01 "t" 0a 23 00',
    [['incomplete', 'publish.properties[0].topicAlias', 7, 1]],
    ['publish.properties.unread', 7, 1],
    { ...TOPIC, properties: [] },
  ],
];

export const PROPERTIES: readonly Row[] = [
  [
    '2.2.2.2: an identifier that is not defined; what follows the properties is read',
    '5.0',
    '30 0b 00 01 "t" 06 23 00 01 7f 01 02 "p"',
    [['unknown-property', 'publish.properties[1].identifier', 9, 1]],
    ['publish.properties.unread', 10, 2],
    { ...TOPIC, properties: [property('topicAlias', 1)], payload: utf8('p') },
  ],
  [
    '2.2.2.2: an identifier of two bytes that is not defined',
    '5.0',
    '30 06 00 01 "t" 02 ff 01',
    [['unknown-property', 'publish.properties[0].identifier', 6, 2]],
    undefined,
    { ...TOPIC, properties: [], payload: hex('') },
  ],
  [
    '1.5.5: an identifier in more bytes than it needs',
    '5.0',
    '30 08 00 01 "t" 04 a3 00 00 01',
    [['overlong', 'publish.properties[0].identifier', 6, 2]],
    undefined,
    { ...TOPIC, properties: [property('topicAlias', 1)], payload: hex('') },
  ],
  [
    '1.5.5: a Subscription Identifier in more bytes than it needs',
    '5.0',
    '30 08 00 01 "t" 04 0b 81 80 00',
    [['overlong', 'publish.properties[0].subscriptionIdentifier', 7, 3]],
    undefined,
    { ...TOPIC, properties: [property('subscriptionIdentifier', 1)], payload: hex('') },
  ],
  [
    '1.5.5: a Subscription Identifier that goes on after its fourth byte',
    '5.0',
    '30 0b 00 01 "t" 06 0b ff ff ff ff 7f "p"',
    [['variable-byte-integer', 'publish.properties[0].subscriptionIdentifier', 7, 4]],
    ['publish.properties.unread', 7, 5],
    { ...TOPIC, properties: [], payload: utf8('p') },
  ],
  [
    '1.5.5: a Property Length in more bytes than it needs',
    '5.0',
    '30 05 00 01 "t" 80 00',
    [['overlong', 'publish.propertyLength', 5, 2]],
    undefined,
    { ...TOPIC, properties: [], payload: hex('') },
  ],
  [
    '1.5.5: a Property Length that goes on after its fourth byte',
    '5.0',
    '30 08 00 01 "t" ff ff ff ff 01',
    [['variable-byte-integer', 'publish.propertyLength', 5, 4]],
    ['publish.unread', 5, 5],
    TOPIC,
  ],
  [
    'a Property Length beyond the packet',
    '5.0',
    '30 07 00 01 "t" 04 23 00 01',
    [['length-overrun', 'publish.propertyLength', 5, 1]],
    undefined,
    { ...TOPIC, properties: [property('topicAlias', 1)], payload: hex('') },
  ],
  [
    'a Property Length of two bytes beyond the packet, a property cut by its end',
    '5.0',
    '30 07 00 01 "t" 80 01 23 00',
    [
      ['length-overrun', 'publish.propertyLength', 5, 2],
      ['field-cut', 'publish.properties[0].topicAlias', 8, 1],
    ],
    ['publish.properties.unread', 8, 1],
    { ...TOPIC, properties: [] },
  ],
  [
    'a property string beyond its section, not beyond the packet',
    '5.0',
    '30 0b 00 01 "t" 04 03 00 02 "x" "yz!"',
    [['length-overrun', 'publish.properties[0].contentTypeLength', 7, 2]],
    ['publish.properties.unread', 9, 1],
    { ...TOPIC, properties: [], payload: utf8('yz!') },
  ],
  [
    'a User Property without a value',
    '5.0',
    '30 09 00 01 "t" 04 26 00 01 "k" "p"',
    [['field-cut', 'publish.properties[0].userProperty.valueLength', 10, 0]],
    undefined,
    { ...TOPIC, properties: [], payload: utf8('p') },
  ],
  [
    'a Will Property that is not defined; will topic, will payload and user name are read',
    '5.0',
    '10 1a  00 04 "MQTT" 05 86 00 0a  00  00 01 "i"  02 00 00  00 01 "w" 00 01 "x" 00 01 "u"',
    [['unknown-property', 'connect.will.properties[0].identifier', 17, 1]],
    ['connect.will.properties.unread', 18, 1],
    {
      ...CONNECT,
      protocolLevel: 5,
      flags: { ...NO_FLAGS, cleanStart: true, will: true, userName: true },
      properties: [],
      clientId: 'i',
      will: { properties: [], topic: 'w', payload: utf8('x') },
      userName: 'u',
    },
  ],
];

/** 1.5.3 (5.0: 1.5.4): the string is given with U+FFFD for what is ill-formed, and the packet is read on. */
export const STRINGS: readonly Row[] = (
  [
    ['a stray continuation byte', '61 80', 1, 'a\ufffd'],
    ['an overlong slash', 'c0 af', 0, '\ufffd\ufffd'],
    ['a surrogate', '61 ed a0 80 62', 1, 'a\ufffd\ufffd\ufffdb'],
    ['above U+10FFFF', 'f4 90 80 80', 0, '\ufffd\ufffd\ufffd\ufffd'],
    ['a sequence cut by the end', '61 62 e2 82', 2, 'ab\ufffd'],
  ] as const
).map(([name, text, wrong, topic]) => {
  const { length } = hex(text);
  return [
    `a topic with ${name}`,
    '3.1.1',
    `30 0${length + 3} 00 0${length} ${text} "p"`,
    [['utf8', 'publish.topic', 4 + wrong, length - wrong]],
    undefined,
    { ...PUBLISH, topic, payload: utf8('p') },
  ];
});
