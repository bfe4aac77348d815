// The NSS key log format, as SSLKEYLOGFILE and Node's 'keylog' event give it, in pieces cut anywhere: "label, id, secret"
// a line, the id mostly being the client random. Lines that say nothing usable are counted and ignored; when there are too
// many secrets, the oldest are forgotten.

import { lenientUtf8 } from '../../bytes/utf8.js';

/** Labels that are used, each with the hex digits of its id and of its secret. */
const LABELS: Readonly<Record<string, readonly [id: readonly number[], secret: readonly number[]]>> = {
  CLIENT_RANDOM: [[64], [96]],
  // The id is the beginning of the encrypted premaster secret.
  RSA: [[16], [96]],
  PMS_CLIENT_RANDOM: [[64], []],
  CLIENT_EARLY_TRAFFIC_SECRET: [[64], [64, 96]],
  CLIENT_HANDSHAKE_TRAFFIC_SECRET: [[64], [64, 96]],
  SERVER_HANDSHAKE_TRAFFIC_SECRET: [[64], [64, 96]],
  CLIENT_TRAFFIC_SECRET_0: [[64], [64, 96]],
  SERVER_TRAFFIC_SECRET_0: [[64], [64, 96]],
};
/** What TLS logs as well and decryption has no use for: secrets after a key update follow from the ones before. */
const UNNEEDED =
  /^(?:EARLY_)?EXPORTER_SECRET |^ECH_(?:SECRET|CONFIG) |^(?:CLIENT|SERVER)_TRAFFIC_SECRET_(?:N|[1-9]\d*) /;
const SESSION = /^RSA Session-ID:([0-9a-fA-F]{1,64}) Master-Key:([0-9a-fA-F]{96})$/;
const LINE = /^([A-Z0-9_]+) ([0-9a-fA-F]+) ([0-9a-fA-F]+)$/;
const MAX_LINE = 4096;

/** Text in pieces to lines: without those that are empty or comments, and undefined for one that is too long. */
export class KeyLogSource {
  #rest = '';
  #tooLong = false;

  constructor(private readonly line: (line: string | undefined) => void) {}

  add(text: string | Uint8Array): void {
    // Only ASCII means anything, so a character cut in two does no harm.
    const lines = (typeof text === 'string' ? text : lenientUtf8(text, 0, text.length)).split('\n');
    for (let i = 0; i < lines.length; i++) {
      if (i > 0) this.end();
      this.#rest += lines[i]!;
      if (this.#rest.length <= MAX_LINE) continue;
      this.#tooLong = true;
      this.#rest = '';
    }
  }

  end(): void {
    const line = this.#rest.trim();
    if (this.#tooLong) this.line(undefined);
    else if (line !== '' && !line.startsWith('#')) this.line(line);
    this.#rest = '';
    this.#tooLong = false;
  }
}

export class KeyLog {
  /** Lines that gave a secret, and lines that are wrong or foreign; comments and secrets of no use are neither. */
  used = 0;
  ignored = 0;
  /** Grows with every secret that is new: whoever found none may look again. */
  revision = 0;
  readonly #secrets = new Map<string, Uint8Array>();
  readonly #own = this.source();

  constructor(private readonly maxSecrets = 65_536) {}

  /** Lines of one source in pieces; for several sources at once, see source(). */
  add(text: string | Uint8Array): void {
    this.#own.add(text);
  }

  /** What was added is all there is: the last line needs no line break. */
  end(): void {
    this.#own.end();
  }

  /** For one more file that is read at the same time, so that lines of the two do not run into each other. */
  source(): KeyLogSource {
    return new KeyLogSource((line) => this.#line(line));
  }

  /** `id` is the client random, or what else the label goes by. */
  lookup(label: string, id: Uint8Array): Uint8Array | undefined {
    return this.#secrets.get(`${label} ${hexOf(id)}`);
  }

  #line(line: string | undefined): void {
    if (line === undefined) {
      this.ignored++;
      return;
    }
    if (UNNEEDED.test(line)) return;
    const session = SESSION.exec(line);
    if (session !== null) {
      this.#keep('SESSION', session[1]!, session[2]!);
      return;
    }
    const [, label = '', id = '', secret = ''] = LINE.exec(line) ?? [];
    const row = Object.hasOwn(LABELS, label) ? LABELS[label]! : undefined;
    const fits = row?.[0].includes(id.length) && (row[1].length === 0 || row[1].includes(secret.length));
    if (!fits || secret.length % 2 !== 0) this.ignored++;
    else this.#keep(label, id, secret);
  }

  #keep(label: string, id: string, secret: string): void {
    this.used++;
    const key = `${label} ${id.toLowerCase()}`;
    const bytes = bytesOf(secret);
    const known = this.#secrets.get(key);
    if (known?.every((byte, at) => byte === bytes[at])) return;
    this.revision++;
    this.#secrets.set(key, bytes);
    if (this.#secrets.size <= this.maxSecrets) return;
    for (const oldest of this.#secrets.keys()) {
      this.#secrets.delete(oldest);
      break;
    }
  }
}

export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}
