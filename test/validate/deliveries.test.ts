// Deliveries beyond the rules' own examples: what a server may do without fault, and what a capture cannot tell, since
// others publish, packets cross, messages wait, or nothing but a part was seen.

import { describe, expect, it } from 'vitest';
import type { Version } from '../../src/spec/versions.js';
import { between, joined, subscribed } from '../../src/validate/deliveries.js';
import { judged, lineOf, packetsOf } from './judged.js';

const found = (transcript: string, version: Version): readonly string[] =>
  judged(packetsOf(transcript, version), version).findings.map(lineOf);

const BOTH: readonly Version[] = ['3.1.1', '5.0'];
const UNSUBSCRIBED = `1> a2 { 0002 p "t" }\n1< b0 { 0002 5:0000 }\n`;

const CLEAN: readonly (readonly [string, string])[] = [
  [
    'a delivery between SUBSCRIBE and SUBACK',
    `${joined(1, 's')}1> 82 { 0001 p "t" 01 }\n1< 30 { "t" p 'x' }\n1< 90 { 0001 p 01 }`,
  ],
  [
    'a delivery between UNSUBSCRIBE and UNSUBACK',
    `${joined(1, 's')}${subscribed(1, 't', '00')}1> a2 { 0002 p "t" }\n1< 30 { "t" p 'x' }\n1< b0 { 0002 5:0000 }`,
  ],
  [
    'what was published before UNSUBACK, right after it',
    `${between('t', '00')}2> 30 { "t" p 'x' }\n${UNSUBSCRIBED}1< 30 { "t" p 'x' }`,
  ],
  [
    'a copy for each of two subscriptions',
    `${between('t', '00')}1> 82 { 0002 p "#" 00 }\n1< 90 { 0002 p 00 }\nwait 3s\n2> 30 { "t" p 'x' }\n1< 30 { "t" p 'x' }\n1< 30 { "t" p 'x' }`,
  ],
  [
    'each copy with the QoS of its subscription',
    `${between('t', '00')}1> 82 { 0002 p "#" 01 }\n1< 90 { 0002 p 01 }\nwait 3s\n2> 32 { "t" 0001 p 'x' }\n2< 40 { 0001 }\n1< 30 { "t" p 'x' }\n1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
  ],
  [
    'the higher QoS, held since before it was lowered',
    `${between('t', '01')}2> 32 { "t" 0001 p 'x' }\n2< 40 { 0001 }\n1> 82 { 0002 p "t" 00 }\n1< 90 { 0002 p 00 }\n1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
  ],
  [
    'the same payload over and over',
    `${between('t', '00')}2> 30 { "t" p 'x' }\n2> 30 { "t" p 'x' }\n1< 30 { "t" p 'x' }\n2> 30 { "t" p 'x' }\n1< 30 { "t" p 'x' }\n1< 30 { "t" p 'x' }`,
  ],
  [
    'messages of two publishers in another order',
    `${between('t', '00')}${joined(3, 'q')}2> 30 { "t" p 'a' }\n3> 30 { "t" p 'b' }\n1< 30 { "t" p 'b' }\n1< 30 { "t" p 'a' }`,
  ],
  [
    'a QoS 0 message that is lost',
    `${between('t', '00')}2> 30 { "t" p 'a' }\n2> 30 { "t" p 'b' }\n1< 30 { "t" p 'b' }\nwait 11s\n1> c0 00\n1< d0 00`,
  ],
  [
    'a retained message that was let go, published with QoS 0',
    `${joined(2, 'p')}2> 31 { "t" p 'x' }\nwait 3s\n${joined(1, 's')}${subscribed(1, 't', '00')}wait 11s\n1> c0 00\n1< d0 00`,
  ],
  [
    'a retained message before SUBACK',
    `${joined(2, 'p')}2> 31 { "t" p 'x' }\nwait 3s\n${joined(1, 's')}1> 82 { 0001 p "t" 00 }\n1< 31 { "t" p 'x' }\n1< 90 { 0001 p 00 }\nwait 11s\n1> c0 00\n1< d0 00`,
  ],
  ['a retained message nobody was seen to publish', `${joined(1, 's')}${subscribed(1, 't', '00')}1< 31 { "t" p 'x' }`],
  [
    'a retained message published just before SUBSCRIBE, passed on',
    `${joined(2, 'p')}${joined(1, 's')}2> 31 { "t" p 'x' }\n${subscribed(1, 't', '00')}1< 30 { "t" p 'x' }`,
  ],
  [
    '$SYS topics nobody was seen to publish',
    `${joined(1, 's')}${subscribed(1, '$SYS/#', '00')}1< 30 { "$SYS/a" p '1' }\n1< 30 { "$SYS/a" p '2' }`,
  ],
];

const UNSURE: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'SUBSCRIBE may lie in a gap of the client',
    `${joined(1, 's')}lost 1>\n1> c0 00\n1< 30 { "t" p 'x' }`,
    ['?delivery-without-subscription frame 3 at 4+1 [server]'],
  ],
  [
    'others publish the topic too, who are not seen',
    `${between('t', '01')}1< 30 { "t" p 'z' }\n2> 30 { "t" p 'x' }\n1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
    ['?delivery-qos-not-the-lesser frame 9 at 0+1 bits 2-1 [server]'],
  ],
  [
    'two messages look the same',
    `${between('t', '01')}2> 30 { "t" p 'x' }\n2> 32 { "t" 0001 p 'x' }\n2< 40 { 0001 }\n1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
    ['?delivery-qos-not-the-lesser frame 10 at 0+1 bits 2-1 [server]'],
  ],
  [
    'bytes of the publisher are missing',
    `${between('t', '01')}2> 30 { "t" p 'x' }\n2> 32 { "u" 0001 p 'y' }\nlost 2>\n2< 40 { 0001 }\n1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
    ['?delivery-qos-not-the-lesser frame 10 at 0+1 bits 2-1 [server]'],
  ],
  [
    'a message long after UNSUBACK may have been held',
    `${joined(1, 's')}${subscribed(1, 't', '00')}${UNSUBSCRIBED}wait 11s\n1< 30 { "t" p 'x' }`,
    ['?delivery-after-unsubscribe frame 7 at 4+1 [server]'],
  ],
];

describe.each(BOTH)('deliveries of %s', (version) => {
  it.each(CLEAN)('raises nothing: %s', (_title, transcript) => {
    expect(found(transcript, version)).toEqual([]);
  });

  it.each(UNSURE)('is not sure: %s', (_title, transcript, expected) => {
    expect(found(transcript, version)).toEqual(expected);
  });
});

describe('deliveries in the middle of a connection', () => {
  it.each(BOTH)('say nothing without the session (%s)', (version) => {
    expect(found(`1< 30 { "t" p 'x' }\n1< 32 { "t" 0001 p 'y' }\n1> 40 { 0001 }`, version)).toEqual([]);
  });
});

/** Client "q" sends something that was not captured, and leaves. */
const GAP = `lost 3>\n3> e0 00\nfin 3>\nfin 3<\n`;
/** Client "o" gets what "p" publishes: so the server took it. */
const WITNESS = `${joined(2, 'p')}${joined(3, 'q')}${joined(4, 'o')}${subscribed(4, 't', '01')}wait 3s\n`;
const LATE = `wait 3s\n${joined(1, 's')}${subscribed(1, 't', '01')}`;
const LATER = 'wait 11s\n1> c0 00\n1< d0 00';

const UNSEEN: readonly (readonly [string, string, string, string])[] = [
  [
    'published once more what was retained before',
    `${WITNESS}2> 31 { "t" p 'x' }\n4< 30 { "t" p 'x' }\n2> 31 { "t" p 'yy' }\n4< 30 { "t" p 'yy' }\n`,
    `${LATE}1< 31 { "t" p 'x' }`,
    'retained-message-not-replaced-by-qos-0',
  ],
  [
    'removed what was retained',
    `${WITNESS}2> 33 { "t" 0001 p 'x' }\n2< 40 { 0001 }\n4< 32 { "t" 0001 p 'x' }\n4> 40 { 0001 }\n${LATE}${LATER}\n`,
    '',
    'retained-message-not-sent',
  ],
  [
    'published just now what is retained',
    `${WITNESS}2> 31 { "t" p 'x' }\n4< 30 { "t" p 'x' }\n${LATE}`,
    `1< 30 { "t" p 'x' }`,
    'retain-missing-on-what-was-stored',
  ],
];

describe.each(UNSEEN)('another client, of which not all was seen, may have %s', (_title, before, after, rule) => {
  const verdictsOf = (transcript: string, version: Version): readonly string[] =>
    judged(packetsOf(transcript, version), version)
      .findings.filter((one) => one.rule === rule)
      .map(({ verdict, reason = '' }) => `${verdict} ${reason}`);

  it.each(BOTH)('%s', (version) => {
    expect(verdictsOf(`${before}${after}`, version)).toEqual(['violation ']);
    const [verdict, ...others] = verdictsOf(`${before}${GAP}${after}`, version);
    expect([verdict, ...others]).toEqual([expect.stringMatching(/^inconclusive of a client: /)]);
  });
});
