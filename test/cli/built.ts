// The program as it is shipped, to be run as a process. Built into a folder of its own, so that no other test's build is in
// the way.

import { type ChildProcess, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Built {
  readonly bin: string;
  remove(): void;
}

export function build(): Built {
  // Inside node_modules, where the dependencies are found and nobody looks for sources.
  mkdirSync(join(ROOT, 'node_modules/.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'node_modules/.cache/mqtt-dissect-'));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(ROOT, 'src'), '--outDir', join(folder, 'dist')]);
  const rolldown = join(ROOT, 'node_modules/rolldown/bin/cli.mjs');
  execFileSync(process.execPath, [rolldown, '-c', join(ROOT, 'src/rolldown.config.js')], { cwd: folder });
  mkdirSync(join(folder, 'bin'));
  const bin = join(folder, 'bin/mqtt-dissect.js');
  copyFileSync(join(ROOT, 'bin/mqtt-dissect.js'), bin);
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  return { bin, remove: () => rmSync(folder, { recursive: true }) };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })));
}
