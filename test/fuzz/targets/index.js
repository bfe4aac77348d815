// The fuzz targets, one row each; what is in corpus/<name>/ and corpus/<name>.txt are seeds of the target with that name.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { captureFiles } from '../fixtures.js';
import { codecTarget } from './codec.js';
import { dissectorTarget } from './dissector.js';
import { captureTarget } from './files.js';
import { framerTarget } from './framer.js';
import { tlsTarget, webSocketTarget } from './layers.js';
import { networkTarget } from './network.js';
import { tcpTarget } from './tcp.js';

/** @typedef {import('../api.js').Api} Api */
/** @typedef {import('../fuzzer.js').Target} Target */

const CORPUS = new URL('../corpus/', import.meta.url);

/** @type {Readonly<Record<string, (api: Api) => Target>>} */
const TARGETS = {
  pcap: captureTarget('pcap'),
  pcapng: captureTarget('pcapng'),
  network: (api) => networkTarget(api, captureFiles('pcap')),
  tcp: tcpTarget,
  websocket: webSocketTarget,
  tls: tlsTarget,
  framer: framerTarget,
  codec: codecTarget,
  dissector: dissectorTarget,
};

export const TARGET_NAMES = Object.keys(TARGETS);

/** @param {Api} api @param {string} name @returns {Target} */
export function targetOf(api, name) {
  const create = TARGETS[name];
  if (create === undefined) throw new RangeError(`no target ${name}: there are ${TARGET_NAMES.join(', ')}`);
  const target = create(api);
  return { ...target, seeds: [...target.seeds, ...lines(name), ...files(name)] };
}

/** Seeds in hex, one a line; what follows a # is for the reader. @param {string} name */
function lines(name) {
  const path = new URL(`${name}.txt`, CORPUS);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8').split('\n');
  const hex = text.map((line) => line.replace(/#.*/, '').replaceAll(' ', '')).filter((line) => line !== '');
  return hex.map((line) => Uint8Array.from(Buffer.from(line, 'hex')));
}

/** What once broke a law. @param {string} name */
function files(name) {
  const folder = new URL(`${name}/`, CORPUS);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => Uint8Array.from(readFileSync(new URL(file, folder))));
}
