// Sessions and wills where something was not seen, or may be otherwise than it looks: nobody is accused then.

import { describe, expect, it } from 'vitest';
import type { Version } from '../../src/spec/versions.js';
import { judged, packetsOf } from './judged.js';

const OURS = /^(session-|take-over-|will-|unknown-session|lost-session|message-lost|retained-message-ended)/;

/** What our rules find: the rule, with a ? before when it is inconclusive. */
function found(transcript: string, version: Version): string[] {
  const { findings, errors } = judged(packetsOf(transcript, version), version);
  expect(errors).toEqual([]);
  const own = findings.filter(({ rule }) => OURS.test(rule));
  return own.map(({ rule, verdict }) => `${verdict === 'violation' ? '' : '?'}${rule}`);
}

const BEGUN = `
  > 10 { proto 00 003c p{11 00000e10} "a" }
  < 20 { 00 00 p }`;
const LEFT = `${BEGUN}
  > e0 00
  fin >
  fin <
  wait 5s`;
const CLEAN = `
  > 10 { proto 02 003c p "a" }
  < 20 { 00 00 p }
  > e0 00
  fin >
  fin <
  wait 5s`;
const BACK_TO_NOTHING = `
  2> 10 { proto 00 003c p "a" }
  2< 20 { 00 00 p }`;
const BACK_TO_SOMETHING = `
  2> 10 { proto 00 003c p "a" }
  2< 20 { 01 00 p }`;

describe('Session Present', () => {
  it.each<[title: string, transcript: string, found: string[], versions?: Version[]]>([
    ['nothing is known of a client that was not seen before', BACK_TO_SOMETHING, []],
    [
      'the server ended all its connections',
      `${BEGUN} \n fin < \n fin > \n wait 5s ${BACK_TO_NOTHING}`,
      ['?session-lost'],
    ],
    [
      'the server shut down',
      `${BEGUN} \n < e0 01 8b \n fin < \n fin > \n wait 5s ${BACK_TO_NOTHING}`,
      ['?session-lost'],
      ['5.0'],
    ],
    [
      'the server closed after DISCONNECT',
      `${BEGUN} \n > e0 00 \n fin < \n fin > \n wait 5s ${BACK_TO_NOTHING}`,
      ['session-lost'],
    ],
    [
      'a connection of a client that is not known came between',
      `${CLEAN} \n 3> c0 00 \n 3< d0 00 ${BACK_TO_SOMETHING}`,
      ['?session-present-after-end'],
    ],
    [
      'a CONNECT of the same client was not seen answered',
      `${LEFT} \n 3> 10 { proto 02 003c p "a" } \n fin 3> \n fin 3< \n wait 5s ${BACK_TO_NOTHING}`,
      ['?session-lost'],
    ],
    [
      'a refused CONNECT changes nothing',
      `${LEFT} \n 3> 10 { proto 02 003c p "a" } \n 3< 20 { 00 4:05 5:87 p } \n fin 3< \n fin 3> \n wait 5s ${BACK_TO_NOTHING}`,
      ['session-lost'],
    ],
    [
      'another client does not matter',
      `${LEFT} \n 3> 10 { proto 02 003c p "b" } \n 3< 20 { 00 00 p } \n wait 5s ${BACK_TO_NOTHING}`,
      ['session-lost'],
    ],
    [
      'DISCONNECT may have been in a gap, and may have ended the session',
      `${BEGUN} \n lost > \n > c0 00 \n < d0 00 \n fin > \n fin < \n wait 5s ${BACK_TO_NOTHING}`,
      ['?session-lost-while-connected'],
      ['5.0'],
    ],
    [
      'the server had closed the connection, and the client not yet',
      `${BEGUN} \n wait 91s \n fin < \n wait 5s ${BACK_TO_SOMETHING} \n wait 5s \n fin >`,
      [],
    ],
    [
      'around the expiry both are right',
      '> 10 { proto 00 003c p{11 0000000a} "a" } \n < 20 { 00 00 p } \n > e0 00 \n fin > \n fin < \n' +
        'wait 10s \n 2> 10 { proto 00 003c p{11 0000000a} "a" } \n 2< 20 { 01 00 p } \n 2> e0 00 \n fin 2> \n fin 2< \n' +
        'wait 10s \n 3> 10 { proto 00 003c p "a" } \n 3< 20 { 00 00 p }',
      [],
      ['5.0'],
    ],
    [
      'the server chose another Session Expiry Interval',
      `> 10 { proto 00 003c p{11 00000e10} "a" } \n < 20 { 00 00 p{11 00000000} } \n > e0 00 \n fin > \n fin < \n wait 5s ${BACK_TO_SOMETHING}`,
      ['session-present-after-end'],
      ['5.0'],
    ],
    [
      'a client that reset its connection may still be connected for the server',
      `${BEGUN} \n rst > \n wait 5s ${BACK_TO_SOMETHING}`,
      [],
    ],
  ])('%s', (_title, transcript, expected, versions = ['3.1.1', '5.0']) => {
    for (const version of versions) expect(found(transcript, version)).toEqual(expected);
  });
});

const WATCHED = `
  > 10 { proto 02 003c p "s" }
  < 20 { 00 00 p }
  > 82 { 0001 p "w" 00 }
  < 90 { 0001 p 00 }`;
const WITH_WILL = `${WATCHED}
  2> 10 { proto 06 003c p "a" p "w" "x" }
  2< 20 { 00 00 p }
  wait 5s`;
const OVER = '\n fin 2> \n fin 2<';
const LEAVE = `\n 2> e0 00 ${OVER}`;
const LATER = '\n wait 30s \n > c0 00 \n < d0 00';

describe('wills', () => {
  it.each<[title: string, transcript: string, found: string[], versions?: Version[]]>([
    [
      'bytes of the server to the subscriber were lost',
      `${WITH_WILL} ${OVER} \n lost < ${LATER}`,
      ['?will-not-published'],
    ],
    [
      'the server sends the subscriber nothing any more',
      `${WITH_WILL} ${OVER} \n wait 30s \n > c0 00`,
      ['?will-not-published'],
    ],
    [
      'another subscriber got it',
      `${WITH_WILL} \n 3> 10 { proto 02 003c p "q" } \n 3< 20 { 00 00 p } \n wait 3s ${OVER} \n 3< 30 { "w" p 'x' } ${LATER}`,
      [],
    ],
    [
      'the subscription came after the end',
      `> 10 { proto 02 003c p "s" } \n < 20 { 00 00 p } \n 2> 10 { proto 06 003c p "a" p "w" "x" } \n 2< 20 { 00 00 p } ${OVER} \n wait 2s \n > 82 { 0001 p "w" 00 } \n < 90 { 0001 p 00 } ${LATER}`,
      [],
    ],
    ['the client resets, and the Keep Alive is not over', `${WITH_WILL} \n rst 2> ${LATER}`, []],
    ['the Keep Alive is over', `${WITH_WILL} \n rst 2> ${LATER} ${LATER} ${LATER} ${LATER}`, ['will-not-published']],
    [
      'the will is published before its connection is seen to end',
      `${WITH_WILL} \n < 30 { "w" p 'x' } \n fin 2< \n fin 2> ${LATER}`,
      [],
    ],
    [
      'the client itself publishes the same, and leaves',
      `${WITH_WILL} \n 2> 30 { "w" p 'x' } ${LEAVE} \n < 30 { "w" p 'x' }`,
      [],
    ],
    [
      'somebody published the same before',
      `${WATCHED} \n 3> 10 { proto 02 003c p "b" } \n 3< 20 { 00 00 p } \n 3> 30 { "w" p 'x' } \n 2> 10 { proto 06 003c p "a" p "w" "x" } \n 2< 20 { 00 00 p } ${LEAVE} \n < 30 { "w" p 'x' }`,
      [],
    ],
    [
      'the same will of another client is due',
      `${WITH_WILL} \n 3> 10 { proto 06 003c p "b" p "w" "x" } \n 3< 20 { 00 00 p } \n wait 2s ${LEAVE} \n fin 3> \n fin 3< \n < 30 { "w" p 'x' }`,
      [],
    ],
    ['another payload is another message', `${WITH_WILL} ${LEAVE} \n < 30 { "w" p 'yy' }`, []],
    [
      'others publish who are not seen',
      `${WITH_WILL} \n < 30 { "w" p 'foreign' } ${LEAVE} \n < 30 { "w" p 'x' }`,
      ['?will-published-after-disconnect'],
    ],
    ['it may have been retained before', `${WITH_WILL} ${LEAVE} \n < 31 { "w" p 'x' }`, ['?will-retained-unasked']],
    [
      'the client is back with the same will and fails again',
      `${WITH_WILL} ${LEAVE} \n 3> 10 { proto 06 003c p "a" p "w" "x" } \n 3< 20 { 00 00 p } \n < 30 { "w" p 'x' } \n fin 3< \n fin 3> ${LATER}`,
      [],
    ],
    [
      'the server had begun to close before DISCONNECT',
      `${WITH_WILL} \n fin 2< \n 2> e0 00 \n fin 2> \n < 30 { "w" p 'x' }`,
      [],
    ],
    [
      'a client without a name',
      `${WATCHED} \n 2> 10 { proto 06 003c p "" p "w" "x" } \n 2< 20 { 00 00 p } ${OVER} ${LATER}`,
      [],
      ['3.1.1'],
    ],
    [
      'a client that the server gave a name',
      `${WATCHED} \n 2> 10 { proto 06 003c p "" p "w" "x" } \n 2< 20 { 00 00 p{12 "auto-1"} } \n wait 1s ${OVER} ${LATER}`,
      ['will-not-published'],
      ['5.0'],
    ],
    [
      'a connection that fails again and again',
      `${WITH_WILL} ${OVER} \n wait 11s \n > c0 00 \n < d0 00
        3> 10 { proto 06 003c p "a" p "w" "x" } \n 3< 20 { 00 00 p } \n wait 1s \n fin 3> \n fin 3<
        4> 10 { proto 06 003c p "a" p "w" "x" } \n 4< 20 { 00 00 p } \n wait 1s \n fin 4> \n fin 4<
        5> 10 { proto 06 003c p "a" p "w" "x" } \n 5< 20 { 00 00 p } ${LATER}`,
      ['will-not-published', 'will-not-published'],
    ],
    [
      'two copies for overlapping subscriptions',
      `${WITH_WILL} ${OVER} \n < 30 { "w" p 'x' } \n < 30 { "w" p 'x' } ${LATER}`,
      [],
    ],
    [
      'a take-over publishes the will',
      `${WITH_WILL} \n 3> 10 { proto 06 003c p "a" p "w" "x" } \n < 30 { "w" p 'x' } \n fin 2< \n fin 2> \n 3< 20 { 00 00 p } ${LATER}`,
      [],
      ['3.1.1'],
    ],
    [
      'a take-over must publish the will',
      `${WITH_WILL} \n 3> 10 { proto 02 003c p "a" } \n fin 2< \n fin 2> \n 3< 20 { 00 00 p } ${LATER}`,
      ['will-not-published'],
      ['3.1.1'],
    ],
    [
      'a clean start within the delay ends the session: either is right',
      `${WATCHED} \n 2> 10 { proto 04 003c p{11 00000e10} "a" p{18 0000003c} "w" "x" } \n 2< 20 { 00 00 p } \n wait 5s ${OVER} \n wait 5s \n 3> 10 { proto 02 003c p "a" } \n 3< 20 { 00 00 p } \n < 30 { "w" p 'x' } ${LATER}`,
      [],
      ['5.0'],
    ],
    [
      'the session ends before the delay is over',
      `${WATCHED} \n 2> 10 { proto 04 003c p{11 00000005} "a" p{18 0000003c} "w" "x" } \n 2< 20 { 00 00 p } \n wait 5s ${OVER} \n wait 6s \n < 30 { "w" p 'x' } ${LATER}`,
      [],
      ['5.0'],
    ],
  ])('%s', (_title, transcript, expected, versions = ['3.1.1', '5.0']) => {
    for (const version of versions) expect(found(transcript, version)).toEqual(expected);
  });
});

describe('a take-over', () => {
  const SECOND = '\n wait 5s \n 2> 10 { proto 00 003c p{11 00000e10} "a" } \n 2< 20 { 01 00 p }';

  it('may leave the first connection a moment', () => {
    expect(found(`${BEGUN} ${SECOND} \n wait 1s \n > c0 00 \n < d0 00 \n fin < \n fin >`, '3.1.1')).toEqual([]);
  });

  it('is not ignored by a client that changes its connection', () => {
    expect(found(`${BEGUN} ${SECOND} \n fin > \n fin <`, '5.0')).toEqual([]);
  });

  it('crosses with what the first connection still acknowledges', () => {
    const transcript = `${BEGUN} \n > 82 { 0001 p "t" 01 } \n < 90 { 0001 p 01 } \n < 32 { "t" 0001 p 'a' }
      ${SECOND} \n > 40 { 0001 } \n 2< 3a { "t" 0001 p 'a' } \n 2> 40 { 0001 } \n fin < \n fin >`;
    const { findings } = judged(packetsOf(transcript, '3.1.1'), '3.1.1');
    expect(findings.filter(({ verdict }) => verdict === 'violation')).toEqual([]);
  });

  it('leaves the first connection messages of its own', () => {
    const transcript = `${BEGUN} \n > 32 { "t" 0001 p 'a' } ${SECOND} \n > 32 { "t" 0002 p 'b' } \n < 40 { 0002 }
      2> 3a { "t" 0001 p 'a' } \n 2< 40 { 0001 } \n fin > \n fin <`;
    for (const version of ['3.1.1', '5.0'] as const) expect(found(transcript, version)).toEqual([]);
  });

  it('is not told when the first connection is silent', () => {
    expect(found(`${BEGUN} ${SECOND} \n wait 20s \n 2> c0 00 \n 2< d0 00`, '3.1.1')).toEqual(['?take-over-ignored']);
  });
});

it('a will of somebody whose CONNECT was not seen is not the one that was deleted', () => {
  const transcript = `> 10 { proto 02 003c p "s" } \n < 20 { 00 00 p } \n > 82 { 0001 p "w" 00 } \n < 90 { 0001 p 00 }
    2> 10 { proto 06 003c p "a" p "w" "x" } \n 2< 20 { 00 00 p } \n wait 2s \n 2> e0 00 \n fin 2> \n fin 2<
    wait 5s \n 3> c0 00 \n 3< d0 00 \n fin 3> \n fin 3< \n wait 1s \n < 30 { "w" p 'x' } \n wait 12s \n > c0 00 \n < d0 00`;
  for (const version of ['3.1.1', '5.0'] as const) {
    expect(found(transcript, version)).toEqual(['?will-published-after-disconnect']);
  }
});
