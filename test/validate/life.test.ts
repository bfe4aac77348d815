// What must not be said of the life of a connection: packets of both directions cross, bytes are missing, a device loses its
// power and never answers a FIN. None of that makes a violation.

import { describe, expect, it } from 'vitest';
import { merged, Wire } from '../support/wire.js';
import { judged, lineOf, packetsOf } from './judged.js';

const OPENED = '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n';
const WITH = '> 10 { proto 02 003c p{ 15 "X" } "a" }\n';
const OTHER = '\n2> 10 { proto 02 003c p "b" }\n2< 20 { 00 00 p }\n2> e0 00\nfin 2>\nfin 2<';

const linesOf = (transcript: string, version: '3.1.1' | '5.0'): string[] =>
  judged(packetsOf(transcript, version), version).findings.map(lineOf);

describe('no violation', () => {
  it.each([
    ['the server closed in time, and the device was gone', `${OPENED}wait 91s\nfin <\nwait 300s${OTHER}`, []],
    [
      'PINGREQ that were not captured',
      `${OPENED}wait 70s\nlost >\nwait 70s\n> c0 00`,
      ['?keep-alive-exceeded frame 3 [client]', '?keep-alive-not-enforced frame 3 [server]'],
    ],
    ['PINGREQ a little late', `${OPENED}wait 75s\n> c0 00\n< d0 00`, ['?keep-alive-exceeded frame 3 [client]']],
    ['no Keep Alive', `> 10 { proto 02 0000 p "a" }\n< 20 { 00 00 p }\nwait 10m\n> c0 00\n< d0 00`, []],
    ['CONNACK that was not captured', `> 10 { proto 02 003c p "a" }\n> c0 00\nlost <\n< d0 00`, []],
    ['a client that sends before CONNACK', `> 10 { proto 02 003c p "a" }\n> c0 00\n< 20 { 00 00 p }\n< d0 00`, []],
    ['PINGRESP that is late', `${OPENED}> c0 00\nwait 20s\n< d0 00`, []],
    ['PINGRESP that was not captured', `${OPENED}> c0 00\nlost <\nwait 20s\n> e0 00\nfin >\nfin <`, []],
    ['packets that cross a DISCONNECT', `${OPENED}> c0 00\n> e0 00\n< d0 00\nfin >\nfin <`, []],
    ['the other side was quicker to close', `${OPENED}> e0 00\nfin <\nfin >`, []],
    ['a refused client that closes first', `> 10 { proto 02 003c p "a" }\n< 20 { 00 4:05 5:87 p }\nfin >\nfin <`, []],
    ['the capture ends while an answer is owed', `${OPENED}> c0 00`, []],
  ] as const)('%s', (_title, transcript, expected) => {
    for (const version of ['3.1.1', '5.0'] as const) {
      const lines = linesOf(transcript, version);
      expect(lines.filter((line) => !line.startsWith('?'))).toEqual([]);
      expect(lines).toEqual(expected);
    }
  });

  it('a packet that takes longer than the Keep Alive on its way', () => {
    const wire = new Wire({ clientPort: 20001 });
    const sent = Buffer.concat([Buffer.from('320e00016100070000', 'hex'), Buffer.from('ten bytes.')]);
    sent[1] = sent.length - 2;
    wire.open();
    wire.send(0, Buffer.from('100d00044d5154540402000200016e', 'hex').fill(0x61, 14));
    wire.send(1, Buffer.from('20020000', 'hex'));
    wire.send(0, sent.subarray(0, 9));
    wire.time += 40e9;
    wire.send(0, sent.subarray(9));
    wire.send(1, Buffer.from('40020007', 'hex'));
    const lines = judged(merged(wire), '3.1.1').findings.map(lineOf);
    expect(lines).toEqual(['?keep-alive-exceeded frame 3 [client]', '?keep-alive-not-enforced frame 3 [server]']);
  });

  it('a client that answers a challenge while CONNACK is on its way', () => {
    const transcript = `${WITH}< f0 { 18 p{ 15 "X" } }\n> f0 { 18 p{ 15 "X" } }\n< 20 { 00 00 p{ 15 "X" } }\n> 82 { 0001 p "t" 00 }`;
    expect(linesOf(transcript, '5.0')).toEqual([]);
  });
});
