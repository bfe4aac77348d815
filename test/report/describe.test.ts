// The story of each packet type, from bytes written by hand.

import { expect, describe as group, it } from 'vitest';
import { describe } from '../../src/report/describe.js';
import { problemText } from '../../src/report/problems.js';
import { paletteOf } from '../../src/report/terminal.js';
import { CONNECT_BYTES, type PacketSpec, packet } from './items.js';

function story(bytes: string, spec: PacketSpec = {}, showSecrets = false): string {
  return describe(packet(bytes, spec), { palette: paletteOf(false), room: 120, showSecrets });
}

const OLD: readonly (readonly [story: string, bytes: string])[] = [
  [
    'CONNECT 3.1.1 client id "paho" keep alive 60 s, clean session, will site/3/status QoS 1 retained "lost", user "bob", password ********',
    CONNECT_BYTES,
  ],
  ['CONNECT 3.1 client id "" no keep alive, persistent session', '10 0e 00 06 "MQIsdp" 03 00 00 00 00 00'],
  ['CONNECT 3.1.1 bridge client id "b" keep alive 10 s, clean session', '10 0d 00 04 "MQTT" 84 02 00 0a 00 01 "b"'],
  ['CONNECT "MQTT" level 9 client id "b" keep alive 10 s, clean start', '10 0e 00 04 "MQTT" 09 02 00 0a 00 00 01 "b"'],
  ['CONNECT "MQ" level 4 client id "b" keep alive 10 s, clean session', '10 0b 00 02 "MQ" 04 02 00 0a 00 01 "b"'],
  ['CONNACK accepted', '20 02 00 00'],
  ['CONNACK accepted, session present', '20 02 01 00'],
  ['CONNACK refused: bad user name or password', '20 02 00 04'],
  ['CONNACK refused: undefined return code 17', '20 02 00 11'],
  ['PUBLISH QoS 1 id 7 site/3/temp (4 bytes) "21.5"', '32 13 00 0b "site/3/temp" 00 07 "21.5"'],
  ['PUBLISH DUP QoS 2 retained id 7 a (1 byte) "x"', '3d 06 00 01 "a" 00 07 "x"'],
  ['PUBLISH QoS 0 retained a (0 bytes) clears the retained message', '31 03 00 01 "a"'],
  ['PUBLISH QoS 0 "a b" (3 bytes) 00 01 02', '30 08 00 03 "a b" 00 01 02'],
  ['PUBLISH QoS 0 a (5 bytes) "é\\n\\x1b\\t"', '30 08 00 01 "a" c3 a9 0a 1b 09'],
  ['PUBACK id 7', '40 02 00 07'],
  ['PUBREL id 65535', '62 02 ff ff'],
  ['PUBREL id 7 (header flags 0x00)', '60 02 00 07'],
  ['SUBSCRIBE id 2 site/+/temp QoS 1, # QoS 0', '82 14 00 02 00 0b "site/+/temp" 01 00 01 "#" 00'],
  ['SUBACK id 2 granted QoS 1, failure', '90 04 00 02 01 80'],
  ['SUBACK id 2 undefined return code 0x03', '90 03 00 02 03'],
  ['UNSUBSCRIBE id 3 a/b, c', 'a2 0a 00 03 00 03 "a/b" 00 01 "c"'],
  ['UNSUBACK id 3', 'b0 02 00 03'],
  ['PINGREQ', 'c0 00'],
  ['PINGRESP', 'd0 00'],
  ['DISCONNECT', 'e0 00'],
  ['RESERVED packet type 0', '00 00'],
];

const NEW: readonly (readonly [story: string, bytes: string])[] = [
  [
    'CONNECT 5.0 client id "c" keep alive 60 s, clean start, session never expires, receive maximum 20, a=b',
    '10 1d 00 04 "MQTT" 05 02 00 3c 0f 11 ff ff ff ff 21 00 14 26 00 01 "a" 00 01 "b" 00 01 "c"',
  ],
  ['CONNECT 5.0 client id "" keep alive 60 s, resume session', '10 0d 00 04 "MQTT" 05 00 00 3c 00 00 00'],
  ['CONNACK refused: bad user name or password (0x86)', '20 03 00 86 00'],
  [
    'CONNACK accepted, session present, no retain, maximum QoS 1, assigned client identifier "x"',
    '20 0b 01 00 08 25 00 24 01 12 00 01 "x"',
  ],
  ['CONNACK refused: server busy (0x89), "later"', '20 0b 00 89 08 1f 00 05 "later"'],
  ['PUBLISH QoS 0 a (sets alias 5) (1 byte) "x"', '30 08 00 01 "a" 03 23 00 05 "x"'],
  ['PUBLISH QoS 0 alias 5 (its topic was not seen) (1 byte) "x"', '30 07 00 00 03 23 00 05 "x"'],
  [
    'PUBLISH QoS 0 a (1 byte) "x", UTF-8, message expiry interval 60 s, response topic r',
    '30 10 00 01 "a" 0b 01 01 02 00 00 00 3c 08 00 01 "r" "x"',
  ],
  ['PUBACK id 7 no matching subscribers (0x10)', '40 03 00 07 10'],
  ['PUBREC id 7 not authorized (0x87), "no"', '50 09 00 07 87 05 1f 00 02 "no"'],
  ['PUBCOMP id 7 undefined reason code 0x42', '70 03 00 07 42'],
  [
    'SUBSCRIBE id 2 a QoS 2 (no local, retain as published, retain handling 1), subscription identifier 9',
    '82 09 00 02 02 0b 09 00 01 "a" 1e',
  ],
  ['SUBACK id 2 granted QoS 2, quota exceeded (0x97)', '90 05 00 02 00 02 97'],
  ['UNSUBACK id 3 success, no subscription existed (0x11)', 'b0 05 00 03 00 00 11'],
  ['DISCONNECT session taken over (0x8e)', 'e0 01 8e'],
  ['DISCONNECT', 'e0 00'],
  ['DISCONNECT use another server (0x9c), server reference "b:1883"', 'e0 0b 9c 09 1c 00 06 "b:1883"'],
  [
    'AUTH continue authentication (0x18), authentication method "M", authentication data ********',
    'f0 0a 18 08 15 00 01 "M" 16 00 01 "d"',
  ],
];

group('describe', () => {
  it.each(OLD)('tells %s', (expected, bytes) => {
    expect(story(bytes)).toBe(expected);
  });

  it.each(NEW)('tells 5.0 %s', (expected, bytes) => {
    expect(story(bytes, { version: '5.0' })).toBe(expected);
  });

  it('names the topic behind an alias', () => {
    expect(story('30 07 00 00 03 23 00 05 "x"', { version: '5.0', aliasTopic: 'site/3/temp' })).toBe(
      'PUBLISH QoS 0 site/3/temp (alias 5) (1 byte) "x"',
    );
  });

  it('shows passwords when asked', () => {
    expect(story(CONNECT_BYTES, {}, true)).toContain('password "hunter2"');
  });

  it('cuts a payload preview at a whole character', () => {
    const item = packet('30 0c 00 01 "a" "温度温"');
    expect(describe(item, { palette: paletteOf(false), room: 7, showSecrets: false })).toBe(
      'PUBLISH QoS 0 a (9 bytes) "温度…"',
    );
  });

  it('says how much of a packet is missing, and counts it to the payload', () => {
    expect(story('30 8c 40 00 03 "a/b" 00 01', { length: 8207 })).toBe(
      'PUBLISH QoS 0 a/b (8,199 bytes, 8,197 missing) 00 01',
    );
  });

  it.each([
    ['', '32 13 00 0b "site/3/temp" 00 07 "21.5"'],
    ['! Topic Name Length says 300 bytes, 5 are left (offset 2)', '30 07 01 2c "a/b" 00 01'],
    ['! 1 byte follows the last field (offset 4)', '40 03 00 07 00'],
  ])('names the problem: %s', (expected, bytes) => {
    expect(problemText(packet(bytes))).toBe(expected);
  });
});
