// What is said of a byte's place in the file is checked against the file: read whole, and in pieces that cut records.

import { expect, it } from 'vitest';
import { openCapture } from '../../src/capture/detect.js';
import { Dissector } from '../../src/dissect/dissector.js';
import type { Item, PacketItem } from '../../src/dissect/item.js';
import { positionOf, standing } from '../../src/dissect/position.js';
import { FIXTURES, fixtureBytes } from '../support/fixtures.js';
import { toHex } from '../support/hex.js';

interface Placed {
  readonly packets: number;
  readonly placed: number;
  readonly wrong: readonly string[];
}

function placed(file: Uint8Array, pieceLength: number): Placed {
  const reader = openCapture(file);
  if (reader === 'gzip') throw new Error('gzip in gzip');
  const dissector = new Dissector();
  const found = { packets: 0, placed: 0, wrong: [] as string[] };
  const look = (items: readonly Item[]): void => {
    for (const item of items) if (item.kind === 'packet') count(item, file, found);
  };
  for (let at = 0; at < file.length; at += pieceLength) {
    for (const packet of reader.push(file.subarray(at, at + pieceLength))) look(dissector.push(packet));
  }
  look(dissector.end());
  return found;
}

function count(
  { number, frame }: PacketItem,
  file: Uint8Array,
  found: { packets: number; placed: number; wrong: string[] },
): void {
  found.packets++;
  const from = positionOf(frame, 0);
  const together = standing(frame, 0, frame.length);
  if (from !== undefined && toHex(file.subarray(from, from + together)) !== toHex(frame.bytes.subarray(0, together))) {
    found.wrong.push(`packet ${number}: ${together} bytes are not in one piece at ${from}`);
  }
  let all = true;
  for (let at = 0; at < frame.bytes.length; at++) {
    const position = positionOf(frame, at);
    all &&= position !== undefined;
    if (position === undefined || file[position] === frame.bytes[at]) continue;
    found.wrong.push(`packet ${number}, byte ${at} of ${toHex(frame.bytes.subarray(0, 16))} is not at ${position}`);
    return;
  }
  if (all) found.placed++;
}

it.each(FIXTURES.map((name) => [name]))('%s', (name) => {
  const file = fixtureBytes(name);
  const whole = placed(file, file.length);
  expect(whole.wrong).toEqual([]);
  // A packet is found there or not, however the file was cut.
  expect(placed(file, 700)).toEqual(whole);
  const isPlain = !/tls|mutual|psk|websocket|wss|ws-|deflate/.test(name);
  if (isPlain && whole.packets > 0) expect(whole.placed).toBeGreaterThan(0);
});

it('tells each piece of packets in several segments, but of the first, which waited to be recognised', () => {
  const { placed: found, packets } = placed(fixtureBytes('small-pieces-v5.pcap'), 1 << 20);
  expect(found).toBe(packets - 1);
});
