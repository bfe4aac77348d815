// More than can be shown: everything arrives all the same, memory is bounded, and what was not read is said.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { hex } from '../support/hex.js';
import { folder, HOST, type Line, startProxy } from './program.js';
import { RawClient, target } from './sockets.js';

const CONNECT = hex('10 0d 00 04 "MQTT" 04 02 00 00 00 01 "a"');
const ROUNDS = 300;
const MESSAGE = hex(`30 62 00 03 "a/b" "${'x'.repeat(93)}"`);
/** 1 MB of small messages. */
const MEGABYTE = Buffer.concat(Array.from({ length: 10_000 }, () => MESSAGE));

it.runIf(process.platform === 'linux')(
  'a flood is passed on whole, though it cannot all be shown',
  { timeout: 120_000 },
  async () => {
    const live = join(folder, 'flood.ndjson');
    const arrived = createHash('sha1');
    let count = 0;
    const sink = await target((socket) => {
      socket.on('data', (bytes) => {
        arrived.update(bytes);
        count += bytes.length;
      });
    });
    const pair = ['--listen', `tcp://${HOST}:0`, '--target', `tcp://${HOST}:${sink.port}`];
    const proxy = await startProxy(...pair, '--format', 'ndjson', '-o', live);
    const client = new RawClient(proxy.ports[0]!);
    const sent = createHash('sha1').update(CONNECT);
    client.send(CONNECT);
    for (let round = 0; round < ROUNDS; round++) {
      sent.update(MEGABYTE);
      if (!client.socket.write(MEGABYTE)) await once(client.socket, 'drain');
    }
    client.socket.end();
    await client.ended;
    expect(count).toBe(CONNECT.length + ROUNDS * MEGABYTE.length);
    expect(arrived.digest('hex')).toBe(sent.digest('hex'));

    const [, peak = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${proxy.child.pid}/status`, 'utf8')) ?? [];
    expect(Number(peak) / 1024).toBeLessThan(400);

    const { code, stderr } = await proxy.stop();
    expect(code).toBe(0);
    // What was passed over, and what found no room in the first place.
    const told = [...stderr.matchAll(/warning: ([\d,]+) bytes? came faster than they could be read/g)];
    const missing = told.reduce((sum, [, bytes]) => sum + Number(bytes!.replaceAll(',', '')), 0);
    const seen = { publish: 0, gaps: 0, missing: 0 };
    for await (const text of createInterface({ input: createReadStream(live) })) {
      if (text.includes('"type":"PUBLISH"')) seen.publish += (JSON.parse(text) as Line).length ?? 0;
      if (!text.includes('"event":"gap"')) continue;
      seen.gaps++;
      seen.missing += (JSON.parse(text) as Line).length ?? 0;
    }
    expect(seen.missing).toBe(missing);
    expect(missing).toBeGreaterThan(0);
    // What was not missing was shown, save packets that a gap has cut.
    const cut = count - CONNECT.length - missing - seen.publish;
    expect(cut).toBeLessThan(seen.gaps * 2 * MESSAGE.length);
    expect(cut).toBeGreaterThan(-seen.gaps * 2 * MESSAGE.length);
  },
);
