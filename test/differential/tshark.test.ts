// Every MQTT packet of every capture, as tshark tells it and as we do: the frame that completed it, type and flags, the
// Remaining Length, and all values that tshark shows.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captures, FIXTURES, withReference } from '../support/captures.js';
import { hasProgram } from '../support/programs.js';
import { TOLD, UNSEEN, WRONG } from './exceptions.js';
import { ours } from './ours.js';
import { keyOf, type PacketRecord, present } from './record.js';
import { theirs } from './theirs.js';

const MANY = 60_000;

/** Our records with what tshark is known to say otherwise. */
function asWronglyTold(name: string, records: readonly PacketRecord[]): PacketRecord[] {
  const { values = [], lost } = WRONG[name] ?? {};
  const told = records.filter((record) => lost?.unseen.includes(keyOf(record)) !== true);
  for (const [frame, index, changes] of values) {
    const places = told.flatMap((record, place) => (record.frame === frame ? [place] : []));
    const place = places[index]!;
    const before = told[place]!;
    const after = present({ ...before.values, ...changes });
    expect(after, `${name}, frame ${frame}: nothing is told otherwise`).not.toEqual(before.values);
    told[place] = { ...before, values: after };
  }
  return told;
}

/** Over TLS both are given the key log that lies beside the capture. */
function keylogOf(path: string): { readonly keylog?: string } {
  const keylog = path.replace(/\.pcap$/, '.keylog');
  return keylog !== path && existsSync(keylog) ? { keylog } : {};
}

const isUnseen = ([name]: (typeof captures)[number]): boolean => UNSEEN.some(([names]) => names.test(name));
const seen = captures.filter((capture) => !isUnseen(capture));

describe.skipIf(!hasProgram('tshark')).concurrent('tshark agrees', () => {
  it.each(seen)('on %s', { timeout: MANY }, async (name, path) => {
    const [mine, witness] = await Promise.all([
      ours(path),
      theirs(path, { ...TOLD[name]?.options, ...keylogOf(path) }),
    ]);
    expect(mine.length).toBeGreaterThan(0);
    const { lost } = WRONG[name] ?? {};
    const sane = lost ? witness.filter(({ frame }) => frame < lost.from || frame > lost.to) : witness;
    expect(asWronglyTold(name, mine)).toEqual(sane);
    if (lost === undefined) return;
    // What is left out is nonsense that the witness saw, and packets of ours that it did not.
    expect(witness.length).toBeGreaterThan(sane.length);
    const keys = mine.map(keyOf);
    expect(lost.unseen.filter((key) => !keys.includes(key))).toEqual([]);
    expect(witness.map(keyOf).filter((key) => lost.unseen.includes(key))).toEqual([]);
  });
});

describe.skipIf(!hasProgram('tshark'))('tshark needs to be told', () => {
  const known = captures.filter(([name]) => TOLD[name] !== undefined);
  it.each(known)('about %s', { timeout: MANY }, async (name, path) => {
    const [untold, told] = await Promise.all([theirs(path, {}), theirs(path, TOLD[name]!.options)]);
    expect(untold, TOLD[name]!.why).not.toEqual(told);
  });

  it('to put segments in order', { timeout: MANY }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
    try {
      const path = join(folder, 'out-of-order.pcap');
      writeFileSync(path, swapped(readFileSync(join(FIXTURES, 'large-publish-mtu-1500-v5.pcap'))));
      const [mine, inOrder, asTheyCome] = await Promise.all([
        ours(path),
        theirs(path, {}),
        theirs(path, { outOfOrder: false }),
      ]);
      expect(mine).toEqual(inOrder);
      expect(asTheyCome).not.toEqual(inOrder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.skipIf(!hasProgram('tshark')).concurrent('tshark sees less', () => {
  const layered = captures.filter(isUnseen);
  it.each(layered)('of %s', { timeout: MANY }, async (_name, path) => {
    const [mine, witness] = await Promise.all([ours(path), theirs(path, {})]);
    expect(mine.length).toBeGreaterThan(witness.length);
  });
});

it('the exceptions name captures that exist', () => {
  const names = captures.map(([name]) => name);
  const named = [...Object.keys(TOLD), ...Object.keys(WRONG)];
  const missing = named.filter((name) => !names.includes(name));
  // Without the reference captures only the fixtures can be asked for.
  expect(withReference ? missing : missing.filter((name) => !name.includes('__'))).toEqual([]);
});

/** A classic pcap, the first two neighbouring packets of full size in each other's place. */
function swapped(file: Buffer): Buffer {
  const little = file.readUInt32LE(0) === 0xa1b2c3d4;
  const starts: number[] = [];
  for (let at = 24; at < file.length; ) {
    starts.push(at);
    at += 16 + (little ? file.readUInt32LE(at + 8) : file.readUInt32BE(at + 8));
  }
  const record = (index: number): Buffer => file.subarray(starts[index], starts[index + 1] ?? file.length);
  const full = Math.max(...starts.map((_, index) => record(index).length));
  const first = starts.findIndex((_, index) => record(index).length === full && record(index + 1)?.length === full);
  const order = starts.map((_, index) => (index === first ? first + 1 : index === first + 1 ? first : index));
  return Buffer.concat([file.subarray(0, 24), ...order.map(record)]);
}
