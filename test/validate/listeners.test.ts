// A server that listens at several ports has the same sessions, wills and retained messages at each of them.

import { expect, it } from 'vitest';
import { joined, subscribed } from '../../src/validate/deliveries.js';
import { judged, lineOf, packetsOf } from './judged.js';

const LATER = 'wait 12s\n1> c0 00\n1< d0 00\n';

/** Connection 3 goes to another port. */
const found = (transcript: string): string[] => judged(packetsOf(transcript, '5.0', [3]), '5.0').findings.map(lineOf);
const linesOfOne = (transcript: string): string[] => judged(packetsOf(transcript, '5.0'), '5.0').findings.map(lineOf);

it('a session that ended at another port', () => {
  const transcript = `> 10 { proto 00 003c p{11 00000e10} "a" }\n< 20 { 00 00 p }\n> e0 00\nfin >\nfin <\nwait 2s
    3> 10 { proto 02 003c p "a" }\n3< 20 { 00 00 p }\n3> e0 00\nfin 3>\nfin 3<\nwait 2s
    2> 10 { proto 00 003c p "a" }\n2< 20 { 00 00 p }`;
  expect(found(transcript)).toEqual(['?session-lost frame 8 at 2+1 bits 0-0 [server]']);
});

it('a will that a connection to another port called off', () => {
  const transcript = `${joined(1, 's')}${subscribed(1, 'w', '00')}
    2> 10 { proto 04 003c p{11 00000e10} "a" p{18 0000000a} "w" "x" }\n2< 20 { 00 00 p }\nwait 3s\nfin 2>\nfin 2<\nwait 2s
    3> 10 { proto 00 003c p{11 00000e10} "a" }\n3< 20 { 01 00 p }\nwait 30s\n1> c0 00\n1< d0 00`;
  expect(found(transcript)).toEqual([]);
});

it('a retained message that was removed at another port', () => {
  const kept = `${joined(2, 'p')}2> 33 { "t" 0001 p 'x' }\n2< 40 { 0001 }\nwait 3s\n`;
  const after = `wait 3s\n${joined(1, 's')}${subscribed(1, 't', '01')}${LATER}`;
  expect(found(`${kept}${joined(3, 'q')}3> 33 { "t" 0001 p }\n3< 40 { 0001 }\n${after}`)).toEqual([]);
  expect(linesOfOne(`${kept}${after}`)).toEqual(['retained-message-not-sent frame 7 [server]']);
});
