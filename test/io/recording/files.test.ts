// The files of a recording: one after the other, complete on their own, whole after a crash and on a full disk.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { numberedPath } from '../../../src/io/recording/file-names.js';
import { Recorder, type RecorderOptions } from '../../../src/io/recording/recorder.js';
import { CLIENT, TcpSegments } from '../../../src/io/watch/tcp-segments.js';
import type { UserError } from '../../../src/user-error.js';
import { hasProgram } from '../../support/programs.js';
import { onSmallDisk } from '../../support/small-disk.js';
import { inFolder } from '../store/records.js';
import { bytesOf, oddFrames, recorded, tshark } from './reading.js';

const NOW = 1_700_000_000_000_000_000n;
const withTshark = hasProgram('tshark');

class Recording {
  readonly failures: UserError[] = [];
  readonly losses: number[] = [];
  /** Milliseconds. */
  now = Date.parse('2026-11-23T05:15:00');
  readonly recorder: Recorder;
  private readonly segments = new TcpSegments(
    0,
    { address: '192.0.2.7', port: 50_000 },
    { address: '192.0.2.8', port: 1883 },
  );
  private packets = 0n;

  constructor(path: string, options: Partial<RecorderOptions> = {}) {
    this.recorder = new Recorder({
      path,
      interfaces: [{ name: 'proxy' }],
      program: 'mqtt-dissect 1',
      clock: () => this.now,
      onFailure: (error) => this.failures.push(error),
      onLoss: (packets) => this.losses.push(packets),
      ...options,
    });
  }

  put(segments: readonly Uint8Array[]): void {
    for (const segment of segments) this.recorder.packet(0, NOW + this.packets++, segment);
  }

  open(): void {
    this.put(this.segments.open());
  }

  /** A packet with that many bytes of the client. */
  data(length: number, filled = 0): void {
    this.put(this.segments.data(CLIENT, new Uint8Array(length).fill(filled)));
  }

  skip(length: number): void {
    this.put(this.segments.stepOver(CLIENT, length));
  }
}

const pathsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));

describe('files that follow each other', () => {
  it('have names as dumpcap gives them', () => {
    const time = new Date(2026, 10, 23, 5, 15, 0).getTime();
    expect(numberedPath('/tmp/some.thing/out.pcapng', 1, time)).toBe('/tmp/some.thing/out_00001_20261123051500.pcapng');
    expect(numberedPath('out', 123_456, time)).toBe('out_123456_20261123051500');
  });

  it('by size are no longer than that, and hold all packets once', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'out.pcapng');
      const recording = new Recording(path, { maximumBytes: 4000 });
      const { recorder } = recording;
      await recorder.open();
      recorder.secrets('CLIENT_RANDOM 01 02');
      recording.open();
      for (let packet = 0; packet < 100; packet++) {
        if (packet === 50) recorder.secrets('CLIENT_RANDOM 03 04\n');
        if (packet === 90) recorder.event('an event');
        recording.data(packet * 9, packet);
        if (packet % 30 === 0) await recorder.flush();
      }
      await recorder.close();
      const paths = pathsIn(folder);
      expect(paths.length).toBeGreaterThan(10);
      expect(paths.map((one) => /_(\d{5})_20261123051500\.pcapng$/.exec(one)?.[1])).toEqual(
        paths.map((_, index) => String(index + 1).padStart(5, '0')),
      );
      const sizes = paths.map((one) => statSync(one).size);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4000);
      // The next packet, of at most 1000 bytes, would have been too much.
      expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(3000);
      const { packets, connections, notes } = await recorded(...paths);
      expect({ packets, notes }).toEqual({ packets: 102, notes: [] });
      expect(bytesOf(connections[0], 0)).toEqual(
        Buffer.concat(Array.from({ length: 100 }, (_, packet) => Buffer.alloc(packet * 9, packet))),
      );
      const first = 'CLIENT_RANDOM 01 02\n';
      const second = 'CLIENT_RANDOM 03 04\n';
      expect((await recorded(paths[0]!)).secrets).toEqual([first]);
      expect((await recorded(paths.at(-1)!)).secrets).toEqual([first + second]);
      if (withTshark) for (const one of paths.slice(0, 3)) await tshark(one);
    }));

  it('have one packet at least', () =>
    inFolder(async (folder) => {
      const recording = new Recording(join(folder, 'out'), { maximumBytes: 1 });
      await recording.recorder.open();
      for (let packet = 0; packet < 5; packet++) recording.data(10);
      await recording.recorder.close();
      const paths = pathsIn(folder);
      expect(paths).toHaveLength(5);
      for (const path of paths) expect((await recorded(path)).packets).toBe(1);
    }));

  it('by time begin with the first packet after it', () =>
    inFolder(async (folder) => {
      const recording = new Recording(join(folder, 'out.pcapng'), { maximumSeconds: 60 });
      await recording.recorder.open();
      for (const [packet, seconds] of [0, 59, 1, 300, 59, 60].entries()) {
        recording.now += seconds * 1000;
        recording.data(packet + 1);
      }
      await recording.recorder.close();
      const told = await Promise.all(
        pathsIn(folder).map(async (path) => [path.slice(-27), (await recorded(path)).packets] as const),
      );
      expect(told).toEqual([
        ['00001_20261123051500.pcapng', 2],
        ['00002_20261123051600.pcapng', 1],
        ['00003_20261123052100.pcapng', 2],
        ['00004_20261123052259.pcapng', 1],
      ]);
    }));

  it('are deleted, the oldest of this recording first, when no more shall be kept', () =>
    inFolder(async (folder) => {
      const other = join(folder, 'out_00001_20260101000000.pcapng');
      writeFileSync(other, '');
      const recording = new Recording(join(folder, 'out.pcapng'), { maximumBytes: 1000, keep: 3 });
      await recording.recorder.open();
      for (let packet = 0; packet < 40; packet++) {
        recording.data(400, packet);
        await recording.recorder.flush();
        expect(pathsIn(folder).length).toBeLessThanOrEqual(4);
      }
      await recording.recorder.close();
      const [first, ...paths] = pathsIn(folder);
      expect(first).toBe(other);
      expect(paths).toHaveLength(3);
      const kept = bytesOf((await recorded(...paths)).connections[0], 0);
      expect(kept.at(-1)).toBe(39);
      expect(kept.length % 400).toBe(0);
    }));
});

describe('a disk that is too slow', () => {
  it('loses packets beyond the bound, which is told, and seen as a gap', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'slow.pcapng');
      const recording = new Recording(path, { queueBytes: 10_000 });
      const { recorder } = recording;
      await recorder.open();
      recording.open();
      // Nothing is written as long as this does not wait: 9 blocks of 1072 bytes are what fits.
      for (let packet = 0; packet < 30; packet++) recording.data(1000, packet);
      const lost = 30 - Math.floor((10_000 - 3 * 84) / 1072);
      expect(recorder.lost).toBe(lost);
      expect(recording.losses).toEqual([]);
      await recorder.flush();
      recording.data(1000, 99);
      recording.data(1000, 100);
      expect(recording.losses).toEqual([lost]);
      recording.data(20_000);
      await recorder.close();
      expect(recording.losses).toEqual([lost, 1]);
      const [connection] = (await recorded(path)).connections;
      expect(connection?.sent[CLIENT].filter((one) => typeof one === 'number')).toEqual([lost * 1000]);
      const told = readFileSync(path).toString('latin1');
      expect(told).toContain(`packets not recorded before this one, because the disk was too slow: ${lost}\0`);
      if (withTshark) {
        const comments = await tshark(path, '-Y', 'frame.comment', '-T', 'fields', '-e', 'frame.comment');
        expect(comments).toEqual([`packets not recorded before this one, because the disk was too slow: ${lost}`]);
      }
    }));

  it('takes half of what waits before more is recorded', () =>
    inFolder(async (folder) => {
      const recording = new Recording(join(folder, 'slow.pcapng'), { queueBytes: 1_000_000 });
      const { recorder } = recording;
      await recorder.open();
      for (let packet = 0; packet < 20; packet++) recording.data(60_000);
      expect(recorder.lost).toBe(4);
      // A small one would fit, but not into the half.
      recording.data(10);
      expect(recorder.lost).toBe(5);
      await recorder.flush();
      recording.data(10);
      expect(recorder.lost).toBe(5);
      expect(recording.losses).toEqual([5]);
      await recorder.close();
    }));
});

describe.runIf(process.platform === 'linux')('a full disk', () => {
  it('ends the recording, which is whole, and nothing else', async ({ skip }) => {
    const isMade = await onSmallDisk(1, async (folder) => {
      const path = join(folder, 'full.pcapng');
      const recording = new Recording(path);
      const { recorder, failures } = recording;
      await recorder.open();
      recording.open();
      for (let packet = 0; packet < 400; packet++) {
        recording.data(5003, packet);
        if (packet % 7 === 0) await recorder.flush();
      }
      await recorder.flush();
      recorder.event('late');
      recorder.secrets('late');
      recording.data(10);
      await recorder.close();
      const { packets, notes } = await recorded(path);
      expect(failures.map(({ code, message }) => [code, message])).toEqual([
        ['environment', `${path}: no space left; the recording has ended, packets saved: ${packets}`],
      ]);
      expect(packets).toBeGreaterThan(150);
      expect(notes).toEqual([]);
      if (withTshark) expect(await oddFrames(path)).toEqual([]);
      expect(() => writeFileSync(join(folder, 'filler'), new Uint8Array(1 << 20))).toThrow(/ENOSPC/);
      const more = join(folder, 'more.pcapng');
      await expect(new Recording(more).recorder.open()).rejects.toMatchObject({ message: `${more}: no space left` });
    });
    skip(!isMade, 'nothing may be mounted here');
  });
});

it('what was recorded a second before the process was killed can be read', { timeout: 60_000 }, () =>
  inFolder(async (folder) => {
    const root = fileURLToPath(new URL('../../../src/io/', import.meta.url));
    await build({
      input: { recorder: join(root, 'recording/recorder.ts'), segments: join(root, 'watch/tcp-segments.ts') },
      platform: 'node',
      external: /^[^./]/,
      resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
      logLevel: 'silent',
      output: { dir: folder, format: 'esm' },
    });
    const path = join(folder, 'killed.pcapng');
    const program = join(folder, 'program.js');
    // Says each second how much it had recorded a second before.
    writeFileSync(
      program,
      `import { Recorder } from './recorder.js';
      import { TcpSegments } from './segments.js';
      const recorder = new Recorder({ path: ${JSON.stringify(path)}, interfaces: [{ name: 'a' }], program: 'p' });
      await recorder.open();
      const segments = new TcpSegments(0, { address: '192.0.2.7', port: 5 }, { address: '192.0.2.8', port: 1883 });
      let count = 0;
      const put = (some) => some.forEach((one) => { recorder.packet(0, BigInt(count++), one); });
      put(segments.open());
      setInterval(() => { for (let i = 0; i < 20; i++) put(segments.data(i & 1, new Uint8Array(i * 50))); }, 5);
      let before = 0;
      setInterval(() => { if (before > 0) console.log(before); before = count; }, 1000);`,
    );
    const child = spawn(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(program)})`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise<number>((resolve) => {
      child.stdout.once('data', (text: Buffer) => {
        child.kill('SIGKILL');
        resolve(Number(text.toString().split('\n')[0]));
      });
    });
    await new Promise((resolve) => child.once('close', resolve));
    const { packets, notes, connections } = await recorded(path);
    expect(said).toBeGreaterThan(3);
    expect(packets).toBeGreaterThanOrEqual(said);
    expect(notes).toEqual([]);
    expect(connections).toHaveLength(1);
    if (withTshark) expect(await oddFrames(path)).toEqual([]);
  }),
);
