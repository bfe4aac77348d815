// The captures that tests run over: the fixtures, and the public ones beside a checkout where they are.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Dissector } from '../../src/dissect/dissector.js';
import type { Item, PacketItem } from '../../src/dissect/item.js';
import { readCapture } from '../../src/io/input.js';
import { TlsSecretFiles } from '../../src/io/tls-secrets.js';
import { reference } from './reference.js';

export const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const REFERENCE = reference('captures/mqtt');

export const withReference = REFERENCE !== undefined;

function capturesIn(folder: string): (readonly [name: string, path: string])[] {
  const names = readdirSync(folder).filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name));
  return names.map((name) => [name, join(folder, name)] as const);
}

/** Name and path; names of public captures hold "__". */
export const captures = [...capturesIn(FIXTURES), ...(REFERENCE === undefined ? [] : capturesIn(REFERENCE))];

/** What a capture over TLS is decrypted with lies beside it, by the same name. */
export function secretsBeside(path: string): TlsSecretFiles {
  const beside = (ending: string): string[] => {
    const file = path.replace(/\.pcap(ng)?$/, ending);
    return file !== path && existsSync(file) ? [file] : [];
  };
  return new TlsSecretFiles({ keylogs: beside('.keylog'), rsaKeys: beside('.pem'), psks: beside('.psk') }, false);
}

/** The MQTT packets of a capture. Views in an item are valid during the call only. */
export function dissected(path: string, see: (item: PacketItem) => void): Promise<void> {
  return everyItem(path, (item) => {
    if (item.kind === 'packet') see(item);
  });
}

/** The same with the events around the packets. */
export async function everyItem(path: string, see: (item: Item) => void): Promise<void> {
  const files = secretsBeside(path);
  const dissector = new Dissector({ secrets: files.secrets });
  const take = (items: readonly Item[]): void => {
    for (const item of items) see(item);
  };
  for await (const { packets, secrets } of readCapture(path)) {
    for (const text of secrets) files.add(text);
    for (const packet of packets) take(dissector.push(packet));
  }
  take(dissector.end());
  files.close();
}
