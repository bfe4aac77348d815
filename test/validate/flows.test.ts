// Message flows: what may not be judged, since it was not seen or may have crossed; what is judged all the same; and what is
// kept of them.

import { describe, expect, it } from 'vitest';
import type { Version } from '../../src/spec/versions.js';
import { BACK, KEPT, KEPT_SUBSCRIBED, LATER, LATER_BACK, SUBSCRIBED } from '../../src/validate/flow-examples.js';
import type { Rule } from '../../src/validate/rule.js';
import { ORDERING } from '../../src/validate/rules/ordering.js';
import { PACKET_IDENTIFIER } from '../../src/validate/rules/packet-identifier.js';
import { PACKET_SIZE } from '../../src/validate/rules/packet-size.js';
import { QOS_2_RELEASE } from '../../src/validate/rules/qos-2-release.js';
import { QOS_2_UNANSWERED } from '../../src/validate/rules/qos-2-unanswered.js';
import { QOS_ACKNOWLEDGEMENTS } from '../../src/validate/rules/qos-acknowledgements.js';
import { QOS_IDENTIFIER_REUSE } from '../../src/validate/rules/qos-identifier-reuse.js';
import { QOS_UNANSWERED } from '../../src/validate/rules/qos-unanswered.js';
import { RECEIVE_MAXIMUM } from '../../src/validate/rules/receive-maximum.js';
import { RETRY } from '../../src/validate/rules/retry.js';
import { RETRY_DUP } from '../../src/validate/rules/retry-dup.js';
import { RETRY_OWED } from '../../src/validate/rules/retry-owed.js';
import { SERVER_LIMITS } from '../../src/validate/rules/server-limits.js';
import { TOPIC_ALIAS } from '../../src/validate/rules/topic-alias.js';
import { OPENED } from '../../src/validate/samples.js';
import { judged, lineOf, packetsOf } from './judged.js';

const rules: readonly Rule[] = [
  ...[PACKET_IDENTIFIER, QOS_ACKNOWLEDGEMENTS, QOS_2_RELEASE, QOS_UNANSWERED, QOS_2_UNANSWERED, QOS_IDENTIFIER_REUSE],
  ...[RETRY, RETRY_DUP, RETRY_OWED, ORDERING, RECEIVE_MAXIMUM, PACKET_SIZE, TOPIC_ALIAS, SERVER_LIMITS],
].flatMap((set) => set.rules);

function lines(transcript: string, version: Version): string[] {
  const { findings, errors } = judged(packetsOf(transcript, version), version, { rules });
  expect(errors).toEqual([]);
  return findings.map(lineOf);
}

const CLIENT_MESSAGE = `> 34 { "a" 0007 p 'x' }\n`;
/** A CONNECT that goes on with a session that was not seen. */
const RESUMED = '> 10 { proto 00 003c p{ 11 00000e10 } "c" }\n< 20 { 01 00 p }\n';
const WAITED = '> 10 { proto 02 003c p "c" }\n< 20 { 00 00 p{ 24 01 } }\n';
/** A client that publishes before it knows what CONNACK says. */
const EAGER = `> 10 { proto 02 003c p "c" }\n> 30 { "a" p 'x' }\n< 20 { 00 00 p{ 24 01 21 0001 27 00000014 25 00 } }\n`;

describe('what was not seen accuses nobody', () => {
  it.each<[title: string, transcript: string, found: readonly string[]]>([
    ['an acknowledgement of what was sent before the capture', '< 40 { 0007 }', ['?acknowledgement-unasked frame 1']],
    ['PUBREL of what was sent before the capture', '> 62 { 0007 }\n< 70 { 0007 }', ['?pubrel-unasked frame 1']],
    ['a DUP of what was sent before the capture', `> 3a { "a" 0007 p 'x' }`, ['?publish-dup-first-qos-1 frame 1']],
    ['a PUBLISH that was lost', `${OPENED} lost >\n < 40 { 0007 }`, ['?acknowledgement-unasked frame 3']],
    [
      'an acknowledgement that was lost, and the identifier again',
      `${OPENED} > 32 { "a" 0007 p 'x' }\n lost <\n > 32 { "a" 0007 p 'y' }\n < 40 { 0007 }`,
      ['?packet-identifier-in-use-client-qos-1 frame 4'],
    ],
    ['an acknowledgement that was lost', `${OPENED} > 32 { "a" 0007 p 'x' }\n lost < ${LATER}`, ['?publish-unack']],
    ['a session of before: PUBREL', `${RESUMED} > 62 { 0007 }\n < 70 { 0007 }`, ['?pubrel-unasked frame 3']],
    ['a session of before: PUBACK', `${RESUMED} < 40 { 0007 }`, ['?acknowledgement-unasked frame 3']],
    ['a session of before: DUP', `${RESUMED} > 3a { "a" 0007 p 'x' }`, ['?publish-dup-first-qos-1 frame 3']],
    ['a client that is gone', `${SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n wait 60s\n < 30 { "t" p 'y' }`, []],
    ['a message just before the end', `${SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n > e0 { }\n fin >\n fin <`, []],
  ])('%s', (_title, transcript, found) => {
    const got = lines(transcript, '5.0');
    expect(got.length).toBe(found.length);
    got.forEach((line, i) => {
      expect(line.startsWith(found[i]!)).toBe(true);
    });
  });

  it('a hole of long ago does not spoil what is sure', () => {
    const ping = '> c0 00\n < d0 00\n wait 5s\n';
    const transcript = `${OPENED} lost <\n ${ping} ${ping} ${ping} > 32 { "a" 0007 p 'x' }\n > 32 { "a" 0007 p 'y' }`;
    expect(lines(transcript, '5.0')).toEqual(['packet-identifier-in-use-client-qos-1 frame 10 at 5+2 [client]']);
  });
});

describe('what may have crossed accuses nobody', () => {
  it.each<[title: string, transcript: string, version: Version, found: readonly string[]]>([
    ['limits that a client in haste may not know yet', `${EAGER}> 34 { "a" 0007 p 'x' }`, '5.0', ['?publish-above-m']],
    ['limits that it must know 10 s later', `${EAGER} wait 11s\n> 34 { "a" 0007 p 'x' }`, '5.0', ['publish-above-max']],
    ['limits of a client that waited', `${WAITED}> 34 { "a" 0007 p 'x' }`, '5.0', ['publish-above-max']],
    [
      'a message sent again while its PUBACK was on the way',
      `${OPENED} > 32 { "a" 0007 p 'x' }\n wait 20s\n < 40 { 0007 }\n > 3a { "a" 0007 p 'x' }\n < 40 { 0007 }`,
      ...(['3.1.1', []] as const),
    ],
    [
      'a message sent again after the reconnect, its PUBACK having been lost with the connection',
      `${KEPT} > 32 { "a" 0007 p 'x' }\n < 40 { 0007 } ${BACK} 2> 3a { "a" 0007 p 'x' }\n 2< 40 { 0007 } ${LATER_BACK}`,
      ...(['5.0', []] as const),
    ],
    [
      'a PUBREL sent again after the reconnect, its PUBCOMP having been lost with the connection',
      `${KEPT} ${CLIENT_MESSAGE} < 50 { 0007 }\n > 62 { 0007 }\n < 70 { 0007 } ${BACK} 2> 62 { 0007 }\n 2< 70 { 0007 }`,
      ...(['5.0', []] as const),
    ],
    [
      'a PUBLISH sent again after the reconnect, its PUBREC having been lost with the connection',
      `${KEPT} ${CLIENT_MESSAGE} < 50 { 0007 } ${BACK} 2> 3c { "a" 0007 p 'x' }\n 2< 50 { 0007 }\n 2> 62 { 0007 }\n 2< 70 { 0007 }`,
      ...(['5.0', []] as const),
    ],
    [
      'a message that is not sent again, its PUBACK having been in a gap',
      `${KEPT} > 32 { "a" 0007 p 'x' }\n lost <\n > c0 00\n < d0 00 ${BACK} ${LATER_BACK}`,
      ...(['3.1.1', ['?publish-not-sent-again-qos-1']] as const),
    ],
    [
      'another message under the identifier of one whose PUBACK was in a gap before the reconnect',
      `${KEPT} > 32 { "a" 0007 p 'x' }\n lost <\n > c0 00\n < d0 00 ${BACK} 2> 32 { "a" 0007 p 'y' }\n 2< 40 { 0007 }`,
      ...(['3.1.1', ['?packet-identifier-in-use']] as const),
    ],
    [
      'a PUBACK for each of two messages under one identifier',
      `${OPENED} > 32 { "a" 0007 p 'x' }\n > 32 { "a" 0007 p 'y' }\n < 40 { 0007 }\n < 40 { 0007 }`,
      ...(['5.0', ['packet-identifier-in-use']] as const),
    ],
    [
      'PUBACK and PUBREC for two messages of both kinds under one identifier',
      `${OPENED} > 32 { "a" 0007 p 'x' }\n > 34 { "a" 0007 p 'y' }\n < 40 { 0007 }\n < 50 { 0007 }\n > 62 { 0007 }\n < 70 { 0007 }`,
      ...(['5.0', ['packet-identifier-in-use']] as const),
    ],
    [
      'a third PUBACK is one too many',
      `${OPENED} > 32 { "a" 0007 p 'x' }\n > 32 { "a" 0007 p 'y' }\n < 40 { 0007 }\n < 40 { 0007 }\n < 40 { 0007 }`,
      ...(['5.0', ['packet-identifier-in-use', 'acknowledgement-unasked']] as const),
    ],
  ])('%s', (_title, transcript, version, found) => {
    const got = lines(transcript, version);
    expect(got.length).toBe(found.length);
    got.forEach((line, i) => {
      expect(line.startsWith(found[i]!)).toBe(true);
    });
  });
});

describe('one fault is one finding', () => {
  it.each<[title: string, transcript: string, found: readonly string[]]>([
    [
      'an acknowledgement that is late by two',
      `${SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n < 32 { "t" 0008 p 'y' }\n < 32 { "t" 0009 p 'z' }
       > 40 { 0008 }\n > 40 { 0009 }\n > 40 { 0007 }`,
      ['puback-order frame 10 at 2+2 [client]'],
    ],
    [
      'one message left out',
      `${SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n < 32 { "t" 0008 p 'y' }\n < 32 { "t" 0009 p 'z' }
       > 40 { 0008 }\n > 40 { 0009 } ${LATER}`,
      ['publish-unacknowledged-qos-1-client frame 5 [client]'],
    ],
    [
      'a message of a session that neither sent again nor released, and its identifier given away',
      `${KEPT_SUBSCRIBED} < 34 { "t" 0007 p 'x' } ${BACK} 2< 34 { "t" 0007 p 'y' }\n 2> 50 { 0007 }\n 2< 62 { 0007 }
       2> 70 { 0007 } ${LATER_BACK}`,
      ['packet-identifier-in-use-server-qos-2 frame 8 at 5+2 [server]'],
    ],
    [
      'a message that comes back under another identifier',
      `${KEPT} > 32 { "a" 0007 p 'x' } ${BACK} 2> 3a { "a" 0001 p 'x' }\n 2< 40 { 0001 }`,
      ['publish-again-renumbered-client frame 6 at 5+2 [client]'],
    ],
    [
      'a Receive Maximum that is not enlarged by a refused message',
      `> 10 { proto 02 003c p "c" }\n < 20 { 00 00 p{ 21 0001 } }\n > 34 { "a" 0001 p 'x' }\n < 50 { 0001 97 }
       > 34 { "a" 0002 p 'x' }\n > 34 { "a" 0003 p 'x' }`,
      ['receive-maximum-exceeded-client frame 6 [client]'],
    ],
  ])('%s', (_title, transcript, found) => {
    expect(lines(transcript, '5.0')).toEqual(found);
  });
});

describe('dialogues that keep the rules accuse nobody when a part of them is missing', () => {
  const dialogues = rules.flatMap((rule) =>
    rule.complies.flatMap((example) =>
      (Object.keys(rule.refs) as Version[])
        .filter((version) => example.versions?.includes(version) ?? true)
        .map((version) => [`${rule.name}: ${example.title}`, version, example.transcript] as const),
    ),
  );

  it.each(dialogues)('%s (%s)', (_title, version, transcript) => {
    const steps = transcript.split('\n').filter((line) => line.trim() !== '');
    for (let i = 0; i < steps.length; i++) {
      const from = /^\s*(\d?)([<>]) /.exec(steps[i]!);
      if (from === null) continue;
      const without = [...steps.slice(0, i), `lost ${from[1]}${from[2]}`, ...steps.slice(i + 1)];
      for (const one of [without, steps.slice(i)]) {
        const accused = lines(one.join('\n'), version).filter((line) => !line.startsWith('?'));
        expect({ missing: steps[i], accused }).toEqual({ missing: steps[i], accused: [] });
      }
    }
  });
});
