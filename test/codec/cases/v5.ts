// MQTT 5.0: the non-normative examples (3.1.2.12, figures 3-9, 3-19, 3-21, 3-24) made whole packets, each packet type,
// and the short forms (3.4.2.1, 3.14.2.1, 3.15.2.1). Properties have their own table: properties.ts.

import { hex, utf8 } from '../../support/hex.js';
import { NO_FLAGS, property, rows } from './case.js';

const FLAGS = { ...NO_FLAGS, cleanStart: true };
const CONNECT = { type: 'CONNECT', protocolName: 'MQTT', protocolLevel: 5, flags: FLAGS, keepAlive: 10 } as const;
const PUBLISH = { type: 'PUBLISH', dup: false, qos: 0, retain: false, topic: 'a/b' } as const;
const QOS = { reserved: 0, retainHandling: 0, retainAsPublished: false, noLocal: false } as const;

export const V5 = rows('5.0', [
  [
    '3.1.2.12: CONNECT with the variable header of the example',
    '10 27  00 04 "MQTT" 05 ce 00 0a  05 11 00 00 00 0a  00 03 "cid" 00  00 03 "w/t" 00 02 00 ff  00 02 "me" 00 02 "pw"',
    {
      ...CONNECT,
      flags: { ...FLAGS, userName: true, password: true, willQos: 1, will: true },
      properties: [property('sessionExpiryInterval', 10)],
      clientId: 'cid',
      will: { properties: [], topic: 'w/t', payload: hex('00 ff') },
      userName: 'me',
      password: utf8('pw'),
    },
  ],
  [
    '3.1.3.2: will properties before the will topic',
    '10 25  00 04 "MQTT" 05 2c 00 0a  00  00 00  10 18 00 00 00 05 01 01 02 00 00 00 3c 03 00 01 "t"  00 02 "wt" 00 01 "x"',
    {
      ...CONNECT,
      flags: { ...NO_FLAGS, cleanStart: false, willRetain: true, willQos: 1, will: true },
      properties: [],
      clientId: '',
      will: {
        properties: [
          property('willDelayInterval', 5),
          property('payloadFormatIndicator', 1),
          property('messageExpiryInterval', 60),
          property('contentType', 't'),
        ],
        topic: 'wt',
        payload: utf8('x'),
      },
    },
  ],
  [
    '3.1.2.9: a password without a user name',
    '10 13  00 04 "MQTT" 05 42 00 0a  00  00 01 "i" 00 03 "tok"',
    { ...CONNECT, flags: { ...FLAGS, password: true }, properties: [], clientId: 'i', password: utf8('tok') },
  ],
  [
    // A level above 5 is read like 5.0.
    'CONNECT with level 6',
    '10 0e  00 04 "MQTT" 06 02 00 0a  00  00 01 "i"',
    { ...CONNECT, protocolLevel: 6, properties: [], clientId: 'i' },
  ],
  [
    'CONNACK',
    '20 03  01 00 00',
    { type: 'CONNACK', acknowledgeFlags: { reserved: 0, sessionPresent: true }, reasonCode: 0, properties: [] },
  ],
  [
    '3.2.2.2: CONNACK, bad user name or password, with a reason',
    '20 09  00 86  06 1f 00 03 "why"',
    {
      type: 'CONNACK',
      acknowledgeFlags: { reserved: 0, sessionPresent: false },
      reasonCode: 0x86,
      properties: [property('reasonString', 'why')],
    },
  ],
  [
    'figure 3-9: PUBLISH without properties',
    '32 08  00 03 "a/b" 00 0a 00',
    { ...PUBLISH, qos: 1, packetId: 10, properties: [], payload: hex('') },
  ],
  [
    '3.3.2.3.4: PUBLISH with a Topic Alias and no topic',
    '30 08  00 00  03 23 00 07  "hi"',
    { ...PUBLISH, topic: '', properties: [property('topicAlias', 7)], payload: utf8('hi') },
  ],
  [
    '3.3.2.3.8: several Subscription Identifiers, User Properties in their order',
    '3d 21  00 03 "a/b" 00 01  18 0b 01 0b ff ff ff 7f 26 00 01 "k" 00 01 "2" 26 00 01 "k" 00 01 "1" 0b 80 01  00',
    {
      ...PUBLISH,
      dup: true,
      qos: 2,
      retain: true,
      packetId: 1,
      properties: [
        property('subscriptionIdentifier', 1),
        property('subscriptionIdentifier', 268435455),
        property('userProperty', { name: 'k', value: '2' }),
        property('userProperty', { name: 'k', value: '1' }),
        property('subscriptionIdentifier', 128),
      ],
      payload: hex('00'),
    },
  ],
  ['3.4.2.1: PUBACK of 2 bytes', '40 02  00 01', { type: 'PUBACK', packetId: 1 }],
  ['3.4.2.2.1: PUBACK of 3 bytes', '40 03  00 01 10', { type: 'PUBACK', packetId: 1, reasonCode: 0x10 }],
  [
    'PUBACK of 4 bytes: Property Length 0',
    '40 04  00 01 00 00',
    { type: 'PUBACK', packetId: 1, reasonCode: 0, properties: [] },
  ],
  ['PUBREC of 3 bytes', '50 03  00 01 91', { type: 'PUBREC', packetId: 1, reasonCode: 0x91 }],
  ['PUBREL of 2 bytes', '62 02  00 01', { type: 'PUBREL', packetId: 1 }],
  ['PUBREL of 3 bytes', '62 03  00 01 92', { type: 'PUBREL', packetId: 1, reasonCode: 0x92 }],
  [
    'PUBCOMP with a reason',
    '70 09  00 01 92  05 1f 00 02 "no"',
    { type: 'PUBCOMP', packetId: 1, reasonCode: 0x92, properties: [property('reasonString', 'no')] },
  ],
  [
    'figures 3-19 and 3-21: SUBSCRIBE',
    '82 0f  00 0a 00  00 03 "a/b" 01  00 03 "c/d" 02',
    {
      type: 'SUBSCRIBE',
      packetId: 10,
      properties: [],
      subscriptions: [
        { topicFilter: 'a/b', options: { ...QOS, qos: 1 } },
        { topicFilter: 'c/d', options: { ...QOS, qos: 2 } },
      ],
    },
  ],
  [
    '3.8.3.1: SUBSCRIBE, each option',
    '82 1a  00 0a  03 0b e8 07  00 01 "a" 04  00 01 "b" 08  00 01 "c" 10  00 01 "d" 20  00 01 "e" c3',
    {
      type: 'SUBSCRIBE',
      packetId: 10,
      properties: [property('subscriptionIdentifier', 1000)],
      subscriptions: [
        { topicFilter: 'a', options: { ...QOS, noLocal: true, qos: 0 } },
        { topicFilter: 'b', options: { ...QOS, retainAsPublished: true, qos: 0 } },
        { topicFilter: 'c', options: { ...QOS, retainHandling: 1, qos: 0 } },
        { topicFilter: 'd', options: { ...QOS, retainHandling: 2, qos: 0 } },
        { topicFilter: 'e', options: { ...QOS, reserved: 3, qos: 3 } },
      ],
    },
  ],
  [
    '3.9.3: SUBACK',
    '90 07  00 0a 00  00 02 87 a2',
    { type: 'SUBACK', packetId: 10, properties: [], reasonCodes: [0, 2, 0x87, 0xa2] },
  ],
  [
    'UNSUBSCRIBE',
    'a2 0d  00 0a 00  00 03 "a/b" 00 03 "c/d"',
    { type: 'UNSUBSCRIBE', packetId: 10, properties: [], topicFilters: ['a/b', 'c/d'] },
  ],
  ['UNSUBACK', 'b0 05  00 0a 00  00 11', { type: 'UNSUBACK', packetId: 10, properties: [], reasonCodes: [0, 0x11] }],
  ['PINGREQ', 'c0 00', { type: 'PINGREQ' }],
  ['PINGRESP', 'd0 00', { type: 'PINGRESP' }],
  ['3.14.2.1: DISCONNECT of 0 bytes', 'e0 00', { type: 'DISCONNECT' }],
  ['3.14.2.2.1: DISCONNECT of 1 byte', 'e0 01  04', { type: 'DISCONNECT', reasonCode: 4 }],
  [
    'figure 3-24: DISCONNECT',
    'e0 07  00  05 11 00 00 00 00',
    { type: 'DISCONNECT', reasonCode: 0, properties: [property('sessionExpiryInterval', 0)] },
  ],
  ['3.15.2.1: AUTH of 0 bytes', 'f0 00', { type: 'AUTH' }],
  ['AUTH of 1 byte', 'f0 01  19', { type: 'AUTH', reasonCode: 0x19 }],
  [
    'AUTH with method and data',
    'f0 0f  18  0d 15 00 05 "SCRAM" 16 00 02 00 ff',
    {
      type: 'AUTH',
      reasonCode: 0x18,
      properties: [property('authenticationMethod', 'SCRAM'), property('authenticationData', hex('00 ff'))],
    },
  ],
]);
