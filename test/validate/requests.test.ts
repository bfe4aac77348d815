// SUBSCRIBE and UNSUBSCRIBE with their answers where examples do not reach: bytes that were not seen, copies, identifiers
// used twice, many requests at once.

import { describe, expect, it } from 'vitest';
import type { Version } from '../../src/spec/versions.js';
import type { Finding } from '../../src/validate/finding.js';
import { REQUESTS_SUBSCRIBE } from '../../src/validate/rules/requests-subscribe.js';
import { REQUESTS_UNSUBSCRIBE } from '../../src/validate/rules/requests-unsubscribe.js';
import { OPENED } from '../../src/validate/samples.js';
import { judged, lineOf, packetsOf } from './judged.js';

const RULES = [...REQUESTS_SUBSCRIBE.rules, ...REQUESTS_UNSUBSCRIBE.rules];

function found(transcript: string, version: Version = '3.1.1'): readonly Finding[] {
  const { findings, errors } = judged(packetsOf(transcript, version), version, { rules: RULES });
  expect(errors).toEqual([]);
  return findings;
}
const lines = (transcript: string, version?: Version): string[] => found(transcript, version).map(lineOf);

describe('bytes that were not seen', () => {
  it.each([
    ['an answer in a capture that starts late', '< 90 { 0007 p 00 }', ['?suback-unasked frame 1 at 2+2 [server]']],
    [
      'an answer after a gap of the client',
      `${OPENED}lost >\n< 90 { 0007 p 00 }\n> c0 00\n< d0 00`,
      ['?suback-unasked frame 3 at 2+2 [server]'],
    ],
    [
      'an answer that is read before its request, which waits behind a gap',
      `${OPENED}lost >\n> 82 { 0007 p "a" 00 }\n< 90 { 0007 p 00 }\nwait 20s\n> c0 00\n< d0 00`,
      ['?suback-unasked frame 3 at 2+2 [server]'],
    ],
    [
      'a second answer, with a gap of the client between',
      `${OPENED}> 82 { 0007 p "a" 00 }\n< 90 { 0007 p 00 }\nlost >\n> c0 00\n< d0 00\n< 90 { 0007 p 00 }`,
      ['?suback-twice frame 6 at 2+2 [server]'],
    ],
    [
      'no answer, with a gap of the server behind the request',
      `${OPENED}> 82 { 0007 p "a" 00 }\nlost <\n> c0 00\n< d0 00\nwait 20s\n> c0 00\n< d0 00\nfin >`,
      ['?subscribe-unanswered frame 3 [server]'],
    ],
    [
      'no answer, with a gap before the request',
      `${OPENED}lost <\n> c0 00\n< d0 00\nwait 1s\n> c0 00\n< d0 00\n> 82 { 0007 p "a" 00 }\nwait 20s\n> c0 00\n< d0 00\nfin >`,
      ['subscribe-unanswered frame 7 [server]'],
    ],
  ])('%s', (_title, transcript, expected) => {
    expect(lines(transcript)).toEqual(expected);
  });

  it('says why it cannot tell', () => {
    const [finding] = found(`${OPENED}lost >\n< 90 { 0007 p 00 }\n> c0 00`);
    expect(finding?.message).toBe('no SUBSCRIBE waits for an answer under 7');
    expect(finding?.reason).toBe('bytes that the client sent have not been seen');
  });
});

describe('no answer', () => {
  it.each([
    ['that could still come', `${OPENED}> 82 { 0007 p "a" 00 }\nwait 9s\n> c0 00\n< d0 00\nfin >`, []],
    [
      'of a server that is silent',
      `${OPENED}> a2 { 0007 p "a" }\nwait 20s\nfin >`,
      ['?unsubscribe-unanswered frame 3 [server]'],
    ],
    [
      'of a server that refuses',
      '> 10 { proto 02 003c p "c" }\n> 82 { 0007 p "a" 00 }\n< 20 { 00 05 }\nwait 20s\nfin <',
      [],
    ],
    ['to a request that is malformed', `${OPENED}> 82 { 0007 p "a" }\nwait 20s\n> c0 00\n< d0 00\nfin >`, []],
    [
      'but one of the wrong type',
      `${OPENED}> 82 { 0007 p "a" 00 }\n< b0 { 0007 }\nwait 20s\n> c0 00\n< d0 00`,
      ['subscribe-answered-with-unsuback frame 4 at 2+2 [server]'],
    ],
    [
      'but one under another identifier',
      `${OPENED}> 82 { 0007 p "a" 00 }\n< 90 { 0008 00 }\nwait 20s\n> c0 00\n< d0 00`,
      ['suback-unasked frame 4 at 2+2 [server]'],
    ],
  ])('%s', (_title, transcript, expected) => {
    expect(lines(transcript)).toEqual(expected);
  });
});

describe('identifiers', () => {
  it('may be used again after the answer', () => {
    expect(
      lines(`${OPENED}> 82 { 0007 p "a" 00 }\n< 90 { 0007 p 00 }\n> 82 { 0007 p "b" 01 }\n< 90 { 0007 p 01 }`),
    ).toEqual([]);
  });

  it('are apart for the two types', () => {
    expect(lines(`${OPENED}> 82 { 0007 p "a" 00 }\n> a2 { 0007 p "b" }\n< b0 { 0007 p }\n< 90 { 0007 p 00 }`)).toEqual(
      [],
    );
  });

  it('of a request that was sent again allow an answer to each copy', () => {
    const sent = `${OPENED}> 82 { 0007 p "a" 00 }\n> 8a { 0007 p "a" 00 }\n< 90 { 0007 p 00 }\n< 90 { 0007 p 00 }`;
    expect(lines(sent, '3.1')).toEqual([]);
    expect(lines(`${sent}\n< 90 { 0007 p 00 }`, '3.1.1')).toEqual(['suback-twice frame 7 at 2+2 [server]']);
  });

  it('that two requests share leave open which one was answered', () => {
    expect(
      lines(
        `${OPENED}> 82 { 0007 p "a" 00 }\n> 82 { 0007 p "a" 00 "b" 01 }\n< 90 { 0007 p 00 }\n< 90 { 0007 p 00 01 }`,
      ),
    ).toEqual([]);
  });
});

describe('the order of codes', () => {
  it.each([
    ['02 01 00', '"a" 00 "b" 01 "c" 02', 'suback-code-order frame 4 at 4+1 [server]'],
    ['00 02 01', '"a" 00 "b" 01 "c" 02', 'suback-code-order frame 4 at 5+1 [server]'],
    ['02 02 00', '"a" 00 "b" 01 "c" 02', 'suback-granted-qos-above-requested frame 4 at 4+1 [server]'],
    ['80 01 00', '"a" 00 "b" 01 "c" 02', undefined],
  ])('%s for %s', (codes, filters, expected) => {
    const all = lines(`${OPENED}> 82 { 0007 ${filters} }\n< 90 { 0007 ${codes} }`);
    expect(all).toEqual(expected === undefined ? [] : [expected]);
  });

  it('of UNSUBACK is not judged where filters may be of an earlier connection', () => {
    const resumed = '> 10 { proto 00 003c p{ 11 0000003c } "c1" }\n< 20 { 01 00 p }\n';
    const rest = '> 82 { 0006 p "a" 00 }\n< 90 { 0006 p 00 }\n> a2 { 0007 p "a" "b" }\n< b0 { 0007 p 11 00 }';
    expect(lines(resumed + rest, '5.0')).toEqual([]);
    expect(lines(OPENED + rest, '5.0')).toEqual(['unsuback-code-order frame 6 at 5+1 [server]']);
  });
});

it('forgets the oldest of too many requests, and accuses nobody of what it forgot', () => {
  const ids = Array.from({ length: 1100 }, (_, i) => (i + 1).toString(16).padStart(4, '0'));
  const asked = ids.map((id) => `> 82 { ${id} p "a" 00 }`).join('\n');
  const answered = ids.map((id) => `< 90 { ${id} p 00 }`).join('\n');
  const all = found(`${OPENED}${asked}\n${answered}`);
  expect(all.filter(({ verdict }) => verdict === 'violation')).toEqual([]);
  expect(all[0]?.reason).toBe('too many requests waited to remember them all');
});
