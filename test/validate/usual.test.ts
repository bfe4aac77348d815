// A usual packet that is taken at a glance changes the judge as its item does: findings, counts and what comes of later packets are
// the same, over every recorded capture, damaged ones too, and over every rule's examples.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { Dissector } from '../../src/dissect/dissector.js';
import type { Version } from '../../src/spec/versions.js';
import { Judge, type JudgeOptions } from '../../src/validate/judge.js';
import { RULES } from '../../src/validate/rules/index.js';
import { writeSynthetic } from '../bench/synthetic.js';
import { captures } from '../support/captures.js';
import { fixtureBytes, packetsOf } from '../support/fixtures.js';
import { Random } from '../support/random.js';
import { packetsOf as packetsOfTranscript } from './judged.js';

interface Judgement {
  readonly said: unknown;
  readonly packets: number;
  /** Taken at a glance. */
  readonly glanced: number;
}

function judgement(packets: readonly CapturedPacket[], glances: boolean, options: Partial<JudgeOptions>): Judgement {
  const judge = new Judge(options);
  let glanced = 0;
  const glance = glances
    ? (one: Parameters<Judge['glance']>[0]): boolean => {
        if (!judge.glance(one)) return false;
        glanced++;
        return true;
      }
    : undefined;
  const dissector = new Dissector({ ports: [1883], glance });
  const findings: unknown[] = [];
  for (const packet of packets) {
    // Findings keep connections, which go on changing.
    for (const item of dissector.push(packet)) for (const one of judge.push(item)) findings.push(textOf(one));
  }
  for (const item of dissector.end()) findings.push(...judge.push(item).map(textOf));
  findings.push(...judge.end(dissector.last).map(textOf));
  const said = { findings, report: textOf(judge.report()), errors: judge.errors, summary: dissector.summary() };
  return { said, packets: dissector.summary().packets, glanced };
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (key, one) => {
    if (key === 'tcp') return undefined;
    return one instanceof Map || one instanceof Set ? [...one] : one;
  });
}

/** Both ways; how many were taken. */
function bothWays(
  name: string,
  packets: readonly CapturedPacket[],
  options: Partial<JudgeOptions> = {},
): readonly [glanced: number, packets: number] {
  const one = judgement(packets, false, options);
  const other = judgement(packets, true, options);
  expect(other.said, name).toEqual(one.said);
  return [other.glanced, other.packets];
}

function damaged(random: Random, packets: readonly CapturedPacket[]): CapturedPacket[] {
  const after: CapturedPacket[] = [];
  for (const packet of packets) {
    const choice = random.below(40);
    if (choice === 0) continue;
    if (choice === 1 && after.length > 0) after.splice(after.length - 1, 0, packet);
    else after.push(packet);
    if (choice === 2) after.push(packet);
    if (choice === 3) after.push({ ...packet, bytes: packet.bytes.subarray(0, random.below(packet.bytes.length)) });
  }
  return after;
}

const recordings = captures
  .map(([name, path]) => ({ name, bytes: name.includes('__') ? readFileSync(path) : fixtureBytes(name) }))
  .filter(({ bytes }) => bytes[0] !== 0x1f && bytes.length < 2e6)
  .map(({ name, bytes }) => ({ name, packets: packetsOf(new Uint8Array(bytes)) }));

describe('at a glance', () => {
  it('recorded captures are judged as they are packet by packet', () => {
    let [taken, all] = [0, 0];
    for (const { name, packets } of recordings) {
      const [glanced, count] = bothWays(name, packets);
      taken += glanced;
      all += count;
    }
    expect(taken).toBeGreaterThan(100);
    expect(all).toBeGreaterThan(taken);
  });

  it('so are damaged ones', { timeout: 120_000 }, () => {
    const random = new Random(77);
    let taken = 0;
    for (const { name, packets } of recordings) {
      for (let run = 0; run < 4; run++) taken += bothWays(`${name}, run ${run}`, damaged(random, packets))[0];
    }
    expect(taken).toBeGreaterThan(200);
  });

  it('so are the examples of all rules', () => {
    for (const rule of RULES) {
      for (const { transcript, versions } of [...rule.violates, ...rule.complies]) {
        for (const version of Object.keys(rule.refs) as Version[]) {
          if (versions?.includes(version) === false) continue;
          bothWays(`${rule.name}, ${version}: ${transcript}`, packetsOfTranscript(transcript, version));
        }
      }
    }
  });

  it('traffic of many clients is, whatever is kept of it', { timeout: 120_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
    try {
      for (const clients of [3, 40]) {
        const path = join(folder, `${clients}.pcap`);
        writeSynthetic(path, 4, { clients, seed: clients });
        const packets = packetsOf(new Uint8Array(readFileSync(path)));
        for (const limits of [{}, { publications: 50 }, { publications: 7, retained: 3, sessions: 2 }]) {
          const [glanced, count] = bothWays(`${clients} clients, ${JSON.stringify(limits)}`, packets, { limits });
          expect(glanced / count).toBeGreaterThan(0.5);
          bothWays('damaged', damaged(new Random(clients), packets), { limits });
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
