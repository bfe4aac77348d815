// Bends inputs until a law breaks or the time is over: `npm run fuzz -- --seconds 60 [--target NAME] [--seed S]`. It runs on what
// was built. An input that breaks a law is written to a file; `--target NAME --replay FILE` runs it again, and one that
// belongs to the suite goes to corpus/NAME/.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { attempt, fuzz } from './fuzzer.js';
import { TARGET_NAMES, targetOf } from './targets/index.js';

/** @typedef {import('./api.js').Api} Api */

const MODULES = [
  ...[
    'capture/detect',
    'codec/frame',
    'codec/framer',
    'dissect/dissector',
    'net/index',
    'report/index',
    'tcp/connections',
  ],
  ...[
    'transport/tls/keylog',
    'transport/tls/secrets',
    'transport/tls/tls',
    'transport/websocket/websocket',
    'user-error',
  ],
];

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string' },
    seed: { type: 'string' },
    replay: { type: 'string' },
  },
});
const names = values.target === undefined ? TARGET_NAMES : [values.target];
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed);
const unknown = names.find((name) => !TARGET_NAMES.includes(name));
if (unknown !== undefined) fail(`no target ${unknown}: there are ${TARGET_NAMES.join(', ')}`);
if (!(seconds > 0)) fail(`--seconds takes a number above 0, not ${values.seconds}`);
if (!Number.isInteger(seed)) fail(`--seed takes a whole number, not ${values.seed}`);
if (values.replay !== undefined && values.target === undefined) fail('--replay needs a --target');

const api = await load();
if (values.replay !== undefined) replay(names[0] ?? '', values.replay);
else for (const name of names) run(name, (seconds * 1000) / names.length);

/** @param {string} name @param {number} milliseconds */
function run(name, milliseconds) {
  const target = targetOf(api, name);
  const start = performance.now();
  const { runs, kinds, slowest, crash } = fuzz(target, seed, () => performance.now() - start < milliseconds);
  const rate = Math.round((runs / (performance.now() - start)) * 1000);
  const figures = `${runs} runs, ${rate} runs/s, ${kinds} kinds, slowest ${slowest.toFixed(0)} ms, seed ${seed}`;
  console.log(`${name}: ${figures}`);
  if (crash === undefined) return;
  const file = join(mkdtempSync(join(tmpdir(), 'fuzz-')), `${name}.bin`);
  writeFileSync(file, crash.bytes);
  console.error(crash.error);
  console.error(`${crash.bytes.length} bytes in ${file}; again: npm run fuzz -- --target ${name} --replay ${file}`);
  process.exitCode = 1;
}

/** @param {string} name @param {string} file */
function replay(name, file) {
  const kind = attempt(targetOf(api, name), Uint8Array.from(readFileSync(file)));
  console.log(`${name}: no law is broken (${kind})`);
}

/** @returns {Promise<Api>} */
async function load() {
  const modules = await Promise.all(
    MODULES.map((path) => import(new URL(`../../dist/${path}.js`, import.meta.url).href)),
  );
  const exported = Object.assign({}, ...modules);
  /** @type {readonly import('../../src/report/renderer.js').Format[]} */
  const rows = exported.FORMATS;
  const formats = await Promise.all(
    rows.map(async ({ name, load: loadFormat }) => ({ name, create: await loadFormat() })),
  );
  return { ...exported, formats };
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(2);
}
