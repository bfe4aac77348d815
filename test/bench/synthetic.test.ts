// The bench's capture is what it says: tshark finds the packets that the writer counted, and the same size gives the same bytes.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dissector } from '../../src/dissect/dissector.js';
import { readCapture } from '../../src/io/input.js';
import type { Finding } from '../../src/validate/finding.js';
import { Judge } from '../../src/validate/judge.js';
import { hasProgram } from '../support/programs.js';
import { writeSynthetic } from './synthetic.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('writes the same bytes for the same size, and the size asked for', () => {
  const [first, second] = [join(folder, 'first.pcap'), join(folder, 'second.pcap')];
  const written = writeSynthetic(first, 1);
  expect(writeSynthetic(second, 1)).toEqual(written);
  expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
  expect(readFileSync(first).length).toBe(written.bytes);
  expect(written.bytes).toBeGreaterThan(1_000_000);
  expect(written.bytes).toBeLessThan(1_500_000);
});

it('is the traffic of a broker of which there is nothing to be said, so that judging it is what judging costs', async () => {
  const path = join(folder, 'judged.pcap');
  const { packets } = writeSynthetic(path, 5);
  const judge = new Judge();
  const found: Finding[] = [];
  const dissector = new Dissector();
  for await (const batch of readCapture(path))
    for (const packet of batch.packets) for (const item of dissector.push(packet)) found.push(...judge.push(item));
  for (const item of dissector.end()) found.push(...judge.push(item));
  expect([...found, ...judge.end()]).toEqual([]);
  expect(judge.errors).toEqual([]);
  expect(dissector.summary().packets).toBe(packets);
});

describe.skipIf(!hasProgram('tshark'))('beside tshark', () => {
  it('holds the packets it counts, over TCP in which nothing is odd', () => {
    const path = join(folder, 'counted.pcap');
    const { counts } = writeSynthetic(path, 3);
    const odd = '_ws.malformed || tcp.analysis.flags || mqtt.msgtype';
    const lines = tshark(
      path,
      '-Y',
      odd,
      '-T',
      'fields',
      '-e',
      'mqtt.msgtype',
      '-e',
      'tcp.analysis.flags',
      '-e',
      '_ws.malformed',
    );
    const found: Record<string, number> = {};
    for (const line of lines) {
      const [types = '', ...oddities] = line.split('\t');
      expect(oddities.join('')).toBe('');
      for (const type of types.split(',')) found[type] = (found[type] ?? 0) + 1;
    }
    expect(Object.values(found).toSorted()).toEqual(Object.values(counts).toSorted());
    expect(found[3]).toBe(counts.PUBLISH);
    expect(found[1]).toBe(200);
  });
});

function tshark(path: string, ...options: string[]): string[] {
  const output = execFileSync('tshark', ['-r', path, ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  });
  return output.toString().trimEnd().split('\n');
}
