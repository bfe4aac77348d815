// `dissect`: every option, bad input, several files, stdin while it grows, Ctrl-C.

import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/report/terminal.js';
import { concat, NANO, pcapFile } from '../capture/build.js';
import { openPackets } from '../support/open-packets.js';
import { CLIENT, SERVER, Wire } from '../support/wire.js';
import { cli, fixture } from './run.js';

const PINGS = fixture('pings-v5.pcap');
const LOGIN = fixture('refused-login-v5.pcap');
/** 3.1.1, client id "c". */
const CONNECT = '10 0d 00 04 "MQTT" 04 02 00 3c 00 01 "c"';
const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

function temporary(name: string, contents: string | Uint8Array = ''): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

function capture(name: string, { packets }: Pick<Wire, 'packets'>): string {
  const records = packets.map(({ bytes, time }) => ({ seconds: 1_700_000_000, fraction: time, bytes }));
  return temporary(name, pcapFile({ magic: NANO, little: true, link: 101 }, records));
}

function lines(text: string): string[] {
  return text.trimEnd().split('\n');
}

describe('options', () => {
  it('prints a table, its titles and the summary', async () => {
    const { stdout, stderr, exitCode } = await cli([PINGS]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(lines(stdout)[0]).toMatch(/No\. +Frame +Time +Source → Destination +Client id +Ver +Packet$/);
    expect(lines(stdout)[3]).toMatch(
      / 3 +8 +1\.008043 127\.0\.0\.1:47404 → 127\.0\.0\.1:1883 +site3-meter +5\.0 +PINGREQ$/,
    );
    expect(lines(stdout).at(-1)).toBe('9 MQTT packets in 1 connection (5.0: 1), 20 capture frames');
  });

  it('is the same with the command named', async () => {
    expect(await cli(['dissect', PINGS])).toEqual(await cli([PINGS]));
  });

  it.each([
    [['--quiet'], /^9 MQTT packets .*\n$/],
    [['-v'], /\n {5}0 {2}c0 1100 \.\.\.\. +Packet Type: 12 \(PINGREQ\)/],
    [['-x'], /PINGREQ\n {5}0 {2}c0 00 {43} {2}..\n/],
    [['-v', '-x', '--width', '200'], /Packet Type: 12 \(PINGREQ\) .* {5}0 {2}c0 00 +\.\.\n/],
    [['-v', '-x', '--width', '80'], /Remaining Length: 0\n\n {5}0 {2}c0 00 +\.\.\n/],
    [['--format', 'tree', '-v', '--max-bytes', '4'], /Client Identifier: "site" … 7 more characters/],
    [['-x', '--max-bytes', '4'], / 0 {2}10 18 00 04 +\.\.\.\.\n +… 22 more bytes \(--max-bytes\)\n/],
    [['--format', 'json', '-q'], /^\{"items":\[\n\],"summary":\{"captureFrames":20,.*\}\}\n$/],
  ])('%j', async (args, expected) => {
    expect((await cli([...args, PINGS])).stdout).toMatch(expected);
  });

  it.each(['json', 'ndjson'])('%s keeps the summary out of the results', async (format) => {
    const { stdout, stderr } = await cli([PINGS, '--format', format]);
    expect(stderr).toBe('9 MQTT packets in 1 connection (5.0: 1), 20 capture frames\n');
    expect(stdout).not.toContain('capture frames');
  });

  it('masks passwords unless told otherwise', async () => {
    for (const format of ['tree', 'json', 'ndjson']) {
      const args = [LOGIN, '--format', format, '-v', '-x'];
      const masked = await cli(args);
      const shown = await cli([...args, '--show-secrets']);
      expect(masked.stdout).toContain('********');
      expect(shown.stdout).not.toContain('********');
    }
  });

  it.each([40, 80, 133, 200])('keeps to %i columns', async (width) => {
    const { stdout } = await cli([fixture('utf8-v311.pcap'), '--width', String(width)]);
    expect(Math.max(...lines(stdout).slice(0, -1).map(displayWidth))).toBeLessThanOrEqual(width);
  });

  it.each([
    ['the terminal', { columns: 100 }, 100],
    ['COLUMNS', { env: { COLUMNS: '90' } }, 90],
    ['neither', {}, 200],
  ])('takes the width of %s', async (_, around, width) => {
    const told = await cli([LOGIN, '--width', String(width), '--color', 'never'], around);
    expect((await cli([LOGIN, '--color', 'never'], around)).stdout).toBe(told.stdout);
  });

  it.each([
    ['a terminal', { columns: 100 }, true],
    ['no terminal', {}, false],
    ['NO_COLOR', { columns: 100, env: { NO_COLOR: '1' } }, false],
    ['a dumb terminal', { columns: 100, env: { TERM: 'dumb' } }, false],
  ])('colours for %s', async (_, around, coloured) => {
    expect((await cli([PINGS], around)).stdout.includes('\x1b[')).toBe(coloured);
  });

  it('colours when told to', async () => {
    expect((await cli([PINGS, '--color', 'always'])).stdout).toContain('\x1b[1mPINGREQ\x1b[22m');
  });

  it('writes to stdout for -o -', async () => {
    const expected = await cli([PINGS]);
    expect(await cli([PINGS, '-o', '-'])).toEqual(expected);
    expect(existsSync('-')).toBe(false);
  });

  it('writes to a file', async () => {
    const path = join(folder, 'out.txt');
    const { stdout } = await cli([PINGS, '-o', path], { columns: 80 });
    expect(stdout).toBe('');
    expect(readFileSync(path, 'utf8')).toBe((await cli([PINGS])).stdout);
  });

  it('takes ports for MQTT', async () => {
    const path = capture('port.pcap', new Wire({ port: 1337 }).open().send(CLIENT, '"GET / HTTP/1.1" 0d 0a 0d 0a'));
    const { stdout, exitCode } = await cli([path]);
    expect({ stdout, exitCode }).toEqual({
      stdout:
        'no MQTT packets, 3 capture frames\n' +
        '1 TCP connection without MQTT, to port 1337 (1). If one of them is MQTT nevertheless, name it: --port 1337\n',
      exitCode: 0,
    });
    expect((await cli([path, '--port', '1', '--port', '1337', '-q'])).stdout).toContain(' in 1 connection ');
    expect((await cli([path, '--port', '1', '-q'])).stdout).toMatch(/^no MQTT packets/);
  });

  it('takes a version for what does not tell its own', async () => {
    const path = capture('version.pcap', new Wire().open().send(CLIENT, 'c0 00').send(SERVER, 'd0 00'));
    const seen = async (...args: string[]) => {
      const { version, versionFrom } = JSON.parse(lines((await cli([path, '--format', 'ndjson', ...args])).stdout)[0]!);
      return `${version} ${versionFrom}`;
    };
    expect(await seen()).toBe('3.1.1 default');
    expect(await seen('--version', '3.1')).toBe('3.1 option');
    expect(await seen('--version', '5')).toBe('5.0 option');
  });

  it('puts segments in order, or does not', async () => {
    const { packets } = new Wire().open().send(CLIENT, CONNECT).send(CLIENT, '30 05 00 01').send(CLIENT, '"axy"');
    const [first, last] = packets.splice(-2);
    const path = capture('order.pcap', { packets: [...packets, last!, first!] });
    expect((await cli([path])).stdout).toContain('PUBLISH QoS 0 a (2 bytes) "xy"');
    expect((await cli([path, '--no-reassembly'])).stdout).not.toContain('"xy"');
  });

  it.each([
    ['--max-held-bytes', '100'],
    ['--max-held-segments', '3'],
  ])('waits for a lost segment no longer than %s %s', async (option, bound) => {
    const wire = new Wire().open().send(CLIENT, CONNECT).lose(CLIENT, 10);
    for (let i = 0; i < 20; i++) wire.send(CLIENT, '30 16 00 01 "a" "12345678901234567890"'.replace('16', '17'));
    const path = capture('held.pcap', wire);
    const gapAt = async (...args: string[]) => {
      const found = lines((await cli([path, '--format', 'ndjson', ...args])).stdout).find((line) =>
        line.includes('"gap"'),
      );
      return (JSON.parse(found!) as { captureFrames: number[] }).captureFrames[0]!;
    };
    expect(await gapAt(option, bound)).toBeLessThan(await gapAt());
  });
});

describe('wrong use', () => {
  it.each([
    [[], /^Usage: mqtt-dissect/],
    [['dissect'], /missing required argument 'capture'/],
    [['--frmat', 'json', PINGS], /unknown option '--frmat'\n\(Did you mean --format\?\)/],
    [['--format', 'yaml', PINGS], /Allowed choices are table, tree, json, ndjson/],
    [['--port', '0', PINGS], /'0' is invalid\. It must be a whole number from 1 to 65535\./],
    [['--port', '70000', PINGS], /from 1 to 65535/],
    [['--port', '1e3', PINGS], /from 1 to 65535/],
    [['--width', '39', PINGS], /from 40 to 10000/],
    [['--max-bytes', '0', PINGS], /of at least 1/],
    [['--max-held-bytes', '-1', PINGS], /of at least 0/],
    [['--max-held-segments', 'x', PINGS], /of at least 0/],
    [['--version', '4', PINGS], /It must be 3\.1, 3\.1\.1 or 5\./],
    [['--color', 'blue', PINGS], /Allowed choices are auto, always, never/],
    [['-o', PINGS, PINGS], /pings-v5\.pcap: is an input too, writing would destroy it\n$/],
    [['-o', '/nowhere/at/all', PINGS], /\/nowhere\/at\/all: no such directory\n$/],
    [['-o', folder, PINGS], /is a directory\n$/],
  ])('%j', async (args, message) => {
    const { exitCode, stdout, stderr } = await cli(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('does not touch an output file when there is nothing to read', async () => {
    const path = temporary('kept.txt', 'kept');
    expect((await cli(['/no/such/file', '-o', path])).exitCode).toBe(2);
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });

  it.each([[['--help']], [['dissect', '--help']], [['hex', '--help']]])('%j', async (args) => {
    const { exitCode, stdout, stderr } = await cli(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('Exit codes:');
    if (args.length > 1) expect(stdout).toContain('Examples:');
  });

  it.each(['-V', '--version'])('%s prints the version', async (option) => {
    expect((await cli([option])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('bad input', () => {
  it.each([
    ['a file that is not there', () => '/no/such/file', /^mqtt-dissect: \/no\/such\/file: no such file\n$/],
    ['a directory', () => folder, /: is a directory\n$/],
    ['an empty file', () => temporary('empty.pcap'), /empty\.pcap: the file is empty\n$/],
    ['text', () => temporary('text.pcap', 'hello world'), /text\.pcap: not a pcap .* 68 65 6c 6c 6f/],
    ['a name that attacks the terminal', () => '/no/\x1b[2J', /^mqtt-dissect: \/no\/\\x1b\[2J: no such file\n$/],
  ])('%s', async (_, path, message) => {
    const { exitCode, stdout, stderr } = await cli([path()]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('still reads the others', async () => {
    const { exitCode, stdout, stderr } = await cli(['/no/such/file', PINGS, temporary('empty'), LOGIN]);
    expect(exitCode).toBe(2);
    expect(lines(stderr)).toHaveLength(2);
    expect(stdout).toContain(`${PINGS}:\n`);
    expect(stdout).toContain(`${LOGIN}:\n`);
    expect(lines(stdout).at(-1)).toBe('17 MQTT packets in 4 connections (5.0: 4), 52 capture frames');
  });

  it('shows everything before a cut, and where it is', async () => {
    const path = temporary('cut.pcap', readFileSync(PINGS));
    truncateSync(path, 1000);
    const { exitCode, stdout, stderr } = await cli([path]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('PINGREQ');
    expect(stderr).toMatch(/^mqtt-dissect: warning: .*cut\.pcap: .* \(offset \d+\)\n$/);
  });

  it('warns of an unknown link type once', async () => {
    const bytes = readFileSync(PINGS);
    bytes.writeUInt32LE(195, 20);
    const { exitCode, stdout, stderr } = await cli([temporary('link.pcap', bytes)]);
    expect(exitCode).toBe(0);
    expect(lines(stderr)).toHaveLength(1);
    expect(stderr).toMatch(/warning: .*link\.pcap: LINKTYPE 195/);
    expect(stdout).toMatch(/^no MQTT packets, 20 capture frames; skipped: 20 LINKTYPE 195/);
  });
});

describe('streaming', () => {
  it('prints each packet as it comes', async () => {
    const bytes = readFileSync(PINGS);
    let seen = '';
    const heard: number[] = [];
    async function* growing() {
      for (let at = 0; at < bytes.length; at += 100) {
        yield bytes.subarray(at, at + 100);
        heard.push(lines(seen).length);
      }
    }
    const onOutput = (text: string) => {
      seen += text;
    };
    const { stdout } = await cli(['-'], { stdin: growing(), onOutput });
    expect(stdout).toBe((await cli([PINGS])).stdout);
    // Rows came while there was still input to come.
    expect(heard.at(-1)).toBeGreaterThan(8);
    expect(new Set(heard).size).toBeGreaterThan(5);
  });

  it.each(['table', 'json'])('Ctrl-C prints what was read: %s', async (format) => {
    const interrupt = new AbortController();
    const stdin = new PassThrough();
    stdin.write(readFileSync(PINGS));
    const ran = cli(['-', LOGIN, '--format', format], {
      stdin,
      interrupt: interrupt.signal,
      // stdin stays open: only the interrupt ends it.
      onOutput: () => interrupt.abort(),
    });
    const { exitCode, stdout, stderr } = await ran;
    expect(exitCode).toBe(130);
    expect(stdout + stderr).toContain('9 MQTT packets in 1 connection (5.0: 1), 20 capture frames\n');
    if (format === 'json') expect((JSON.parse(stdout) as { items: object[] }).items).toHaveLength(10);
  });

  it('shows what was encrypted as soon as the key log tells, though nothing more comes', async () => {
    const interrupt = new AbortController();
    const keys = temporary('growing.keylog');
    const plain = new Wire({ clientPort: 20_001 }).open().send(CLIENT, CONNECT);
    const ethernet = new Uint8Array(14);
    ethernet.set([8, 0], 12);
    const packets = [
      ...(await openPackets('tls-13-v5')),
      ...plain.packets.map((packet) => ({ ...packet, bytes: concat(ethernet, packet.bytes) })),
    ];
    const records = packets.map(({ bytes }, index) => ({ seconds: 1_700_000_000, fraction: index, bytes }));
    const stdin = new PassThrough();
    stdin.write(pcapFile({ magic: NANO, little: true, link: 1 }, records));
    let seen = '';
    const { exitCode, stdout } = await cli(['-', '--keylog', keys], {
      stdin,
      interrupt: interrupt.signal,
      onOutput: (text) => {
        // The last packet of the capture stands there in the clear: all of it has been read.
        if (!seen.includes('CONNECT') && text.includes('CONNECT')) {
          appendFileSync(keys, readFileSync(fixture('tls-13-v5.keylog')));
        }
        seen += text;
        if (seen.includes('PUBCOMP id 2')) interrupt.abort();
      },
    });
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/\n +1 +\d+ .* CONNECT 3\.1\.1 client id "c".*\n.* TLS 1\.3 .*\n +2 +8 .* CONNECT 5\.0 /);
    expect(stdout).toMatch(/\n1?\d MQTT packets in 2 connections \(3\.1\.1: 1, 5\.0: 1\), \d+ capture frames\n$/);
  });

  it('ends when what the key log told reaches the limit', async () => {
    const keys = temporary('limited.keylog');
    const stdin = new PassThrough();
    const records = (await openPackets('tls-13-v5')).map(({ bytes }, at) => ({ seconds: 0, fraction: at, bytes }));
    stdin.write(pcapFile({ magic: NANO, little: true, link: 1 }, records));
    const ran = cli(['-', '--keylog', keys, '--limit', '2'], { stdin });
    await expect.poll(() => stdin.readableLength).toBe(0);
    appendFileSync(keys, readFileSync(fixture('tls-13-v5.keylog')));
    const { exitCode, stdout } = await ran;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/ CONNECT 5\.0 .*\n.*; stopped at the limit of 2/);
  });

  it('names files in JSON when there are several', async () => {
    const { stdout } = await cli([PINGS, LOGIN, '--format', 'ndjson']);
    const files = lines(stdout).map((line) => (JSON.parse(line) as { file: string }).file);
    expect(new Set(files)).toEqual(new Set([PINGS, LOGIN]));
  });
});
