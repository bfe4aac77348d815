// Properties that a server passes on: who has seen one message as it should be is not asked about its like, but about any other.

import { expect, it } from 'vitest';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { Dissector } from '../../src/dissect/dissector.js';
import { between, joined } from '../../src/validate/deliveries.js';
import type { Finding } from '../../src/validate/finding.js';
import { Judge } from '../../src/validate/judge.js';
import { judged, packetsOf } from './judged.js';

const AS_IT_CAME = '03 "c"';
const ALTERED = '03 "d"';
const ROWS: readonly (readonly [string, readonly string[], number])[] = [
  ['all as they came', [AS_IT_CAME, AS_IT_CAME, AS_IT_CAME], 0],
  ['each altered', [ALTERED, ALTERED, ALTERED, ALTERED, ALTERED], 5],
  ['altered from the second on', [AS_IT_CAME, ALTERED, ALTERED], 2],
  ['altered but for the second', [ALTERED, AS_IT_CAME, ALTERED], 2],
  ['left out at the end', [AS_IT_CAME, AS_IT_CAME, ''], 1],
];

it.each(ROWS)('%s', (_, delivered, faults) => {
  const messages = delivered.map((after, i) => {
    const payload = `'${'vwxyz'[i]}'`;
    return `2> 30 { "t" p{ ${AS_IT_CAME} } ${payload} }\n1< 30 { "t" p{ ${after} } ${payload} }\n`;
  });
  const packets = packetsOf(`${between('t', '00')}${messages.join('')}`, '5.0');
  const { findings, errors } = judged(packets, '5.0');
  expect(errors).toEqual([]);
  const count = (all: readonly Finding[]): number => all.filter(({ rule }) => rule === 'content-type-altered').length;
  expect(count(findings)).toBe(faults);
  expect(count(judgedAtAGlance(packets))).toBe(faults);
});

function judgedAtAGlance(packets: readonly CapturedPacket[]): readonly Finding[] {
  const judge = new Judge();
  const dissector = new Dissector({ glance: (glanced) => judge.glance(glanced) });
  const found = packets.flatMap((packet) => dissector.push(packet).flatMap((item) => judge.push(item)));
  return [...found, ...dissector.end().flatMap((item) => judge.push(item)), ...judge.end()];
}

it('is asked anew in the next connection of the session', () => {
  const session = 'proto 00 003c p{ 11 00000e10 }';
  const subscribed = `1> 10 { ${session} "s" }\n1< 20 { 00 00 p }\n1> 82 { 0001 p "t" 00 }\n1< 90 { 0001 p 00 }\n`;
  const passed = (to: number, payload: string): string =>
    `2> 30 { "t" p{ ${AS_IT_CAME} } '${payload}' }\n${to}< 30 { "t" p{ ${AS_IT_CAME} } '${payload}' }\n`;
  const again = `rst 1>\n3> 10 { ${session} "s" }\n3< 20 { 01 00 p }\n`;
  const transcript = `${subscribed}${joined(2, 'p')}wait 3s\n${passed(1, 'x')}${passed(1, 'y')}${again}${passed(3, 'z')}`;
  const { report, findings } = judged(packetsOf(transcript, '5.0'), '5.0');
  expect(findings).toEqual([]);
  const holding = report.connections.filter(({ statements }) => statements.held.includes('5.0:MQTT-3.3.2-20'));
  expect(holding.length).toBe(2);
});
