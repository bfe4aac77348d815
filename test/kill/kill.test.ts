// The kill test, short (`npm run kill` does it 50 times), and a disk that takes no more: both with the program as a process.

import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBroker } from '../../src/io/create-broker.js';
import { inFolder } from '../io/store/records.js';
import { Publisher, Subscriber } from './clients.js';
import { configuration, killTest } from './kill.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
// Inside node_modules, where the dependencies are found and nobody looks for sources.
const CACHE = join(ROOT, 'node_modules/.cache');
mkdirSync(CACHE, { recursive: true });
const program = mkdtempSync(join(CACHE, 'mqtt-dissect-kill-'));
const bin = join(program, 'dist/bundle/main.js');

beforeAll(async () => {
  await build({
    input: join(ROOT, 'src/cli/main.ts'),
    platform: 'node',
    external: /^[^./]/,
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    logLevel: 'silent',
    output: { dir: join(program, 'dist/bundle'), format: 'esm' },
  });
  copyFileSync(join(ROOT, 'package.json'), join(program, 'package.json'));
});
afterAll(() => rmSync(program, { recursive: true, force: true }));

it('loses nothing that was acknowledged, and delivers no QoS 2 message twice, when the broker is killed', () =>
  inFolder(async (folder) => {
    const { faults, acknowledged } = await killTest({ bin, folder, kills: 3 });
    expect(faults.slice(0, 10)).toEqual([]);
    expect(acknowledged).toBeGreaterThan(0);
  }));

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** With a limit of the shell on the length of files: what then fails is what fails on a disk that is full. */
async function limited(file: string): Promise<{ readonly ended: Promise<Ended> }> {
  const args = [process.execPath, bin, 'broker', '-c', file];
  const child = spawn('sh', ['-c', 'ulimit -f 1000 && exec "$@"', 'sh', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, stderr })));
  await new Promise<void>((resolve) => {
    child.once('close', resolve);
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString();
      if (stderr.includes('listening on')) resolve();
    });
  });
  return { ended };
}

it.runIf(process.platform === 'linux')('ends with a line when the disk is full, and has what it acknowledged', () =>
  inFolder(async (folder) => {
    const { port, file } = await configuration(folder);
    const broker = await limited(file);
    const away = new Subscriber('away', '+/#', 2);
    await away.connect(port);
    await away.disconnect();
    const publishers = [new Publisher('a', 1), new Publisher('b', 2)];
    await Promise.all(publishers.map((one) => one.connect(port)));
    const { code, stderr } = await broker.ended;
    expect(code).toBe(2);
    const [, ...said] = stderr.trimEnd().split('\n');
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/mqtt-dissect\.db: cannot be written: .*; nothing was acknowledged that is not safe/);
    const acknowledged = publishers.flatMap((one) => one.acknowledged);
    expect(acknowledged.length).toBeGreaterThan(20);

    const again = await createBroker({ persist: folder, settings: { maximumQueuedMessages: 1e6 } });
    await away.connect(again.port);
    const missing = () => acknowledged.filter((one) => !away.messages.has(one));
    await expect.poll(missing, { timeout: 10_000 }).toEqual([]);
    expect(away.faults).toEqual([]);
    await away.disconnect();
    await again.close();
  }),
);
