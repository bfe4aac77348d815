// MQTT 3.1: the examples of its tables, and what only 3.1 allows.

import { utf8 } from '../../support/hex.js';
import { NO_FLAGS, rows } from './case.js';

const FLAGS = { ...NO_FLAGS, cleanSession: true };

export const V31 = rows('3.1', [
  [
    // 3.1 CONNECT: flags CE (reserved bit clear), keep alive 10.
    'CONNECT with the variable header of the example',
    '10 2c  00 06 "MQIsdp" 03 ce 00 0a  00 05 "cl-31" 00 03 "w/t" 00 04 "gone" 00 04 "user" 00 06 "secret"',
    {
      type: 'CONNECT',
      protocolName: 'MQIsdp',
      protocolLevel: 3,
      flags: { ...FLAGS, userName: true, password: true, willQos: 1, will: true },
      keepAlive: 10,
      clientId: 'cl-31',
      will: { topic: 'w/t', payload: utf8('gone') },
      userName: 'user',
      password: utf8('secret'),
    },
  ],
  [
    'CONNECT: user name flag set, string missing',
    '10 12  00 06 "MQIsdp" 03 82 00 1e  00 04 "test"',
    {
      type: 'CONNECT',
      protocolName: 'MQIsdp',
      protocolLevel: 3,
      flags: { ...FLAGS, userName: true },
      keepAlive: 30,
      clientId: 'test',
    },
  ],
  [
    'CONNECT: user name present, password flag set, string missing',
    '10 15  00 06 "MQIsdp" 03 c2 00 1e  00 04 "test" 00 01 "u"',
    {
      type: 'CONNECT',
      protocolName: 'MQIsdp',
      protocolLevel: 3,
      flags: { ...FLAGS, userName: true, password: true },
      keepAlive: 30,
      clientId: 'test',
      userName: 'u',
    },
  ],
  [
    'CONNECT: both flags set, both strings missing',
    '10 12  00 06 "MQIsdp" 03 c2 00 1e  00 04 "test"',
    {
      type: 'CONNECT',
      protocolName: 'MQIsdp',
      protocolLevel: 3,
      flags: { ...FLAGS, userName: true, password: true },
      keepAlive: 30,
      clientId: 'test',
    },
  ],
  [
    // Level 3 with the bridge bit of Eclipse Mosquitto.
    'CONNECT of a bridge, level 0x83',
    '10 12  00 06 "MQIsdp" 83 00 00 3c  00 04 "brdg"',
    {
      type: 'CONNECT',
      protocolName: 'MQIsdp',
      protocolLevel: 0x83,
      flags: { ...NO_FLAGS, cleanSession: false },
      keepAlive: 60,
      clientId: 'brdg',
    },
  ],
  [
    'CONNACK: identifier rejected',
    '20 02  00 02',
    { type: 'CONNACK', acknowledgeFlags: { reserved: 0, sessionPresent: false }, returnCode: 2 },
  ],
  [
    // The first byte is not used in 3.1: whatever stands there is kept.
    'CONNACK: reserved first byte',
    '20 02  fe 00',
    { type: 'CONNACK', acknowledgeFlags: { reserved: 0x7f, sessionPresent: false }, returnCode: 0 },
  ],
  [
    'PUBLISH with the variable header of the example',
    '32 0a  00 03 "a/b" 00 0a  "xyz"',
    { type: 'PUBLISH', dup: false, qos: 1, retain: false, topic: 'a/b', packetId: 10, payload: utf8('xyz') },
  ],
  ['PUBREL with DUP', '6a 02  00 0a', { type: 'PUBREL', headerFlags: 0x0a, packetId: 10 }],
  [
    'SUBSCRIBE with the payload of the example, DUP set',
    '8a 0e  00 0a  00 03 "a/b" 01  00 03 "c/d" 02',
    {
      type: 'SUBSCRIBE',
      headerFlags: 0x0a,
      packetId: 10,
      subscriptions: [
        { topicFilter: 'a/b', options: { reserved: 0, qos: 1 } },
        { topicFilter: 'c/d', options: { reserved: 0, qos: 2 } },
      ],
    },
  ],
  [
    'SUBACK with the payload of the example',
    '90 04  00 0a  00 02',
    { type: 'SUBACK', packetId: 10, returnCodes: [0, 2] },
  ],
  [
    'UNSUBSCRIBE with the payload of the example',
    'a2 0c  00 0a  00 03 "a/b" 00 03 "c/d"',
    { type: 'UNSUBSCRIBE', packetId: 10, topicFilters: ['a/b', 'c/d'] },
  ],
]);
