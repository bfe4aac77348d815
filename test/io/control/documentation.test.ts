// The commands of docs/control.md give what it shows. With UPDATE_DOCS=1 their output is written there.

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { hasProgram } from '../../support/programs.js';
import { type Running, running } from './asking.js';

const run = promisify(execFile);
const PATH = fileURLToPath(new URL('../../../docs/control.md', import.meta.url));
const BLOCK = /```console\n(.*?)```/gs;
/** A line as `--format ndjson` writes it. */
const PACKET = {
  number: 6,
  time: '2026-01-02T03:04:07.000061000Z',
  connection: 1,
  direction: 'client-to-server',
  source: '127.0.0.1:50123',
  destination: '127.0.0.1:1884',
  transport: 'tcp',
  version: '3.1.1',
  versionFrom: 'connect',
  type: 'PINGREQ',
  length: 2,
  packet: {},
  problems: [],
  findings: [],
};

const opened: Running[] = [];
afterAll(() => Promise.all(opened.map((one) => one.close())));

/** Of a proxy as it is at the start, or as the commands before it have left it. */
async function outputOf(command: string, control: Running): Promise<string> {
  const reading = command.includes('/packets');
  const text = command.slice('curl '.length).replace('9884', `${control.port}`);
  const args = [...text.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!);
  const done = run('curl', ['--max-time', '30', ...args]);
  if (reading) {
    while (control.fake.listeners.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    control.fake.tell(JSON.stringify(PACKET));
    await control.close();
  }
  return (await done).stdout;
}

it.skipIf(!hasProgram('curl'))('the documentation shows what the commands give', async () => {
  const text = readFileSync(PATH, 'utf8');
  const blocks = [...text.matchAll(BLOCK)];
  expect(blocks).not.toEqual([]);
  let expected = text;
  for (const [all, content = ''] of blocks) {
    const control = await running();
    opened.push(control);
    let block = '';
    for (const [, command = ''] of content.matchAll(/^\$ (.*)$/gm)) {
      block += `$ ${command}\n${await outputOf(command, control)}`;
    }
    expected = expected.replace(all, () => `\`\`\`console\n${block.trimEnd()}\n\`\`\``);
  }
  if (process.env.UPDATE_DOCS) writeFileSync(PATH, expected);
  else expect(text).toBe(expected);
});
