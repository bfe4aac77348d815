// MQTT 3.1.1: the non-normative examples (1.5.3.1, 3.1.2.11, 3.3.2.3, 3.8.3.1, 3.9.3.1, 3.10.3.1) made whole packets,
// each packet type, and the ends of the ranges.

import { hex, utf8 } from '../../support/hex.js';
import { NO_FLAGS, rows } from './case.js';

const FLAGS = { ...NO_FLAGS, cleanSession: true };
const CONNECT = { type: 'CONNECT', protocolName: 'MQTT', protocolLevel: 4, flags: FLAGS, keepAlive: 60 } as const;
const PUBLISH = { type: 'PUBLISH', dup: false, qos: 0, retain: false, topic: 'a/b' } as const;

export const V311 = rows('3.1.1', [
  [
    'CONNECT of a tutorial',
    '10 1e  00 04 4d 51 54 54  04 02 00 3c  00 12 70 61 68 6f 31 31 31 35 37 37 32 31 39 34 33 36 30 33',
    { ...CONNECT, clientId: 'paho11157721943603' },
  ],
  [
    '3.1.2.11: CONNECT with the flags of the example',
    '10 24  00 04 "MQTT" 04 ce 00 0a  00 03 "cid" 00 03 "w/t" 00 04 00 ff 00 ff  00 02 "me" 00 04 c0 c1 f5 ff',
    {
      ...CONNECT,
      flags: { ...FLAGS, userName: true, password: true, willQos: 1, will: true },
      keepAlive: 10,
      clientId: 'cid',
      will: { topic: 'w/t', payload: hex('00 ff 00 ff') },
      userName: 'me',
      password: hex('c0 c1 f5 ff'),
    },
  ],
  [
    '1.5.3.1: a client identifier of A and U+2A6D4',
    '10 11  00 04 "MQTT" 04 02 00 3c  00 05 41 f0 aa 9b 94',
    { ...CONNECT, clientId: 'A\u{2a6d4}' },
  ],
  [
    '3.1.3.1: an empty client identifier',
    '10 0c  00 04 "MQTT" 04 02 00 00  00 00',
    { ...CONNECT, keepAlive: 0, clientId: '' },
  ],
  [
    '3.1.2.6, 3.1.2.7: will retained at QoS 2, its payload empty',
    '10 15  00 04 "MQTT" 04 34 ff ff  00 02 "id" 00 03 "w/t" 00 00',
    {
      ...CONNECT,
      flags: { ...NO_FLAGS, cleanSession: false, willRetain: true, willQos: 2, will: true },
      keepAlive: 65535,
      clientId: 'id',
      will: { topic: 'w/t', payload: hex('') },
    },
  ],
  [
    // Wrong by 3.1.2.3, 3.1.2.6 and 3.1.2.9, and readable: judged elsewhere.
    'CONNECT with reserved flag, will QoS 3 without will, password without user name',
    '10 10  00 04 "MQTT" 04 79 00 3c  00 01 "i" 00 01 "p"',
    {
      ...CONNECT,
      flags: { ...NO_FLAGS, cleanSession: false, password: true, willRetain: true, willQos: 3, reserved: true },
      clientId: 'i',
      password: utf8('p'),
    },
  ],
  [
    'CONNECT of a bridge, level 0x84',
    '10 10  00 04 "MQTT" 84 02 00 3c  00 04 "brdg"',
    { ...CONNECT, protocolLevel: 0x84, clientId: 'brdg' },
  ],
  [
    // 3.1.2.2: a level that no version has is read like the nearest below.
    'CONNECT with level 2',
    '10 0e  00 04 "MQTT" 02 02 00 3c  00 02 "ab"',
    { ...CONNECT, protocolLevel: 2, clientId: 'ab' },
  ],
  [
    'CONNECT with another protocol name',
    '10 0f  00 05 "HELLO" 04 02 00 3c  00 02 "ab"',
    { ...CONNECT, protocolName: 'HELLO', clientId: 'ab' },
  ],
  [
    '3.2.2.2: CONNACK, session present',
    '20 02  01 00',
    { type: 'CONNACK', acknowledgeFlags: { reserved: 0, sessionPresent: true }, returnCode: 0 },
  ],
  [
    '3.2.2.3: CONNACK, not authorized',
    '20 02  00 05',
    { type: 'CONNACK', acknowledgeFlags: { reserved: 0, sessionPresent: false }, returnCode: 5 },
  ],
  ['3.3.3: PUBLISH without a payload', '30 05  00 03 "a/b"', { ...PUBLISH, payload: hex('') }],
  [
    '3.3.2.3: PUBLISH with the variable header of the example',
    '32 09  00 03 "a/b" 00 0a  "hi"',
    { ...PUBLISH, qos: 1, packetId: 10, payload: utf8('hi') },
  ],
  [
    '3.3.1: PUBLISH, DUP, QoS 2, RETAIN',
    '3d 08  00 03 "a/b" ff ff  00',
    { ...PUBLISH, dup: true, qos: 2, retain: true, packetId: 65535, payload: hex('00') },
  ],
  [
    // Wrong by 3.3.1.2 [3.1.1:MQTT-3.3.1-4], and readable.
    'PUBLISH with QoS 3',
    '36 08  00 03 "a/b" 00 01  "!"',
    { ...PUBLISH, qos: 3, packetId: 1, payload: utf8('!') },
  ],
  [
    // 1.5.3: U+0000 and U+FEFF are well-formed UTF-8; whether they may stand there is judged elsewhere.
    'PUBLISH whose topic holds a null and a BOM',
    '30 07  00 05 00 ef bb bf 61',
    { ...PUBLISH, topic: '\u0000\ufeffa', payload: hex('') },
  ],
  [
    // 2.2.3 does not forbid more bytes than needed before 5.0.
    'PUBLISH with a Remaining Length in four bytes',
    '30 85 80 80 00  00 03 "a/b"',
    { ...PUBLISH, remainingLengthWidth: 4, payload: hex('') },
  ],
  ['PUBACK', '40 02  00 01', { type: 'PUBACK', packetId: 1 }],
  ['PUBREC', '50 02  12 34', { type: 'PUBREC', packetId: 0x1234 }],
  ['PUBREL', '62 02  12 34', { type: 'PUBREL', packetId: 0x1234 }],
  ['PUBREL with wrong header flags', '60 02  12 34', { type: 'PUBREL', headerFlags: 0, packetId: 0x1234 }],
  ['PUBCOMP', '70 02  ff ff', { type: 'PUBCOMP', packetId: 0xffff }],
  [
    '3.8.3.1: SUBSCRIBE with the payload of the example',
    '82 0e  00 0a  00 03 "a/b" 01  00 03 "c/d" 02',
    {
      type: 'SUBSCRIBE',
      packetId: 10,
      subscriptions: [
        { topicFilter: 'a/b', options: { reserved: 0, qos: 1 } },
        { topicFilter: 'c/d', options: { reserved: 0, qos: 2 } },
      ],
    },
  ],
  [
    'SUBSCRIBE with reserved bits and QoS 3',
    '82 06  00 01  00 01 "#" ff',
    { type: 'SUBSCRIBE', packetId: 1, subscriptions: [{ topicFilter: '#', options: { reserved: 63, qos: 3 } }] },
  ],
  ['SUBSCRIBE without a filter', '82 02  00 01', { type: 'SUBSCRIBE', packetId: 1, subscriptions: [] }],
  [
    '3.9.3.1: SUBACK with the payload of the example',
    '90 05  00 0a  00 02 80',
    { type: 'SUBACK', packetId: 10, returnCodes: [0, 2, 128] },
  ],
  [
    '3.10.3.1: UNSUBSCRIBE with the payload of the example',
    'a2 0c  00 0a  00 03 "a/b" 00 03 "c/d"',
    { type: 'UNSUBSCRIBE', packetId: 10, topicFilters: ['a/b', 'c/d'] },
  ],
  ['UNSUBACK', 'b0 02  00 0a', { type: 'UNSUBACK', packetId: 10 }],
  ['PINGREQ', 'c0 00', { type: 'PINGREQ' }],
  ['PINGREQ with a Remaining Length in two bytes', 'c0 80 00', { type: 'PINGREQ', remainingLengthWidth: 2 }],
  ['PINGRESP', 'd0 00', { type: 'PINGRESP' }],
  ['DISCONNECT', 'e0 00', { type: 'DISCONNECT' }],
  ['DISCONNECT with header flags', 'ef 00', { type: 'DISCONNECT', headerFlags: 15 }],
]);
