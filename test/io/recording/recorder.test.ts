// What is recorded stands in the file as our own reader and tshark read it: addresses, bytes, ends, gaps and comments.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Recorder, type RecorderOptions } from '../../../src/io/recording/recorder.js';
import type { Endpoint } from '../../../src/io/watch/tap.js';
import { CLIENT, SERVER, type Side, TcpSegments } from '../../../src/io/watch/tcp-segments.js';
import { hex } from '../../support/hex.js';
import { hasProgram } from '../../support/programs.js';
import { Random } from '../../support/random.js';
import { inFolder } from '../store/records.js';
import { bytesOf, oddFrames, recorded, tshark } from './reading.js';

const HERE: Endpoint = { address: '192.0.2.7', port: 50_000 };
const THERE: Endpoint = { address: '192.0.2.8', port: 1883 };
const NOW = 1_700_000_000_000_000_000n;
const withTshark = hasProgram('tshark');

/** A recorder that is open, and what puts segments into it, a microsecond after each other. */
async function recording(path: string, options: Partial<RecorderOptions> = {}) {
  const recorder = new Recorder({ path, interfaces: [{ name: 'proxy' }], program: 'mqtt-dissect 1', ...options });
  await recorder.open();
  let now = NOW;
  const put = (segments: readonly Uint8Array[], ...comments: readonly string[]): void => {
    for (const segment of segments) recorder.packet(0, (now += 1000n), segment, comments);
  };
  return { recorder, put };
}

describe('a connection', () => {
  const unix: Endpoint = { address: undefined, port: undefined };
  const six = ['[2001:db8::7]:1', '[2001:db8::1:8]:2'];
  it.each([
    ['IPv4', HERE, THERE, ['192.0.2.7:50000', '192.0.2.8:1883']],
    ['IPv6', { address: '2001:db8::7', port: 1 }, { address: '2001:db8::1:8', port: 2 }, six],
    [
      'IPv4 through a socket of both',
      { address: '::ffff:192.0.2.7', port: 1 },
      THERE,
      ['192.0.2.7:1', '192.0.2.8:1883'],
    ],
    ['a Unix socket', unix, unix, ['192.0.2.1:49159', '192.0.2.2:1883']],
  ])('over %s, near the wrap of its numbers, with half of it closed first', (_, client, server, endpoints) =>
    inFolder(async (folder) => {
      const path = join(folder, 'one.pcapng');
      const random = new Random(1);
      const { recorder, put } = await recording(path);
      const segments = new TcpSegments(7, client, server, [0xfffffff0, 0xfffffff8]);
      const sent: readonly [Uint8Array[], Uint8Array[]] = [[], []];
      const say = (side: Side, length: number): void => {
        const bytes = Buffer.alloc(length, random.bytes(Math.min(length, 977)));
        sent[side].push(bytes);
        put(segments.data(side, bytes));
      };
      put(segments.open());
      for (const length of [1, 2, 3, 1, 65_495, 65_496, 40, 1_048_576]) say(CLIENT, length);
      for (const length of [1, 130_990, 131_000]) say(SERVER, length);
      put(segments.data(CLIENT, new Uint8Array(0)));
      put(segments.fin(CLIENT));
      say(SERVER, 5000);
      put(segments.fin(SERVER));
      await recorder.close();

      const { connections, notes } = await recorded(path);
      expect(notes).toEqual([]);
      expect(connections).toHaveLength(1);
      expect(connections[0]).toMatchObject({ endpoints, ended: 'fin by 0' });
      for (const side of [CLIENT, SERVER] as const) {
        expect(bytesOf(connections[0], side).equals(Buffer.concat(sent[side]))).toBe(true);
        expect(connections[0]?.sent[side].filter((one) => typeof one === 'number')).toEqual([]);
      }
      if (withTshark) expect(await oddFrames(path)).toEqual([]);
    }),
  );

  it.each([
    ['its client resets', CLIENT, 'rst by 0'],
    ['its server resets', SERVER, 'rst by 1'],
  ] as const)('that %s', (_, side, ended) =>
    inFolder(async (folder) => {
      const path = join(folder, 'reset.pcapng');
      const { recorder, put } = await recording(path);
      const segments = new TcpSegments(0, HERE, THERE);
      put(segments.open());
      put(segments.data(CLIENT, hex('c0 00')));
      put(segments.reset(side));
      await recorder.close();
      expect((await recorded(path)).connections).toMatchObject([{ ended }]);
      if (withTshark) {
        expect(await tshark(path, '-Y', 'tcp.flags.reset == 1', '-T', 'fields', '-e', 'frame.number')).toEqual(['5']);
        expect(await oddFrames(path)).toEqual([]);
      }
    }),
  );

  it('that comes again from the same port is another', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'again.pcapng');
      const { recorder, put } = await recording(path);
      for (const connection of [1, 2]) {
        const segments = new TcpSegments(connection, HERE, THERE);
        put(segments.open());
        put(segments.data(CLIENT, Uint8Array.of(connection)));
        put(segments.close(CLIENT, 'fin'));
      }
      await recorder.close();
      const { connections } = await recorded(path);
      expect(connections.map((one) => [bytesOf(one, CLIENT)[0], one.ended])).toEqual([
        [1, 'fin by 0'],
        [2, 'fin by 0'],
      ]);
    }));

  it.each([1, 1500, 3_000_000])('shows a gap of %i bytes where they were not kept', (length) =>
    inFolder(async (folder) => {
      const path = join(folder, 'gap.pcapng');
      const { recorder, put } = await recording(path);
      const segments = new TcpSegments(3, HERE, THERE);
      put(segments.open());
      put(segments.data(SERVER, hex('d0 00')));
      put(segments.stepOver(SERVER, length));
      put(segments.stepOver(SERVER, 0));
      put(segments.data(SERVER, hex('d0 00')));
      put(segments.close(CLIENT, 'fin'));
      await recorder.close();
      const [connection] = (await recorded(path)).connections;
      expect(connection?.sent[SERVER]).toEqual([Uint8Array.from(hex('d0 00')), length, Uint8Array.from(hex('d0 00'))]);
      if (withTshark) {
        expect(await tshark(path, '-Y', 'tcp.analysis.lost_segment', '-T', 'fields', '-e', 'frame.number')).toEqual([
          '6',
        ]);
      }
    }),
  );
});

describe('comments', () => {
  it.runIf(withTshark)('are read by tshark, those of events with the next packet', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'comments.pcapng');
      const { recorder, put } = await recording(path, { comment: 'a session' });
      const segments = new TcpSegments(0, HERE, THERE);
      recorder.event('listening');
      put(segments.open());
      put(segments.data(CLIENT, hex('c0 00')), 'one finding', 'another: ü');
      recorder.event('dropped PINGRESP 1');
      put(segments.data(CLIENT, hex('c0 00')), 'and a finding');
      put(segments.data(CLIENT, hex('c0 00')), 'x'.repeat(70_000));
      for (let event = 0; event < 102; event++) recorder.event(`${event}`);
      put(segments.reset(CLIENT));
      recorder.event('told at the end');
      await recorder.close();
      const comments = await tshark(
        path,
        '-T',
        'fields',
        '-E',
        'separator=|',
        '-e',
        'frame.number',
        '-e',
        'frame.comment',
      );
      expect(comments.slice(0, 5)).toEqual([
        '1|listening',
        '2|',
        '3|',
        '4|one finding,another: ü',
        '5|dropped PINGRESP 1,and a finding',
      ]);
      expect(comments[5]?.length).toBeGreaterThan(60_000);
      expect(comments[6]).toMatch(/^7\|0,1,.*,99,2 more events are not told here$/);
      expect(readFileSync(path).includes('told at the end')).toBe(true);
    }),
  );

  it.runIf(hasProgram('capinfos'))('of the whole, the program and the interfaces are read by capinfos', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'about.pcapng');
      const interfaces = [
        { name: 'tcp://:1884', description: 'plain' },
        { name: 'eth', linkType: 1 },
      ];
      const { recorder, put } = await recording(path, { interfaces, comment: 'a session' });
      put(new TcpSegments(0, HERE, THERE).open());
      await recorder.close();
      const told = execFileSync('capinfos', [path]).toString();
      for (const [name, value] of [
        ['Number of packets', '3'],
        ['Capture application', 'mqtt-dissect 1'],
        ['Capture comment', 'a session'],
        ['Number of interfaces in file', '2'],
        ['Name', 'tcp://:1884'],
        ['Description', 'plain'],
        ['Time precision', 'nanoseconds \\(9\\)'],
      ]) {
        expect(told).toMatch(new RegExp(`${name}(:| =)\\s+${value}`));
      }
      expect(told).toMatch(/First packet time: {3}\S+ \S+\.000001000/);
    }),
  );
});

describe('writing', () => {
  it('happens within a second without being asked for', () =>
    inFolder(async (folder) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const path = join(folder, 'soon.pcapng');
        const { recorder, put } = await recording(path);
        const { size } = statSync(path);
        const segments = new TcpSegments(0, HERE, THERE);
        for (let time = 1; time <= 3; time++) {
          put(segments.data(CLIENT, hex('c0 00')));
          expect(statSync(path).size).toBe(size + (time - 1) * 76);
          vi.advanceTimersByTime(1000);
          // 32 bytes of the block, 40 of headers, 2 and padding.
          await expect.poll(() => statSync(path).size, { timeout: 20_000 }).toBe(size + time * 76);
        }
        await recorder.close();
      } finally {
        vi.useRealTimers();
      }
    }));

  it('is done when it was asked for', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'flushed.pcapng');
      const { recorder, put } = await recording(path);
      const segments = new TcpSegments(0, HERE, THERE);
      for (let round = 1; round <= 20; round++) {
        const flushes = [recorder.flush()];
        put(segments.data(CLIENT, new Uint8Array(round * 1000)));
        flushes.push(recorder.flush());
        await Promise.all(flushes);
        expect((await recorded(path)).packets).toBe(round);
      }
      await recorder.close();
      await recorder.close();
      await recorder.flush();
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }));
});

it('whatever is recorded is read', () =>
  inFolder(async (folder) => {
    for (let seed = 1; seed <= 15; seed++) {
      const random = new Random(seed);
      const path = join(folder, `${seed}.pcapng`);
      const { recorder, put } = await recording(path);
      const open = new Map<number, { readonly segments: TcpSegments; readonly sent: readonly [Buffer[], Buffer[]] }>();
      const all: (readonly [Buffer[], Buffer[]])[] = [];
      for (let step = 0; step < 300; step++) {
        const [id, one] = random.pick([...open, [-1, undefined] as const]);
        const side = random.below(2) as Side;
        if (one === undefined) {
          const client = { address: random.chance(2) ? '2001:db8::1' : '198.51.100.1', port: 1024 + all.length };
          const segments = new TcpSegments(all.length, client, { address: '203.0.113.9', port: 1883 }, [
            random.u32(),
            0,
          ]);
          const sent: readonly [Buffer[], Buffer[]] = [[], []];
          put(segments.open());
          open.set(all.length, { segments, sent });
          all.push(sent);
        } else if (random.chance(20)) {
          put(one.segments.close(side, random.chance(2) ? 'fin' : 'rst'), 'the end');
          open.delete(id);
        } else {
          const length = random.pick([1, 7, 100, 5000, random.below(70_000)]);
          const bytes = Buffer.alloc(length, random.bytes(97));
          put(one.segments.data(side, bytes), ...(random.chance(3) ? ['a comment'] : []));
          one.sent[side].push(bytes);
        }
        if (random.chance(40)) recorder.event('something');
        if (random.chance(40)) recorder.secrets(`CLIENT_RANDOM ${step} 00`);
        if (random.chance(40)) await recorder.flush();
      }
      await recorder.close();
      const { connections, notes } = await recorded(path);
      expect(notes).toEqual([]);
      expect(connections).toHaveLength(all.length);
      connections.forEach((connection, index) => {
        for (const side of [CLIENT, SERVER] as const) {
          const same = bytesOf(connection, side).equals(Buffer.concat(all[index]![side]));
          expect(same, `seed ${seed}, connection ${index}, side ${side}`).toBe(true);
        }
      });
    }
  }));

describe('a file that cannot be written', () => {
  it.each([
    ['a directory', 'folder', 'is a directory'],
    ['in a directory that does not exist', 'none/file.pcapng', 'no such directory'],
    ['in what is no directory', 'file/file.pcapng', 'no such directory'],
  ])('%s', (_, name, why) =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, 'folder'));
      const path = join(folder, name);
      await (await recording(join(folder, 'file'))).recorder.close();
      await expect(recording(path)).rejects.toMatchObject({ code: 'environment', message: `${path}: ${why}` });
    }),
  );
});
