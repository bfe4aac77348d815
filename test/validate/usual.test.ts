// A usual packet that is taken at a glance changes the judge as its item does, in one thread and between two: findings, counts and
// what comes of later packets are the same, over every recorded capture, damaged ones too, and over every rule's examples.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CapturedPacket } from '../../src/capture/packet.js';
import type { TakesGlanced } from '../../src/dissect/glanced.js';
import type { Item } from '../../src/dissect/item.js';
import { VERSIONS, type Version } from '../../src/spec/versions.js';
import { readTranscript, type Step } from '../../src/validate/example.js';
import type { Finding } from '../../src/validate/finding.js';
import { Judge, type JudgeOptions } from '../../src/validate/judge.js';
import type { Rule } from '../../src/validate/rule.js';
import { RULES } from '../../src/validate/rules/index.js';
import { writeSynthetic } from '../bench/synthetic.js';
import { inBatches, inFiles, inOneThread, type PacketFile } from '../support/batched.js';
import { captures } from '../support/captures.js';
import { fixtureBytes, packetsOf } from '../support/fixtures.js';
import { Random } from '../support/random.js';
import { packetsOf as packetsOfTranscript } from './judged.js';
import { randomTraffic } from './random-traffic.js';

interface Judgement {
  readonly said: unknown;
  readonly packets: number;
  /** Taken at a glance. */
  readonly glanced: number;
  readonly readAgain: number;
}

type Way = 'items' | 'glances' | 'batches' | 'files';

/** Small ones, so that what is told goes from one to the next. */
const SIZES = { rows: 50, bytes: 3000, batches: 3 };

function judgement(
  packets: readonly CapturedPacket[],
  way: Way,
  options: Partial<JudgeOptions>,
  files: readonly PacketFile[] = [],
): Judgement {
  const judge = new Judge(options);
  let glanced = 0;
  const glance: TakesGlanced = (one) => {
    if (!judge.glance(one)) return false;
    // Its item is what resolves it.
    if (one.type === 'PUBLISH' && one.properties?.some(({ name }) => name === 'topicAlias'))
      throw new Error('an alias is passed over');
    glanced++;
    return true;
  };
  // Findings keep connections, which go on changing.
  const findings: unknown[] = [];
  const keep = (found: readonly Finding[]): void => {
    for (const one of found) findings.push(textOf(one));
  };
  const see = (item: Item): void => keep(judge.push(item));
  const reading = { ports: [1883], glance: way === 'glances' ? glance : undefined };
  const { summary, readAgain } =
    way === 'batches' || way === 'files'
      ? inBatches(packets, reading, see, SIZES, glance, files)
      : inOneThread(packets, reading, see);
  const { time = 0, number: origin = 0 } = packets.at(-1) ?? {};
  keep(judge.end({ time, origin }));
  const said = { findings, report: textOf(judge.report()), errors: judge.errors, summary };
  return { said, packets: summary.packets, glanced, readAgain };
}

/** What connections have for themselves, which differs from thread to thread. */
const OWN = new Set([
  'tcp',
  'clientSide',
  'layers',
  'proxied',
  'layersName',
  'layersNamed',
  'names',
  'told',
  'file',
  'changes',
  'senders',
  'lackedUntil',
  'client',
  'server',
  'transport',
  'firstFin',
  'hasAssignedId',
  'clientId',
]);

function textOf(value: unknown): string {
  return JSON.stringify(value, (key, one) => {
    if (OWN.has(key)) return undefined;
    return one instanceof Map || one instanceof Set ? [...one] : one;
  });
}

/** Over all tests, so that it is known to be done at all. */
let readAgain = 0;

/** All ways; how many were taken. */
function everyWay(
  name: string,
  captured: readonly CapturedPacket[],
  options: Partial<JudgeOptions> = {},
): readonly [glanced: number, packets: number] {
  const { packets, files } = inFiles(captured, 1 + (captured.length % 3));
  const one = judgement(packets, 'items', options);
  const other = judgement(packets, 'glances', options);
  expect(other.said, name).toEqual(one.said);
  const third = judgement(packets, 'batches', options);
  expect(third.said, `${name}, in batches`).toEqual(one.said);
  expect(third.glanced).toBeGreaterThanOrEqual(other.glanced);
  const fourth = judgement(packets, 'files', options, files);
  expect(fourth.said, `${name}, in ${files.length} files`).toEqual(one.said);
  expect(fourth.glanced).toBe(third.glanced);
  readAgain += fourth.readAgain;
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

/** Behind an accepting CONNACK: packets of each kind, some of them several times, so that rules have no more to ask about them. */
function usualTraffic(step: Step, version: Version): readonly Step[] {
  if (step.kind !== 'packet' || step.from !== 'server' || step.bytes[0] !== 0x20 || step.bytes[3] !== 0) return [];
  const [c, s] = [`${step.connection}>`, `${step.connection}<`];
  const exchanges = [1, 2, 3].map((n) => {
    const [id, text] = [`f10${n}`, `'${step.connection}${n}'`];
    return `
      ${c} 30 { "usual/a" p ${text} }
      ${s} 30 { "usual/a" p ${text} }
      ${c} 32 { "usual/b" ${id} p ${text} }
      ${s} 40 { ${id} }
      ${s} 32 { "usual/b" ${id} p ${text} }
      ${c} 40 { ${id} }
      ${c} 34 { "usual/c" ${id} p ${text} }
      ${s} 50 { ${id} }
      ${c} 62 { ${id} }
      ${s} 70 { ${id} }
      ${s} 34 { "usual/c" ${id} p ${text} }
      ${c} 50 { ${id} }
      ${s} 62 { ${id} }
      ${c} 70 { ${id} }`;
  });
  const subscribed = `
    ${c} 82 { f000 p "usual/#" 02 }
    ${s} 90 { f000 p 02 }`;
  return readTranscript([subscribed, ...exchanges].join('\n'), version);
}

const recordings = captures
  .map(([name, path]) => ({ name, bytes: name.includes('__') ? readFileSync(path) : fixtureBytes(name) }))
  .filter(({ bytes }) => bytes[0] !== 0x1f && bytes.length < 2e6)
  .map(({ name, bytes }) => ({ name, packets: packetsOf(new Uint8Array(bytes)) }));

describe('at a glance', () => {
  afterAll(() => expect(readAgain).toBeGreaterThan(1000));

  it('recorded captures are judged as they are packet by packet', () => {
    let [taken, all] = [0, 0];
    for (const { name, packets } of recordings) {
      const [glanced, count] = everyWay(name, packets);
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
      for (let run = 0; run < 4; run++) taken += everyWay(`${name}, run ${run}`, damaged(random, packets))[0];
    }
    expect(taken).toBeGreaterThan(200);
  });

  it('so are the examples of all rules, on connections on which much was well before', { timeout: 120_000 }, () => {
    let taken = 0;
    for (const rule of RULES) {
      for (const { transcript, versions } of [...rule.violates, ...rule.complies]) {
        for (const version of Object.keys(rule.refs) as Version[]) {
          if (versions?.includes(version) === false) continue;
          const name = `${rule.name}, ${version}: ${transcript}`;
          everyWay(name, packetsOfTranscript(transcript, version));
          const packets = packetsOfTranscript(transcript, version, [], (step) => usualTraffic(step, version));
          taken += everyWay(`${name}, later`, packets)[0];
        }
      }
    }
    expect(taken).toBeGreaterThan(10_000);
  });

  it('so is whatever a few clients do', { timeout: 120_000 }, () => {
    const random = new Random(4711);
    let [taken, all] = [0, 0];
    for (let run = 0; run < 150; run++) {
      for (const version of VERSIONS) {
        const elsewhere = random.chance(4) ? [2, 3] : [];
        const packets = packetsOfTranscript(randomTraffic(random, version === '5.0', 400), version, elsewhere);
        // Where most rules are left out, more is usual: what nobody is asked about still must not be passed over.
        const only = run % 3 === 0 ? random.below(9) : undefined;
        const asks = (rule: Rule): boolean => only === undefined || RULES.indexOf(rule) % 9 === only;
        const [glanced, count] = everyWay(`run ${run}, ${version}`, packets, { asks });
        taken += glanced;
        all += count;
      }
    }
    expect(taken / all).toBeGreaterThan(0.2);
  });

  it('traffic of many clients is, whatever is kept of it', { timeout: 120_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
    try {
      for (const clients of [3, 40]) {
        const path = join(folder, `${clients}.pcap`);
        writeSynthetic(path, 4, { clients, seed: clients });
        const packets = packetsOf(new Uint8Array(readFileSync(path)));
        for (const limits of [{}, { publications: 50 }, { publications: 7, retained: 3, sessions: 2 }]) {
          const [glanced, count] = everyWay(`${clients} clients, ${JSON.stringify(limits)}`, packets, { limits });
          expect(glanced / count).toBeGreaterThan(0.5);
          everyWay('damaged', damaged(new Random(clients), packets), { limits });
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
