// What encode refuses, what it fills in, and the widths of the Remaining Length (2.2.3; 5.0: 1.5.5).

import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/codec/frame.js';
import type { Packet, Property } from '../../src/codec/packet.js';
import type { Version } from '../../src/spec/versions.js';
import { hex, toHex } from '../support/hex.js';
import { NO_FLAGS, property } from './cases/case.js';

const FLAGS = { ...NO_FLAGS, cleanSession: true, cleanStart: true };
const CONNECT: Packet = {
  type: 'CONNECT',
  protocolName: 'MQTT',
  protocolLevel: 4,
  flags: FLAGS,
  keepAlive: 60,
  clientId: '',
};
const PUBLISH: Packet = { type: 'PUBLISH', dup: false, qos: 0, retain: false, topic: 't', payload: hex('') };
const SUBSCRIBE: Packet = { type: 'SUBSCRIBE', packetId: 1, subscriptions: [] };
const OPTIONS = { reserved: 0, retainHandling: 0, retainAsPublished: false, noLocal: false, qos: 0 };
const LONG = 'x'.repeat(65536);

const withOptions = (options: object): Packet =>
  ({ ...SUBSCRIBE, subscriptions: [{ topicFilter: '#', options: { ...OPTIONS, ...options } }] }) as Packet;
const withProperty = (one: Property): Packet => ({ ...PUBLISH, properties: [one] });

// A packet that lacks a member is no Packet for the compiler: what a caller without types may hand in.
const lacking = (packet: object): Packet => packet as Packet;

const REFUSED: readonly (readonly [name: string, version: Version, packet: Packet, message: RegExp])[] = [
  ['a keep alive of 65536', '3.1.1', { ...CONNECT, keepAlive: 65536 }, /Keep Alive: 65536 .* 2 bytes/],
  ['a negative keep alive', '3.1.1', { ...CONNECT, keepAlive: -1 }, /Keep Alive: -1/],
  ['half a second', '3.1.1', { ...CONNECT, keepAlive: 0.5 }, /Keep Alive: 0\.5/],
  ['a protocol level of 256', '3.1.1', { ...CONNECT, protocolLevel: 256 }, /Protocol Level: 256/],
  ['a will QoS of 4', '3.1.1', { ...CONNECT, flags: { ...FLAGS, willQos: 4 } }, /Will QoS: 4/],
  ['a client identifier of 65536 bytes', '3.1.1', { ...CONNECT, clientId: LONG }, /Client Identifier has 65536 bytes/],
  ['half a surrogate pair', '3.1.1', { ...CONNECT, clientId: 'a\ud83d' }, /Client Identifier .*surrogate/],
  ['a will flag without a will', '3.1.1', { ...CONNECT, flags: { ...FLAGS, will: true } }, /Will \(will\) is missing/],
  [
    'a user name flag without one, in 3.1.1',
    '3.1.1',
    { ...CONNECT, flags: { ...FLAGS, userName: true } },
    /User Name \(userName\) is missing/,
  ],
  [
    'a password of 65536 bytes',
    '3.1.1',
    { ...CONNECT, flags: { ...FLAGS, password: true }, password: new Uint8Array(65536) },
    /Password has 65536 bytes/,
  ],
  ['no flags', '3.1.1', lacking({ ...CONNECT, flags: undefined }), /Connect Flags \(flags\) is missing/],
  [
    'a return code in place of a reason code',
    '5.0',
    { type: 'CONNACK', acknowledgeFlags: { reserved: 0, sessionPresent: false }, returnCode: 0 },
    /Reason Code \(reasonCode\) is missing/,
  ],
  [
    'acknowledge flags beyond their bits',
    '3.1.1',
    { type: 'CONNACK', acknowledgeFlags: { reserved: 128, sessionPresent: false }, returnCode: 0 },
    /Reserved: 128/,
  ],
  ['a QoS of 4', '3.1.1', { ...PUBLISH, qos: 4, packetId: 1 }, /QoS: 4/],
  ['a QoS of 1.5', '3.1.1', { ...PUBLISH, qos: 1.5, packetId: 1 }, /QoS: 1\.5/],
  ['QoS 1 without a packet identifier', '3.1.1', { ...PUBLISH, qos: 1 }, /Packet Identifier \(packetId\) is missing/],
  ['a packet identifier of 65536', '3.1.1', { type: 'PUBACK', packetId: 65536 }, /Packet Identifier: 65536/],
  ['a reason code of 256', '5.0', { type: 'PUBACK', packetId: 1, reasonCode: 256 }, /Reason Code: 256/],
  [
    '3.4.2.2.1: properties without the reason code before them',
    '5.0',
    { type: 'PUBACK', packetId: 1, properties: [] },
    /Reason Code before it/,
  ],
  ['3.14.2.1: the same in DISCONNECT', '5.0', { type: 'DISCONNECT', properties: [] }, /Reason Code before it/],
  ['a QoS of 4 in a subscription', '5.0', withOptions({ qos: 4 }), /Maximum QoS: 4/],
  ['retain handling 4', '5.0', withOptions({ retainHandling: 4 }), /Retain Handling: 4/],
  ['a granted QoS of -1', '3.1.1', { type: 'SUBACK', packetId: 1, returnCodes: [-1] }, /Return Code: -1/],
  ['SUBACK without codes', '5.0', { type: 'SUBACK', packetId: 1 }, /Reason Code \(reasonCodes\) is missing/],
  ['AUTH before 5.0', '3.1.1', { type: 'AUTH', reasonCode: 0 }, /3\.1\.1 has no AUTH/],
  ['header flags of 16', '3.1.1', { type: 'PINGREQ', headerFlags: 16 }, /flags 16/],
  ['negative header flags', '3.1.1', { type: 'PINGREQ', headerFlags: -1 }, /flags -1/],
  ['packet type 16', '3.1.1', { type: 'RESERVED', typeCode: 16 }, /type 16/],
  ['a Remaining Length of five bytes', '3.1.1', { type: 'PINGREQ', remainingLengthWidth: 5 }, /1 to 4 bytes, not 5/],
  [
    'a Remaining Length of one byte for 128',
    '3.1.1',
    { ...PUBLISH, payload: new Uint8Array(125), remainingLengthWidth: 1 },
    /128 does not fit .* 1 bytes/,
  ],
  [
    '3.1: a password behind a user name that was left out',
    '3.1',
    {
      ...CONNECT,
      protocolName: 'MQIsdp',
      protocolLevel: 3,
      flags: { ...FLAGS, userName: true, password: true },
      password: new Uint8Array(3),
    },
    /Password cannot stand without the User Name/,
  ],
  [
    'a property without a row',
    '5.0',
    withProperty({ name: 'nonsense', value: 1 } as never),
    /nonsense is not a property/,
  ],
  ['a Topic Alias of 65536', '5.0', withProperty(property('topicAlias', 65536)), /Topic Alias: 65536/],
  [
    'a Subscription Identifier of 268435456',
    '5.0',
    withProperty(property('subscriptionIdentifier', 268435456)),
    /268435456 is not a Variable Byte Integer/,
  ],
  [
    'a User Property whose name is too long',
    '5.0',
    withProperty(property('userProperty', { name: LONG, value: '' })),
    /Name has 65536 bytes/,
  ],
  [
    'Correlation Data that is too long',
    '5.0',
    withProperty(property('correlationData', new Uint8Array(65536))),
    /Correlation Data has 65536 bytes/,
  ],
];

describe('refuses', () => {
  it.each(REFUSED)('%s', (_name, version, packet, message) => {
    expect(() => encode(packet, version)).toThrow(RangeError);
    expect(() => encode(packet, version)).toThrow(message);
  });
});

const FILLED_IN: readonly (readonly [name: string, version: Version, packet: Packet, bytes: string])[] = [
  ['PUBREL header flags', '3.1.1', { type: 'PUBREL', packetId: 1 }, '62 02 00 01'],
  ['the Property Length that must be there', '5.0', PUBLISH, '30 04 00 01 "t" 00'],
  ['no properties before 5.0', '3.1.1', withProperty(property('topicAlias', 1)), '30 03 00 01 "t"'],
  ['a CONNECT by the version that it announces', '5.0', CONNECT, '10 0c 00 04 "MQTT" 04 02 00 3c 00 00'],
];

describe('fills in', () => {
  it.each(FILLED_IN)('%s', (_name, version, packet, bytes) => {
    expect(toHex(encode(packet, version))).toBe(toHex(hex(bytes)));
  });
});

describe('the Remaining Length', () => {
  // 2.2.3, table 2.4; the largest packet of all, 256 MB, is left out.
  it.each([
    [127, '7f'],
    [128, '80 01'],
    [321, 'c1 02'],
    [16383, 'ff 7f'],
    [16384, '80 80 01'],
    [2097151, 'ff ff 7f'],
    [2097152, '80 80 80 01'],
  ])('%i bytes', (length, header) => {
    const packet: Packet = { ...PUBLISH, payload: new Uint8Array(length - 3).fill(0x2a) };
    const bytes = encode(packet, '3.1.1');
    const start = hex(`30 ${header} 00 01 "t" 2a`);
    expect(toHex(bytes.subarray(0, start.length))).toBe(toHex(start));
    expect(bytes.length).toBe(start.length - 4 + length);
    const decoded = decode(bytes, '3.1.1');
    expect(decoded.problems).toEqual([]);
    expect((decoded.packet as typeof PUBLISH).payload.length).toBe(length - 3);
  });

  it('a payload is a view of the bytes, not a copy', () => {
    const bytes = hex('30 05 00 01 "t" "hi"');
    const { packet } = decode(bytes, '3.1.1');
    expect((packet as typeof PUBLISH).payload.buffer).toBe(bytes.buffer);
  });
});
