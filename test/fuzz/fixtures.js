// The recorded captures as seeds: whole files, packets, what their connections carried.

import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** @typedef {import('./api.js').Api} Api */

const FOLDER = new URL('../../fixtures/', import.meta.url);
const LONGEST = 16 * 1024;

/** @param {RegExp} pattern */
function files(pattern) {
  const names = readdirSync(FOLDER).filter((name) => pattern.test(name));
  return names.map((name) => Uint8Array.from(readFileSync(new URL(name, FOLDER))));
}

/** @param {string} kind */
export const captureFiles = (kind) => files(new RegExp(`\\.${kind}$`)).filter(({ length }) => length <= LONGEST);

/** @param {Api} api @param {Uint8Array} bytes */
export function packetsOf(api, bytes) {
  const reader = api.openCapture(bytes);
  if (reader === 'gzip') return [];
  return [...reader.push(bytes), ...reader.end()].map((packet) => ({
    ...packet,
    bytes: Uint8Array.from(packet.bytes),
  }));
}

/** Of each connection of the captures the chunks of both sides. @param {Api} api @param {RegExp} pattern */
export function conversations(api, pattern) {
  return files(pattern).flatMap((file) => {
    /** @type {import('../../src/tcp/connections.js').Connections<{ side: 0 | 1, bytes: Uint8Array }[]>} */
    const connections = new api.Connections();
    const reader = new api.SegmentReader();
    /** @type {{ side: 0 | 1, bytes: Uint8Array }[][]} */
    const all = [];
    for (const packet of packetsOf(api, file)) {
      const segment = reader.read(packet);
      if (segment.kind === 'skipped') continue;
      const { connection, direction, chunks } = connections.push(segment);
      if (connection.user === undefined) all.push((connection.user = []));
      for (const chunk of chunks) {
        if (chunk.kind === 'data') connection.user.push({ side: direction, bytes: Uint8Array.from(chunk.bytes) });
      }
    }
    return all;
  });
}

/** With all that the recordings can be decrypted with. @param {Api} api */
export function secretsOf(api) {
  const keyLog = new api.KeyLog();
  for (const text of files(/\.keylog$/)) keyLog.add(text);
  keyLog.end();
  const rsaKeys = files(/\.pem$/).map((pem) => createPrivateKey(Buffer.from(pem)));
  const psks = files(/\.psk$/).map((line) => Buffer.from(line).toString().trim().split(':'));
  const byIdentity = psks.map(([identity = '', key = '']) => {
    const id = Buffer.from(identity).toString('hex');
    return /** @type {const} */ ([id, Uint8Array.from(Buffer.from(key, 'hex'))]);
  });
  const given = { keyLog, rsaKeys, psks: new Map(byIdentity) };
  return () => {
    const secrets = new api.TlsSecrets(given);
    secrets.mayGrow = false;
    return secrets;
  };
}
