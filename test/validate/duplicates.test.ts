// A QoS 2 message that comes twice to a subscriber, beyond the rule's own examples: what is no duplicate, and what may be none.

import { describe, expect, it } from 'vitest';
import type { Version } from '../../src/spec/versions.js';
import { joined, subscribed } from '../../src/validate/deliveries.js';
import { judged, packetsOf } from './judged.js';

const verdicts = (transcript: string, version: Version): readonly string[] =>
  judged(packetsOf(transcript, version), version)
    .findings.filter(({ rule }) => rule === 'qos-2-delivered-twice')
    .map(({ verdict, reason }) => `${verdict}${reason === undefined ? '' : `: ${reason}`}`);

const SESSION = 'proto 00 003c p{ 11 00000e10 }';
const PUBLISHER = `2> 10 { ${SESSION} "p" }\n2< 20 { 00 00 p }\nwait 3s\n2> 34 { "t" 0007 p 'x' }\n2< 50 { 0007 }\n`;
const AGAIN = `rst 2>\n3> 10 { ${SESSION} "p" }\n3< 20 { 01 00 p }\n3> 3c { "t" 0007 p 'x' }\n3< 50 { 0007 }\n`;
const RELEASED = `3> 62 { 0007 }\n3< 70 { 0007 }\n`;
const COPY = `1< 30 { "t" p 'x' }\n`;
const plain = `${joined(1, 's')}${subscribed(1, 't', '00')}`;
const kept = (qos: string): string =>
  `1> 10 { ${SESSION} "s" }\n1< 20 { 00 00 p }\n1> 82 { 0001 p "t" ${qos} }\n1< 90 { 0001 p ${qos} }\n`;
const RETURNED = `rst 1>\n4> 10 { ${SESSION} "s" }\n4< 20 { 01 00 p }\n`;

const NONE: readonly (readonly [string, string])[] = [
  [
    'the subscriber gets it again with DUP after a reconnect',
    `${kept('01')}${PUBLISHER}1< 32 { "t" 0001 p 'x' }\n${AGAIN}${RETURNED}4< 3a { "t" 0001 p 'x' }\n4> 40 { 0001 }`,
  ],
  [
    'the subscriber gets it again after a reconnect without DUP, which is another fault',
    `${kept('01')}${PUBLISHER}1< 32 { "t" 0001 p 'x' }\n${AGAIN}${RETURNED}4< 32 { "t" 0002 p 'x' }\n4> 40 { 0002 }`,
  ],
  [
    'the subscriber gets it again with DUP on the same connection',
    `${kept('02')}${PUBLISHER}1< 34 { "t" 0001 p 'x' }\n${AGAIN}wait 20s\n1< 3c { "t" 0001 p 'x' }\n1> 50 { 0001 }`,
  ],
  [
    'each of two subscriptions brings a copy',
    `${plain}1> 82 { 0002 p "#" 00 }\n1< 90 { 0002 p 00 }\n${PUBLISHER}${COPY}${AGAIN}${COPY}`,
  ],
  [
    'the copies are for two clients',
    `${plain}${joined(5, 'o')}${subscribed(5, 't', '00')}${PUBLISHER}${COPY}${AGAIN}5< 30 { "t" p 'x' }`,
  ],
  [
    'it comes again once it was released',
    `${plain}${PUBLISHER}${COPY}${AGAIN}${RELEASED}3> 3c { "t" 0007 p 'x' }\n${COPY}`,
  ],
  [
    'it comes again before PUBCOMP, after PUBREL',
    `${plain}${PUBLISHER}${COPY}${AGAIN}3> 62 { 0007 }\n3> 3c { "t" 0007 p 'x' }\n${COPY}`,
  ],
  [
    'the server has lost the session',
    `${plain}${PUBLISHER}${COPY}rst 2>\n3> 10 { ${SESSION} "p" }\n3< 20 { 00 00 p }\n3> 3c { "t" 0007 p 'x' }\n${COPY}`,
  ],
  [
    'somebody else published the same since',
    `${joined(5, 'o')}${plain}${PUBLISHER}${COPY}${AGAIN}5> 30 { "t" p 'x' }\n${COPY}${COPY}`,
  ],
  ['it was not sent again', `${plain}${PUBLISHER}${COPY}${COPY}`],
  [
    'it is a message of QoS 1',
    `${plain}${PUBLISHER}2> 32 { "t" 0008 p 'y' }\n${COPY}1< 30 { "t" p 'y' }\nrst 2>\n3> 10 { ${SESSION} "p" }\n3< 20 { 01 00 p }\n3> 3a { "t" 0008 p 'y' }\n1< 30 { "t" p 'y' }`,
  ],
  [
    'the second copy is asked for by another SUBSCRIBE',
    `${plain}2> 10 { ${SESSION} "p" }\n2< 20 { 00 00 p }\nwait 3s\n2> 35 { "t" 0007 p 'x' }\n${COPY}${AGAIN.replace('3c', '3d')}1> 82 { 0002 p "t" 00 }\n1< 90 { 0002 p 00 }\n1< 31 { "t" p 'x' }`,
  ],
];

const UNSURE: readonly (readonly [string, string, string])[] = [
  [
    'somebody else published the same',
    `${joined(5, 'o')}${plain}wait 3s\n5> 30 { "t" p 'x' }\n${COPY}${PUBLISHER}${COPY}${AGAIN}${COPY}`,
    'inconclusive: other messages with the same topic and payload were published',
  ],
  [
    'bytes of another client are missing',
    `${joined(5, 'o')}${plain}${PUBLISHER}${COPY}${AGAIN}lost 5>\n5> c0 00\n5< d0 00\n${COPY}`,
    'inconclusive: of a client: ',
  ],
  [
    'bytes of the publisher are missing',
    `${plain}${PUBLISHER}${COPY}${AGAIN}lost 3>\n3> c0 00\n3< d0 00\n${COPY}`,
    'inconclusive: of a client: ',
  ],
  [
    'a client has the same as its will',
    `5> 10 { proto 06 003c p "o" p "t" "x" }\n5< 20 { 00 00 p }\n${plain}${PUBLISHER}${COPY}${AGAIN}${COPY}`,
    'inconclusive: it may be the will of a client',
  ],
  [
    'the server delivers what nobody was seen to publish',
    `${plain}${PUBLISHER}1< 30 { "u" p 'y' }\n${COPY}${AGAIN}${COPY}`,
    'inconclusive: the server also delivers',
  ],
  [
    'the session of the publisher is older than the capture',
    `${plain}2> 10 { ${SESSION} "p" }\n2< 20 { 01 00 p }\nwait 3s\n2> 34 { "t" 0007 p 'x' }\n${COPY}${AGAIN}${COPY}`,
    'inconclusive: the beginning of the session was not seen',
  ],
];

describe.each(['3.1.1', '5.0'] as const)('a QoS 2 message twice (%s)', (version) => {
  it('is a violation when nothing is in doubt', () => {
    expect(verdicts(`${plain}${PUBLISHER}${COPY}${AGAIN}${COPY}${RELEASED}`, version)).toEqual(['violation']);
  });

  it('is a violation also with another message between', () => {
    const other = `2> 30 { "t" p 'y' }\n1< 30 { "t" p 'y' }\n`;
    expect(verdicts(`${plain}${PUBLISHER}${COPY}${other}${AGAIN}${COPY}`, version)).toEqual(['violation']);
  });

  it.each(NONE)('is none: %s', (_title, transcript) => {
    expect(verdicts(transcript, version)).toEqual([]);
  });

  it.each(UNSURE)('is not sure: %s', (_title, transcript, expected) => {
    expect(verdicts(transcript, version).map((one) => one.slice(0, expected.length))).toEqual([expected]);
  });
});

describe('a QoS 2 message twice, sent again on the same connection (3.1.1)', () => {
  it('is a violation', () => {
    const again = `wait 20s\n2> 3c { "t" 0007 p 'x' }\n2< 50 { 0007 }\n`;
    expect(verdicts(`${plain}${PUBLISHER}${COPY}${again}${COPY}`, '3.1.1')).toEqual(['violation']);
  });
});
