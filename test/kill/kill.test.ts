// The kill test, short (`npm run kill` does it 50 times), and a disk that takes no more: both with the program as a process.

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBroker } from '../../src/io/create-broker.js';
import { inFolder } from '../io/store/records.js';
import { onSmallDisk } from '../support/small-disk.js';
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

/** The broker as a process that says what it says, started by words before its own. */
async function started(before: readonly string[], file: string): Promise<{ readonly ended: Promise<Ended> }> {
  const [command = '', ...args] = [...before, process.execPath, bin, 'broker', '-c', file];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
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

/** The broker ends with a line when its database can grow no further, and has what it acknowledged. */
async function fills(folder: string, before: readonly string[], why: string, makeRoom: () => void): Promise<void> {
  const { port, file } = await configuration(folder);
  const broker = await started(before, file);
  const away = new Subscriber('away', '+/#', 2);
  await away.connect(port);
  await away.disconnect();
  const publishers = [new Publisher('a', 1), new Publisher('b', 2)];
  await Promise.all(publishers.map((one) => one.connect(port)));
  const { code, stderr } = await broker.ended;
  expect(code).toBe(2);
  const [, ...said] = stderr.trimEnd().split('\n');
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`mqtt-dissect.db: cannot be written: ${why}; nothing was acknowledged that is not safe`);
  const acknowledged = publishers.flatMap((one) => one.acknowledged);
  expect(acknowledged.length).toBeGreaterThan(20);

  makeRoom();
  const again = await createBroker({ persist: folder, settings: { maximumQueuedMessages: 1e6 } });
  await away.connect(again.port);
  const missing = () => acknowledged.filter((one) => !away.messages.has(one));
  await expect.poll(missing, { timeout: 10_000 }).toEqual([]);
  expect(away.faults).toEqual([]);
  await away.disconnect();
  await again.close();
}

describe.runIf(process.platform === 'linux')('a database that can grow no further', () => {
  it('on a full disk', async ({ skip }) => {
    const isMade = await onSmallDisk(4, (folder) =>
      fills(folder, [], 'no space left on the disk', () => {
        spawnSync('mount', ['-o', 'remount,size=64m', folder]);
      }),
    );
    skip(!isMade, 'nothing may be mounted here');
  });

  it('at a limit on the length of files', () => {
    const before = ['sh', '-c', 'ulimit -f 4000 && exec "$@"', 'sh'];
    return inFolder((folder) => fills(folder, before, 'a file may have 2048000 bytes here (ulimit -f)', () => {}));
  });
});
