// Reads every public capture in the folder beside the repository, where it is there: none may harm the readers, and the
// records they count are those tshark counted (INDEX.tsv), but for the cases listed, each with its reason.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/io/input.js';

const folder = fileURLToPath(new URL('../../../shared/captures/', import.meta.url));
const present = existsSync(`${folder}INDEX.tsv`);
if (!present) console.warn('skipped: the public captures are not beside the repository (../shared/captures)');

interface Difference {
  /** The last packet's number, and how many packets there are. */
  readonly last: number;
  readonly packets: number;
  readonly notes?: readonly string[];
  readonly because: string;
}

const CUSTOM = 'tshark counts custom blocks as frames; they take a number here too but are no packets';

const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'link/gopacket__pcapgo__tests__be__test901.pcapng': {
    last: 3,
    packets: 3,
    notes: ['bad-header'],
    because: 'tshark stops at a section of version 2, which is laid out like version 1',
  },
  'link/suricata-verify__bug-6875-01__fuzz.pcap': {
    last: 1,
    packets: 1,
    notes: ['record-too-long'],
    because: 'from the damage on tshark guesses another record layout, and finds one more record there',
  },
  'link/suricata-verify__bug-1450-05__tls_DER-incomplete-content.pcap': {
    last: 6,
    packets: 6,
    notes: ['truncated'],
    because: 'it is cut; tshark ends with an error too',
  },
  ...Object.fromEntries(
    ['le', 'be'].flatMap((order): [string, Difference][] => [
      [`link/pcapng-gen__output_${order}__basic__test018.pcapng`, { last: 7, packets: 4, because: CUSTOM }],
      [`link/pcapng-gen__output_${order}__advanced__test102.pcapng`, { last: 7, packets: 5, because: CUSTOM }],
      [`link/pcapng-gen__output_${order}__difficult__test202.pcapng`, { last: 11, packets: 8, because: CUSTOM }],
    ]),
  ),
};

function index() {
  if (!present) return [];
  const [, ...lines] = readFileSync(`${folder}INDEX.tsv`, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const columns = line.split('\t');
    return { file: columns[0]!, frames: Number(columns[8]) };
  });
}

async function read(file: string) {
  let last = 0;
  let packets = 0;
  const notes: string[] = [];
  for await (const batch of readCapture(folder + file)) {
    for (const packet of batch.packets) {
      packets++;
      last = packet.number;
      if (!Number.isFinite(packet.time) || packet.bytes.length > packet.originalLength) expect.fail(`packet ${last}`);
    }
    notes.push(...batch.notes.map(({ code }) => code));
  }
  return { last, packets, notes };
}

describe.skipIf(!present)('the public captures', () => {
  it.each(index())('$file has $frames frames', async ({ file, frames }) => {
    const { last, packets, notes = [] } = DIFFERENCES[file] ?? { last: frames, packets: frames };
    expect(await read(file)).toEqual({ last, packets, notes });
  });

  it('are not taken for captures where they are none', async () => {
    await expect(read('link/illustrated-tls12__keylog.txt')).rejects.toMatchObject({
      code: 'not-a-capture',
      message: expect.stringContaining(
        'illustrated-tls12__keylog.txt: not a pcap or pcapng capture: it begins with 43 4c 49',
      ),
    });
  });

  it('are all in the index', () => {
    const listed = new Set([...index().map(({ file }) => file), 'link/illustrated-tls12__keylog.txt']);
    const there = readdirSync(`${folder}link`).map((name) => `link/${name}`);
    expect(there.filter((file) => !listed.has(file))).toEqual([]);
  });
});
