// What is watched can be read as a capture: by our own pipeline, and (where it is installed) by tshark.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Dissector } from '../../../src/dissect/dissector.js';
import type { Item } from '../../../src/dissect/item.js';
import { readCapture } from '../../../src/io/input.js';
import { BlockQueue } from '../../../src/io/watch/block-queue.js';
import type { Endpoint } from '../../../src/io/watch/tap.js';
import { Watch, type WatchOptions } from '../../../src/io/watch/watch.js';
import { hex } from '../../support/hex.js';
import { hasProgram } from '../../support/programs.js';

const CLIENT: Endpoint = { address: '192.0.2.7', port: 50_000 };
const SERVER: Endpoint = { address: '192.0.2.8', port: 1883 };
const CONNECT = hex('10 0d 00 04 "MQTT" 04 02 00 3c 00 01 "a"');
const CONNACK = hex('20 02 00 00');

/** A clock that goes on by a microsecond with each question. */
function clock(): WatchOptions {
  let now = 1_700_000_000_000_000_000n;
  return { clock: () => (now += 1000n) };
}

function dialogue(watch: Watch, connection: number, client = CLIENT, server = SERVER): void {
  watch.opened(connection, client, server);
  watch.received(connection, CONNECT);
  watch.sent(connection, CONNACK);
  watch.received(connection, hex('e0 00'));
  watch.closed(connection, 'client', 'fin');
}

async function items(watch: Watch, source = watch.source('watch')): Promise<readonly Item[]> {
  const dissector = new Dissector();
  const all: Item[] = [];
  for await (const { packets, notes } of readCapture(source)) {
    expect(notes).toEqual([]);
    for (const packet of packets) all.push(...dissector.push(packet));
  }
  return [...all, ...dissector.end()];
}

function story(all: readonly Item[]): readonly string[] {
  return all.map((item) => (item.kind === 'packet' ? `${item.frame.direction} ${item.frame.packet.type}` : item.event));
}

describe('a watched connection', () => {
  it.each([
    ['IPv4', CLIENT, SERVER],
    ['IPv6', { address: '2001:db8::7', port: 1 }, { address: '2001:db8::1:8', port: 2 }],
    ['IPv4 through a socket of both', { address: '::ffff:192.0.2.7', port: 1 }, SERVER],
    ['IPv6 with a zone', { address: 'fe80::1%eth0', port: 1 }, { address: 'fe80::2%eth0', port: 2 }],
    ['a Unix socket', { address: undefined, port: undefined }, { address: undefined, port: undefined }],
  ])('over %s reads as a capture', async (_, client, server) => {
    const watch = new Watch(clock());
    const source = watch.source('watch');
    dialogue(watch, 1, client, server);
    watch.end();
    expect(story(await items(watch, source))).toEqual([
      'client-to-server CONNECT',
      'server-to-client CONNACK',
      'client-to-server DISCONNECT',
      'connection-closed',
    ]);
  });

  it('keeps what is longer than an IP packet', async () => {
    const watch = new Watch(clock());
    const source = watch.source('watch');
    watch.opened(1, CLIENT, SERVER);
    const payload = new Uint8Array(200_000);
    // 3 + 1 + 200,000 = 0x30d44 bytes follow: c4 9a 0c as a variable byte integer.
    watch.received(1, new Uint8Array([...CONNECT, ...hex('30 c3 9a 0c 00 01 "t"'), ...payload]));
    watch.closed(1, 'server', 'rst');
    watch.end();
    const publish = (await items(watch, source)).find((item) => item.kind === 'packet' && item.number === 2);
    expect(publish).toMatchObject({ frame: { packet: { type: 'PUBLISH', topic: 't' } } });
  });

  it('that was not opened is not written', async () => {
    const watch = new Watch(clock());
    const source = watch.source('watch');
    watch.received(5, CONNECT);
    watch.sent(5, CONNACK);
    watch.closed(5, 'client', 'fin');
    watch.end();
    expect(await items(watch, source)).toEqual([]);
  });

  it('shows as a gap what a slow reader lost', async () => {
    const watch = new Watch({ ...clock(), queueBytes: 600 });
    const source = watch.source('watch');
    watch.opened(1, CLIENT, SERVER);
    watch.received(1, CONNECT);
    watch.received(1, new Uint8Array(1000));
    expect(watch.lost).toBe(1);
    watch.end();
    expect(story(await items(watch, source))).toContain('client-to-server CONNECT');
  });
});

describe('the queue', () => {
  it('takes nothing more when its reader has left', async () => {
    const queue = new BlockQueue(100);
    expect(queue.packet(0n, new Uint8Array(12))).toBe(true);
    for await (const piece of queue.pieces()) {
      expect(piece.length).toBe(44);
      break;
    }
    expect(queue.packet(0n, new Uint8Array(1))).toBe(false);
  });
});

describe.skipIf(!hasProgram('tshark'))('tshark', () => {
  it('finds no fault with the checksums and reads the packets', async () => {
    const watch = new Watch(clock());
    const source = watch.source('watch');
    dialogue(watch, 1);
    dialogue(watch, 2, { address: '2001:db8::7', port: 1 }, { address: '2001:db8::8', port: 1883 });
    watch.end();
    const folder = mkdtempSync(join(tmpdir(), 'watch-'));
    try {
      const file = join(folder, 'watch.pcapng');
      const pieces: Uint8Array[] = [];
      for await (const piece of source.pieces) pieces.push(piece);
      writeFileSync(file, Buffer.concat(pieces));
      const checks = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
      const shown = (...args: string[]) => execFileSync('tshark', ['-r', file, ...checks, ...args]).toString();
      expect(shown('-Y', 'tcp.checksum.status != 1 || ip.checksum.status == 0 || tcp.analysis.flags')).toBe('');
      expect(shown('-Y', 'mqtt', '-T', 'fields', '-e', 'mqtt.msgtype').trim().split('\n')).toEqual([
        ...['1', '2', '14'],
        ...['1', '2', '14'],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
