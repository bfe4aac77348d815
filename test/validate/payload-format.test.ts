// Payload Format Indicator 1, beyond the rules' own examples: what is not the sender's fault, and what cannot be told.

import { describe, expect, it } from 'vitest';
import { CLIENT, SERVER, Wire } from '../support/wire.js';
import { judged, lineOf, packetsOf } from './judged.js';

const OPENED = '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n';
const SUBSCRIBED = `${OPENED}> 82 { 0001 p "t" 00 }\n< 90 { 0001 p 00 }\n`;
const found = (transcript: string): readonly string[] =>
  judged(packetsOf(transcript, '5.0'), '5.0').findings.map(lineOf);

describe('a payload that is not UTF-8', () => {
  it('is a message like any other without the indicator, or with 0', () => {
    expect(found(`${OPENED}> 30 { "t" p fc }\n> 30 { "t" p{ 01 00 } fc }`)).toEqual([]);
    expect(found('> 10 { proto 06 003c p "a" p{ 01 00 } "w" 0001 fc }\n< 20 { 00 00 p }')).toEqual([]);
  });

  it('is not the fault of the server that passes it on', () => {
    expect(found(`${SUBSCRIBED}< 30 { "t" p{ 01 01 } fc }`)).toEqual([]);
  });

  it('is found behind other properties, and with a Packet Identifier', () => {
    expect(found(`${OPENED}> 32 { "t" 0007 p{ 02 00000005 01 01 } 'abc' fc }\n< 40 { 0007 }`)).toEqual([
      'payload-not-utf-8 frame 3 at 18+1 [client]',
    ]);
  });

  it('is not looked for in what was not captured whole', () => {
    const payload = 'fc '.repeat(200);
    const lines = [1 << 20, 120].map((snaplen) => {
      const wire = new Wire({ snaplen }).open();
      wire.send(CLIENT, '10 0e 0004 "MQTT" 05 02 003c 00 0001 "a"').send(SERVER, '20 03 00 00 00');
      wire.send(CLIENT, `30 ce01 0001 "t" 02 01 01 ${payload}`).send(CLIENT, 'c0 00').send(SERVER, 'd0 00');
      const { findings } = judged(wire.packets);
      return findings.filter(({ rule }) => rule === 'payload-not-utf-8').map(lineOf);
    });
    expect(lines).toEqual([['payload-not-utf-8 frame 3 at 9+1 [client]'], []]);
  });
});
