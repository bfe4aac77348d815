// `check`: exit codes, formats, scopes, baselines, selections, bad input. It asks few rules by name, so that it does not
// change with the others.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { JUDGE_LIMIT_ROWS, judgeLimitsOf } from '../../src/cli/judge-limits.js';
import { Judging } from '../../src/cli/judging.js';
import { Sieve } from '../../src/cli/selection-options.js';
import { Dissector } from '../../src/dissect/dissector.js';
import { JUDGEMENT_FORMATS } from '../../src/report/judgement/index.js';
import { JUDGE_LIMITS } from '../../src/validate/limits.js';
import { frameRule } from '../../src/validate/rule.js';
import { NANO, pcapFile } from '../capture/build.js';
import { packetsOf } from '../validate/judged.js';
import { cli, fixture } from './run.js';

const DUP = 'publish-dup-qos-0';
const ONLY = ['--only', DUP];
const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

function temporary(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

function capture(name: string, transcript: string, version: '3.1.1' | '5.0' = '3.1.1'): string {
  const packets = packetsOf(transcript, version);
  const records = packets.map(({ bytes, time }) => ({ seconds: 1_700_000_000, fraction: time, bytes }));
  return temporary(name, pcapFile({ magic: NANO, little: true, link: 101 }, records));
}

/** Packet 3, of client "meter", and packet 7, of client "pump", break it. */
const FAULTY = capture(
  'faulty.pcap',
  `1> 10 { proto 02 003c "meter" }\n1< 20 { 00 00 }\n1> 38 { "a/b" 'x' }\n1> 30 { "a/b" 'x' }
   2> 10 { proto 02 003c "pump" }\n2< 20 { 00 00 }\n2> 38 { "c/d" 'y' }\n1> e0 00\n2> e0 00\nfin 1>\nfin 2>`,
);
/** On other ports, so that it is no retransmission. */
const OTHER = capture('other.pcap', `5> 10 { proto 02 003c "valve" }\n5< 20 { 00 00 }\n5> 38 { "e/f" 'z' }`);
const CLEAN = capture(
  'clean.pcap',
  `4> 10 { proto 02 003c "meter" }\n4< 20 { 00 00 }\n4> 30 { "a/b" 'x' }\n4> e0 00\nfin 4>`,
);

interface Line {
  readonly frame: number;
  readonly clientId: string;
  readonly known?: boolean;
  readonly file?: string;
}

async function findings(...args: string[]): Promise<readonly Line[]> {
  const { stdout } = await cli(['check', '--format', 'ndjson', ...args]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

const frames = async (...args: string[]) => (await findings(...args)).map(({ frame }) => frame);

describe('exit codes', () => {
  it.each([
    [[FAULTY, ...ONLY], 1],
    [[CLEAN, ...ONLY], 0],
    [[FAULTY, ...ONLY, '--fail-on', 'should'], 1],
    [[FAULTY, ...ONLY, '--fail-on', 'never'], 0],
    [[FAULTY, '--ignore', DUP, '--only', '3.3.1'], 0],
    [[FAULTY, CLEAN, '/no/such/file', ...ONLY], 2],
    [['/no/such/file'], 2],
  ])('%j: %i', async (args, exitCode) => {
    expect((await cli(['check', ...args])).exitCode).toBe(exitCode);
  });

  it('says what a rule that threw was, and goes on', async () => {
    const rule = frameRule({
      name: 'breaks',
      refs: { '3.1.1': ['§3.3'] },
      party: 'sender',
      hint: 'none',
      on: ['PUBLISH'],
      check() {
        throw new TypeError('x is not a function');
      },
      violates: [],
      complies: [],
    });
    const judging = new Judging(new Sieve({}), { rules: [rule] });
    const dissector = new Dissector({ ports: [1883] });
    for (const packet of packetsOf(`> 10 { proto 02 003c "a" }\n> 30 { "a" }`, '3.1.1')) {
      for (const item of dissector.push(packet)) judging.push(item);
    }
    let told = '';
    const stderr = new PassThrough().on('data', (text) => {
      told += text;
    });
    const io = { stdin: undefined, stdout: stderr, stderr, env: {}, interrupt: new AbortController().signal };
    expect(judging.tellErrors(io)).toBe(true);
    expect(told).toBe('mqtt-dissect: internal error in rule breaks at packet 2: x is not a function\n');
  });
});

describe('the report', () => {
  it('tells what, who, where and what to do, and how much was exercised', async () => {
    const { stdout, stderr } = await cli(['check', FAULTY, ...ONLY, '--width', '120']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ {3}No\. +Frame Statement +Level +Who +Finding\n/);
    expect(stdout).toMatch(/\n {5}3 +5 3\.1\.1:MQTT-3\.3\.1-2 +must +client DUP is 1 on a QoS 0 message\n/);
    expect(stdout).toContain('byte 0, bit 3');
    expect(stdout).toContain('→ send QoS 0 messages once, with DUP 0');
    expect(stdout).toMatch(/\n {2}#0 "meter" 10\.0\.0\.2:20001 → 10\.128\.0\.1:1883 \(MQTT 3\.1\.1\)\n {6}rules: /);
    expect(stdout).toMatch(
      /\n9 MQTT packets in 2 connections .*\n2 violations \(2 must\); this capture exercised 2 of 2 statements of 3\.1\.1\n$/,
    );
  });

  it.each(JUDGEMENT_FORMATS.map(({ name }) => name))('%s goes to a file as well', async (format) => {
    const path = join(folder, `out.${format}`);
    const args = ['check', FAULTY, ...ONLY, '--format', format];
    const { stdout } = await cli([...args, '-o', path], { columns: 120, env: { NO_COLOR: '1' } });
    expect(stdout).toBe('');
    expect(readFileSync(path, 'utf8')).toBe((await cli(args)).stdout);
  });

  it.each(['json', 'ndjson', 'junit', 'sarif', 'tap', 'github'])('%s has the counts beside it', async (format) => {
    const { stderr } = await cli(['check', FAULTY, ...ONLY, '--format', format]);
    expect(stderr).toMatch(/\n2 violations \(2 must\); this capture exercised .*\n$/);
  });

  it('writes the step summary of a workflow', async () => {
    const path = temporary('step.md', 'before\n');
    await cli(['check', FAULTY, ...ONLY, '--format', 'github'], { env: { GITHUB_STEP_SUMMARY: path } });
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/^before\n## MQTT conformance: 2 violations \(2 must\)\n/);
    expect(text).toContain('| **must** | client | 3.1.1:MQTT-3.3.1-2 |');
  });

  it('names the files when there are several', async () => {
    const lines = await findings(FAULTY, CLEAN, OTHER, ...ONLY);
    expect(lines.map(({ file, frame }) => [file, frame])).toEqual([
      [FAULTY, 3],
      [FAULTY, 7],
      [OTHER, 16],
    ]);
  });

  it.each(['junit', 'sarif', 'tap'])('%s cannot be only the counts', async (format) => {
    const { exitCode, stderr, stdout } = await cli(['check', '-q', '--format', format, FAULTY]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`-q is not for --format ${format}`);
  });

  it('counts only in JSON, too', async () => {
    const { stdout } = await cli(['check', '-q', '--format', 'json', FAULTY, ...ONLY]);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [], connections: [], summary: { findings: { must: 2 } } });
  });

  it('names the packet that is the reason of a close, in JSON as in words', async () => {
    const { stdout } = await cli(['check', '--format', 'json', fixture('server-disconnect-v5.pcap')]);
    const { ending } = JSON.parse(stdout).connections[2];
    expect(ending).toMatchObject({ by: 'server', how: 'fin', verdict: 'asked', frame: 11, captureFrames: [30] });
    expect(ending.message).toContain('packet #11 (PUBLISH)');
  });

  it('is short with -q, and tells every connection with -v', async () => {
    expect((await cli(['check', '-q', FAULTY, ...ONLY])).stdout.split('\n')).toHaveLength(3);
    const connects = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => `${from + i}> 10 { proto 02 003c "c${from + i}" }`).join('\n');
    const paths = [capture('few.pcap', connects(1, 5)), capture('many.pcap', connects(1, 9))];
    const listed = async (...args: string[]) =>
      (await cli(['check', ...args, ...ONLY])).stdout.match(/\n {2}#\d+ "c\d"/g) ?? [];
    expect(await listed(paths[0]!)).toHaveLength(5);
    expect(await listed('-v', paths[1]!)).toHaveLength(9);
    const { stdout } = await cli(['check', paths[1]!, fixture('many-clients.pcap'), ...ONLY]);
    expect(stdout).toMatch(/\n {2}\d+ of which nothing is to be said \(-v tells of each\)\n/);
  });

  it('shows what is inconclusive when asked', async () => {
    const path = capture(
      'gap.pcap',
      `> 10 { proto 02 003c "m" }\n< 20 { 00 00 }\nlost >\n> 32 { "a" 0001 'x' }\n< 40 { 0002 }\nfin <`,
    );
    const count = async (...args: string[]) =>
      ((await cli(['check', path, ...args])).stdout.match(/not sure: /g) ?? []).length;
    const { summary } = JSON.parse((await cli(['check', path, '--format', 'json'])).stdout);
    expect(summary.findings.inconclusive).toBeGreaterThan(0);
    expect(await count()).toBe(0);
    expect(await count('--inconclusive', '--width', '4000')).toBe(summary.findings.inconclusive);
  });
});

describe('--only and --ignore', () => {
  it.each([
    [
      ['--only', 'MQTT-3.3.1-2'],
      [3, 7],
    ],
    [
      ['--only', '3.1.1:mqtt-3.3.1-2'],
      [3, 7],
    ],
    [['--only', '5.0:MQTT-3.3.1-2'], []],
    [
      ['--only', '[MQTT-3.3.1-2]'],
      [3, 7],
    ],
    [
      ['--only', '3.1.1:[MQTT-3.3.1-2]'],
      [3, 7],
    ],
    [
      ['--only', '3.1.1:3.3.1-2'],
      [3, 7],
    ],
    [['--only', '[5.0:MQTT-3.3.1-2]'], []],
    [
      ['--only', '§3.3.1.1'],
      [3, 7],
    ],
    [
      ['--only', '3.1.1:3.3'],
      [3, 7],
    ],
    [
      ['--only', '3.1.2, PUBLISH-dup-qos-0'],
      [3, 7],
    ],
    [
      ['--only', '3.1.2', '--only', DUP],
      [3, 7],
    ],
    [['--only', '3.1.2'], []],
    [['--only', '3.3', '--ignore', '3.3.1.1'], []],
    [
      ['--only', '3.3', '--ignore', '5:3.3.1.1'],
      [3, 7],
    ],
  ])('%j', async (args, expected) => {
    expect(await frames(FAULTY, ...args)).toEqual(expected);
  });

  it.each([
    [
      ['--only', 'MQTT-3.3.1-99'],
      /no statement, section or rule "MQTT-3\.3\.1-99" that is judged\. Did you mean MQTT-3\.3\.1-/,
    ],
    [['--ignore', 'publish-dup-qos0'], /"publish-dup-qos0" that is judged\. Did you mean publish-dup-qos-0\?/],
    [['--only', '9.9'], /"9\.9" that is judged\. mqtt-dissect rules lists what there is\./],
    [['--only', ''], /It names no statement, section or rule\./],
    [['--ignore', ' , '], /It names no statement, section or rule\./],
    [['--only', '3.1:MQTT-3.3.1-2'], /"3\.1:MQTT-3\.3\.1-2" that is judged\. MQTT 3\.1 has no numbered statements: /],
    [['--only', '3.1.1:MQTT-3.3.1-1x'], /Did you mean 3\.1\.1:MQTT-\S+ or 3\.1\.1:MQTT-/],
    [
      ['--only', 'MQTT-7.0.0-1'],
      /No rule judges 3\.1\.1:MQTT-7\.0\.0-1.*see mqtt-dissect rules 3\.1\.1:MQTT-7\.0\.0-1\./,
    ],
    [['--fail-on', 'note'], /Allowed choices are must, should, never/],
    [['--format', 'tree'], /Allowed choices are table, json, ndjson, junit, sarif, tap, github, markdown/],
    [['--baseline', '/no/such/file'], /^mqtt-dissect: \/no\/such\/file: no such file\n$/],
    [['--write-baseline', FAULTY], /faulty\.pcap: is an input too, writing would destroy it\n$/],
    [
      ['-o', join(folder, 'both'), '--write-baseline', join(folder, '.', 'both')],
      /both: is the file of -o too, one would overwrite the other\n$/,
    ],
    [['--baseline', CLEAN], /clean\.pcap: not a baseline of mqtt-dissect \(not JSON\)\n$/],
  ])('%j is refused', async (args, message) => {
    const { exitCode, stdout, stderr } = await cli(['check', FAULTY, ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('baselines', () => {
  const known = join(folder, 'known.json');

  it('lets pass what it knows, however the capture was cut, and nothing else', async () => {
    expect((await cli(['check', FAULTY, ...ONLY, '--client', 'meter', '--write-baseline', known])).exitCode).toBe(0);
    expect(JSON.parse(readFileSync(known, 'utf8')).findings).toHaveLength(1);
    const { exitCode, stdout } = await cli(['check', FAULTY, ...ONLY, '--baseline', known]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('\n1 violation (1 must), 1 known from the baseline; ');
    expect(await findings(FAULTY, ...ONLY, '--baseline', known)).toMatchObject([
      { clientId: 'meter', known: true },
      { clientId: 'pump', known: false },
    ]);
    expect((await cli(['check', FAULTY, ...ONLY, '--client', 'meter', '--baseline', known])).exitCode).toBe(0);
  });

  it('is written anew from all that was found, known or not', async () => {
    await cli(['check', FAULTY, ...ONLY, '--baseline', known, '--write-baseline', known]);
    expect(JSON.parse(readFileSync(known, 'utf8')).findings).toHaveLength(2);
    const { exitCode, stdout } = await cli(['check', FAULTY, ...ONLY, '--baseline', known]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('\nno violations, 2 known from the baseline; ');
  });

  it('knows a client again to which the server gives another identifier', async () => {
    const told = (port: number, id: string) =>
      capture(
        `assigned-${id}.pcap`,
        `${port}> 10 { proto 02 003c p "" }\n${port}< 20 { 00 00 p{ 12 "${id}" } }\n${port}> 38 { "a/b" p 'x' }`,
        '5.0',
      );
    expect((await cli(['check', told(1, 'auto-1'), ...ONLY, '--write-baseline', known])).exitCode).toBe(0);
    expect(readFileSync(known, 'utf8')).not.toContain('auto-1');
    expect(await findings(told(2, 'auto-2'), ...ONLY, '--baseline', known)).toMatchObject([
      { clientId: 'auto-2', known: true },
    ]);
  });

  it('hides nothing new behind many that it knows', async () => {
    const told = (name: string, more: string) =>
      capture(
        name,
        `> 10 { proto 02 003c "m" }\n< 20 { 00 00 }\n> 82 { 0001 "a" 00 }\n< 90 { 0001 00 }\n${`> 38 { "a" 'x' }\n`.repeat(12)}${more}`,
      );
    await cli(['check', told('flood.pcap', ''), ...ONLY, '--write-baseline', known]);
    const { exitCode, stdout } = await cli([
      'check',
      told('worse.pcap', `< 38 { "a" 'x' }`),
      ...ONLY,
      '--baseline',
      known,
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('must    server DUP is 1');
    expect(stdout).toContain('\n1 violation (1 must), 10 known from the baseline, 2 more like these counted only; ');
  });

  it('is not written when an input could not be read', async () => {
    const path = join(folder, 'never.json');
    expect((await cli(['check', FAULTY, '/no/such/file', '--write-baseline', path])).exitCode).toBe(2);
    expect(existsSync(path)).toBe(false);
  });
});

describe('selections choose what is reported', () => {
  it.each([
    [['--client', 'pump'], [7]],
    [['--topic', 'a/#'], [3]],
    [['--connection', '0'], [3]],
    [['--type', 'connect'], []],
    [['--type', 'publish', '--client', 'meter'], [3]],
    [
      ['--port', '1883'],
      [3, 7],
    ],
    [['--limit', '1'], [3]],
  ])('%j', async (args, expected) => {
    expect(await frames(FAULTY, ...ONLY, ...args)).toEqual(expected);
  });

  it('and which connections are told of', async () => {
    const { stdout } = await cli(['check', FAULTY, ...ONLY, '--client', 'pump']);
    expect(stdout).toContain('"pump"');
    expect(stdout).not.toContain('"meter"');
  });

  it('at the limit, what was read counts', async () => {
    const { stdout } = await cli(['check', FAULTY, ...ONLY, '--limit', '1', '--format', 'tap']);
    expect(stdout).toContain('\nnot ok 1 - 3.1.1:MQTT-3.3.1-2 ');
    expect(stdout).toContain('\n# this capture exercised 2 of 2 statements of 3.1.1\n');
  });

  it('and do not change the exit code for what they hide', async () => {
    expect((await cli(['check', FAULTY, ...ONLY, '--type', 'connect'])).exitCode).toBe(0);
  });
});

describe('streaming', () => {
  it('prints each finding as it comes', async () => {
    const stdin = new PassThrough();
    const interrupt = new AbortController();
    stdin.write(readFileSync(FAULTY));
    let seen = '';
    const { exitCode, stdout } = await cli(['check', '-', ...ONLY], {
      stdin,
      interrupt: interrupt.signal,
      // stdin stays open: only the interrupt ends it.
      onOutput: (text) => {
        seen += text;
        if (seen.includes('client DUP is 1')) interrupt.abort();
      },
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('2 violations (2 must)');
  });

  it('Ctrl-C without findings is Ctrl-C', async () => {
    const stdin = new PassThrough();
    const interrupt = new AbortController();
    stdin.write(readFileSync(CLEAN));
    setTimeout(() => interrupt.abort(), 300);
    const { exitCode } = await cli(['check', '-', ...ONLY], { stdin, interrupt: interrupt.signal });
    expect(exitCode).toBe(130);
  });
});

describe('nothing to judge', () => {
  it('says so', async () => {
    const { exitCode, stdout } = await cli(['check', fixture('tls-13-v5.pcap')]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/no MQTT packets, .*encrypted \(TLS, see --keylog\)\n$/);
    expect(stdout).toContain('not judged: ');
  });
});

describe('limits of the judge', () => {
  it('has an option for every bound', async () => {
    expect(JUDGE_LIMIT_ROWS.map(({ name }) => name).sort()).toEqual(Object.keys(JUDGE_LIMITS).sort());
    const help = (await cli(['check', '--help'])).stdout;
    for (const { option } of JUDGE_LIMIT_ROWS) expect(help).toContain(`--${option} <n>`);
  });

  it.each(JUDGE_LIMIT_ROWS.map(({ option, name }) => [option, name]))('--%s', (option, name) => {
    const key = option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    expect(judgeLimitsOf({ [key]: 7 })).toEqual({ [name]: 7 });
  });

  it('works: findings beyond it are counted', async () => {
    const faults = `> 38 { "a/b" 'x' }\n`.repeat(5);
    const path = capture('faults.pcap', `> 10 { proto 02 003c "meter" }\n< 20 { 00 00 }\n${faults}`);
    const { stdout } = await cli(['check', path, ...ONLY, '--max-findings-per-rule', '2']);
    expect(stdout).toContain('2 violations (2 must), 3 more like these counted only; ');
  });
});

describe('dissect', () => {
  it('shows findings under their packet, and none when told so', async () => {
    const { exitCode, stdout } = await cli([FAULTY]);
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    const at = lines.findIndex((line) => line.includes('PUBLISH DUP QoS 0 a/b'));
    expect(lines[at + 1]).toMatch(
      /^ +✗ must, client: DUP is 1 on a QoS 0 message \(3\.1\.1:MQTT-3\.3\.1-2; byte 0, bit 3\)$/,
    );
    expect((await cli([FAULTY, '--no-check'])).stdout).not.toMatch(/✗|finding/);
    expect((await cli([FAULTY, '--quiet'])).stdout).not.toContain('finding');
    expect((await cli([FAULTY, '--no-check', '--format', 'ndjson'])).stdout).not.toContain('"findings"');
  });

  it('shows those of packets that are selected', async () => {
    const { stdout } = await cli([FAULTY, '--client', 'pump']);
    expect(stdout.match(/✗ must, client: DUP is 1/g)).toHaveLength(1);
  });
});
