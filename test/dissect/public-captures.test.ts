// Captures of others, many of them malformed on purpose: every one is read to its end, one after the other and all in
// one process, without a crash, a hang or much memory. They are no part of the package and may be absent.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Dissector } from '../../src/dissect/dissector.js';
import { readCapture } from '../../src/io/input.js';
import { UserError } from '../../src/user-error.js';

const FOLDER = fileURLToPath(new URL('../../../shared/captures/link/', import.meta.url));
const BIN = fileURLToPath(new URL('../../bin/mqtt-dissect.js', import.meta.url));
const MEBIBYTE = 1024 * 1024;

const present = existsSync(FOLDER);
if (!present) console.log('skipped: no folder ../shared/captures/link beside the repository');

interface Run {
  readonly packets: number;
  readonly failed: boolean;
}

async function run(path: string): Promise<Run> {
  const dissector = new Dissector();
  try {
    for await (const { packets } of readCapture(path)) for (const packet of packets) dissector.push(packet);
  } catch (error) {
    if (error instanceof UserError) return { packets: 0, failed: true };
    throw error;
  }
  dissector.end();
  return { packets: dissector.summary().packets, failed: false };
}

describe.skipIf(!present)('public captures of every link', () => {
  const files = present ? readdirSync(FOLDER) : [];

  it('are read to the end, and what is no MQTT is not taken for it', async () => {
    const unreadable: string[] = [];
    const withMqtt: string[] = [];
    for (const file of files) {
      const { packets, failed } = await run(FOLDER + file);
      if (failed) unreadable.push(file);
      if (packets > 0) withMqtt.push(file);
    }
    // A key log that lies beside its capture.
    expect(unreadable).toEqual(files.filter((file) => file.endsWith('.txt')));
    expect(withMqtt).toEqual([]);
  }, 120_000);

  it('cost one process less than 300 MB', () => {
    const report = 'process.on("exit",()=>process.stderr.write("\\nmaxrss "+process.resourceUsage().maxRSS))';
    const paths = files.map((file) => FOLDER + file);
    const hook = `data:text/javascript,${encodeURIComponent(report)}`;
    const child = spawnSync(process.execPath, ['--import', hook, BIN, '--quiet', ...paths], { encoding: 'utf8' });
    expect(child.signal).toBe(null);
    const peak = Number(/maxrss (\d+)/.exec(child.stderr)?.[1]) * 1024;
    expect(peak).toBeLessThan(300 * MEBIBYTE);
    expect(peak).toBeGreaterThan(30 * MEBIBYTE);
  }, 120_000);
});
