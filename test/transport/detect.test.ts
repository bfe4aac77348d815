// What is taken for MQTT and what is not, from the first bytes of a connection or from its middle.

import { describe, expect, it } from 'vitest';
import { directionOf, judgeOpening, telling } from '../../src/transport/detect.js';
import { hex } from '../support/hex.js';
import { Random } from '../support/random.js';

describe('the opening of a connection', () => {
  it.each([
    ['CONNECT 3.1.1', '10 0e 0004 "MQTT" 04', false, 'mqtt'],
    ['CONNECT 3.1', '10 10 0006 "MQIsdp" 03', false, 'mqtt'],
    ['CONNECT with a long Remaining Length', '10 ff 01 0004 "MQTT" 05', false, 'mqtt'],
    ['one byte of it', '10', false, 'more'],
    ['half of its name', '10 0e 0004 "MQ"', false, 'more'],
    ['another name on any port', '10 0e 0004 "MQTX" 04', false, 'other'],
    ['another name on the MQTT port', '10 0e 0004 "MQTX" 04', true, 'mqtt'],
    ['a PUBLISH on any port', '30 0a 0003 "a/b" "21.5c"', false, 'other'],
    ['a PUBLISH on the MQTT port', '30 0a 0003 "a/b" "21.5c"', true, 'mqtt'],
    ['TLS ClientHello', '16 03 01 02 00 01 00 01 fc 03 03', true, 'other'],
    ['HTTP', '"GET / HTTP/1.1"', true, 'other'],
    ['five length bytes', '10 ff ff ff ff 01', false, 'other'],
  ] as const)('%s', (_name, bytes, wellKnown, verdict) => {
    expect(judgeOpening(hex(bytes), wellKnown)).toBe(verdict);
  });
});

describe('the middle of a connection', () => {
  it.each([
    ['PUBLISH with its topic', '30 0a 0003 "a/b" "21.5c"', 3],
    ['the beginning of a long PUBLISH', '30 ff 7f 0003 "a/b" "21.5c"', 3],
    ['SUBSCRIBE and a ping', '82 08 0001 0003 "a/b" 01 c0 00', 3],
    ['PUBACK', '40 02 0007', 1],
    ['PINGREQ', 'c0 00', 1],
    ['LDAP', '30 0c 02 01 01 60 07 02 01 03 04 00 80 00', 0],
    ['LDAP with a long length', '30 84 00 00 01 0a 02 01 01 60 84 00 00', 0],
    ['an X.509 certificate', '30 82 03 6f 30 82 02 57 a0 03 02 01 02', 0],
    ['a text reply', '"220 ftp.example.org ready" 0d0a', 0],
    ['DNS over TCP', '00 1d 12 34 01 00 00 01 00 00 00 00 00 00', 0],
    ['TLS application data', '17 03 03 00 20 01 02 03', 0],
    ['a wildcard in a topic name', '30 0a 0003 "a/#" "21.5c"', 0],
  ] as const)('%s', (_name, bytes, weight) => {
    expect(telling(hex(bytes))).toBe(weight);
  });

  it('random segments pass for MQTT less than once in a thousand', () => {
    const random = new Random(21);
    let taken = 0;
    for (let run = 0; run < 20_000; run++) if (telling(random.bytes(random.between(2, 200))) >= 3) taken++;
    expect(taken).toBeLessThan(20);
  });
});

describe('the sender', () => {
  it.each([
    ['82 08 0001 0003 "a/b" 01', 'client-to-server'],
    ['40 02 0007 d0 00', 'server-to-client'],
    ['30 0a 0003 "a/b" "21.5c"', undefined],
    ['00', undefined],
  ] as const)('of %s', (bytes, direction) => {
    expect(directionOf(hex(bytes))).toBe(direction);
  });
});
