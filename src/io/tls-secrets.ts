// What TLS is decrypted with, from files: key logs (read again as they grow), private RSA keys, pre-shared keys. A file
// that cannot be read or is no such thing is a UserError of one line; lines of a key log that say nothing are counted.

import { createPrivateKey, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { formatHex } from '../bytes/hex.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { KeyLog, type KeyLogSource } from '../transport/tls/keylog.js';
import { type SharedTlsOptions, TlsSecrets } from '../transport/tls/secrets.js';
import { UserError } from '../user-error.js';

export interface TlsSecretSources {
  readonly keylogs: readonly string[];
  readonly rsaKeys: readonly string[];
  /** "identity:hexkey", or a file of such lines as mosquitto's psk_file has them. */
  readonly psks: readonly string[];
}

const PIECE = 64 * 1024;
const PSK = /^([^:]+):((?:[0-9a-fA-F]{2})+)$/;

export class TlsSecretFiles {
  readonly secrets: TlsSecrets;
  private readonly keyLog: KeyLog;
  /** Of the key log, when it was last told whether it had grown. */
  private told = 0;
  private readonly files: { readonly fd: number; readonly lines: KeyLogSource; at: number }[] = [];

  /** `grows`: the capture is still being made, and so may the key logs be. */
  constructor({ keylogs, rsaKeys, psks }: TlsSecretSources, grows: boolean, bounds: Partial<SharedTlsOptions> = {}) {
    this.keyLog = new KeyLog(bounds.maxSecrets);
    for (const path of keylogs) this.files.push({ fd: open(path), lines: this.keyLog.source(), at: 0 });
    const { keyLog, files } = this;
    this.secrets = new TlsSecrets({
      keyLog,
      rsaKeys: rsaKeys.map(readKey),
      psks: new Map(psks.flatMap(readPsks)),
      bounds,
    });
    this.refresh();
    this.secrets.mayGrow = grows && this.files.length > 0;
    if (!this.secrets.mayGrow) for (const { lines } of files) lines.end();
  }

  /** Secrets that came with the capture (a pcapng Decryption Secrets Block). */
  add(text: Uint8Array): void {
    const lines = this.keyLog.source();
    lines.add(text);
    lines.end();
  }

  /** Reads what was appended to the key logs. Whether there are secrets that were not there the last time. */
  refresh(): boolean {
    const piece = new Uint8Array(this.files.length > 0 ? PIECE : 0);
    for (const file of this.files) {
      if (fstatSync(file.fd).size < file.at) file.at = 0;
      for (;;) {
        const count = readSync(file.fd, piece, 0, PIECE, file.at);
        if (count === 0) break;
        file.at += count;
        file.lines.add(piece.subarray(0, count));
      }
    }
    const { told, keyLog } = this;
    this.told = keyLog.revision;
    return this.told !== told;
  }

  /** Lines of the key logs that gave no secret. */
  get ignoredLines(): number {
    return this.keyLog.ignored;
  }

  close(): void {
    for (const { fd } of this.files) closeSync(fd);
  }
}

function open(path: string): number {
  try {
    const fd = openSync(path, 'r');
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    throw new UserError('file', `${path}: a key log must be a regular file`);
  } catch (error) {
    throw asUserError(error, path);
  }
}

function readKey(path: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(path));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw asUserError(error, path);
    throw new UserError('file', `${path}: not a private key that can be read (PEM without a passphrase)`);
  }
}

function readPsks(given: string): [identity: string, key: Uint8Array][] {
  const inline = readPsk(given);
  if (inline !== undefined) return [inline];
  let text: string;
  try {
    text = readFileSync(given, 'utf8');
  } catch (error) {
    throw asUserError(error, `${given}: neither identity:hexkey nor a file of such lines`);
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line, index) => {
    const psk = readPsk(line);
    if (psk !== undefined) return psk;
    throw new UserError('file', `${given}: line ${index + 1} is not identity:hexkey`);
  });
}

function readPsk(text: string): [identity: string, key: Uint8Array] | undefined {
  const match = PSK.exec(text.trim());
  if (match === null) return undefined;
  const key = Uint8Array.from(match[2]!.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  return [formatHex(encodeUtf8(match[1]!), 0, undefined, ''), key];
}

function asUserError(error: unknown, what: string): Error {
  if (error instanceof UserError) return error;
  const { code } = error as { code?: string };
  const why =
    code === 'ENOENT'
      ? 'no such file'
      : code === 'EISDIR'
        ? 'is a directory'
        : code === 'EACCES'
          ? 'no permission'
          : code;
  return new UserError('file', `${what}: ${why}`);
}
