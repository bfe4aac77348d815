// Two of Node's TLS endpoints that talk in this process, with every byte between them recorded, and what Node logs of
// their secrets. No sockets: what one writes, the other reads.

import { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import type { Chunk, Side } from '../../../src/bytes/chunk.js';
import { KeyLog } from '../../../src/transport/tls/keylog.js';
import type { TlsOptions } from '../../../src/transport/tls/options.js';
import { type GivenSecrets, TlsSecrets } from '../../../src/transport/tls/secrets.js';
import { Tls } from '../../../src/transport/tls/tls.js';
import type { Delivery, Notice } from '../../../src/transport/transport.js';
import { concat, utf8 } from '../../support/hex.js';
import { RSA } from './certificates.js';

export interface Recorded {
  /** In the order in which it was written; side 0 is the client. */
  readonly wire: readonly { readonly side: Side; readonly bytes: Uint8Array }[];
  readonly keyLog: string;
  readonly session: Buffer | undefined;
  readonly cipher: string;
  readonly error: string | undefined;
}

export interface Talk {
  readonly client?: tls.ConnectionOptions;
  readonly server?: tls.TlsOptions;
  /** Said in turns, the client first; an empty one is not said. */
  readonly lines?: readonly string[];
}

export const LINES = ['connect me', 'connected', 'x'.repeat(40_000), 'y'.repeat(20_000), 'a', 'b'];

/** What the client says in all, and the server. */
export function spoken(lines: readonly string[] = LINES): [string, string] {
  return [lines.filter((_, at) => at % 2 === 0).join(''), lines.filter((_, at) => at % 2 === 1).join('')];
}

export function talk(given: Talk = {}): Promise<Recorded> {
  const wire: { side: Side; bytes: Uint8Array }[] = [];
  let keyLog = '';
  let session: Buffer | undefined;
  const [left, right] = pair((side, bytes) => wire.push({ side, bytes }));
  const server = new tls.TLSSocket(right, {
    isServer: true,
    secureContext: tls.createSecureContext({ ...RSA, ...given.server }),
    ...given.server,
  } as tls.TLSSocketOptions);
  const client = tls.connect({
    ...{ socket: left, servername: 'broker.example', rejectUnauthorized: false, ALPNProtocols: ['mqtt'] },
    ...given.client,
  });
  client.on('keylog', (line: Buffer) => {
    keyLog += line.toString();
  });
  client.on('session', (bytes) => {
    session = bytes;
  });
  return new Promise((resolve) => {
    const finish = (error?: Error): void => {
      const cipher = client.getCipher()?.name ?? '';
      resolve({ wire, keyLog, session, cipher, error: error?.message });
    };
    converse(client, server, given, finish);
  });
}

function converse(
  client: tls.TLSSocket,
  server: tls.TLSSocket,
  { lines = LINES }: Talk,
  finish: (error?: Error) => void,
): void {
  let turn = 0;
  let heard = 0;
  const say = (): void => {
    const line = lines[turn];
    if (line === undefined) client.end();
    else (turn % 2 === 0 ? client : server).write(line);
  };
  const hear = (bytes: Buffer): void => {
    heard += bytes.length;
    if (heard < (lines[turn]?.length ?? 0)) return;
    heard = 0;
    turn++;
    say();
  };
  client.on('secureConnect', say);
  client.on('data', hear);
  server.on('data', hear);
  server.on('end', () => server.end());
  server.on('close', () => finish());
  client.on('error', finish);
  server.on('error', finish);
}

function pair(tap: (side: Side, bytes: Uint8Array) => void): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  for (const side of [0, 1] as const) {
    ends.push(
      new Duplex({
        read() {},
        write(bytes: Buffer, _encoding, done) {
          tap(side, Uint8Array.from(bytes));
          ends[1 - side]!.push(bytes);
          done();
        },
        final(done) {
          ends[1 - side]!.push(null);
          done();
        },
      }),
    );
  }
  return [ends[0]!, ends[1]!];
}

export interface Decrypted {
  /** What came out, as text; a gap as "[gap]" or "[gap 7]". */
  readonly text: readonly [string, string];
  readonly notices: readonly Notice[];
}

/** Reads a recording, in pieces of `size` bytes, each in a capture frame of its own. */
export function decrypt(
  wire: Recorded['wire'],
  given: Partial<GivenSecrets> & { readonly text?: string } = {},
  size = 1460,
  options: Partial<TlsOptions> = {},
): Decrypted {
  const tls = new Tls(new TlsSecrets({ keyLog: keyLogOf(given.text ?? ''), ...given }), options);
  const deliveries: Delivery[] = [];
  let origin = 0;
  for (const { side, chunk } of inPieces(wire, size))
    deliveries.push(...tls.push(side, { ...chunk, origin: ++origin }));
  deliveries.push(...tls.end(origin, origin));
  return collected(deliveries);
}

export function inPieces(wire: Recorded['wire'], size: number): { side: Side; chunk: Chunk }[] {
  return wire.flatMap(({ side, bytes }) => {
    const pieces: { side: Side; chunk: Chunk }[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      const part = bytes.subarray(at, at + size);
      pieces.push({ side, chunk: { kind: 'data', bytes: part, time: 0, origin: 0 } });
    }
    return pieces;
  });
}

export function keyLogOf(text: string): KeyLog {
  const keyLog = new KeyLog();
  keyLog.add(text);
  keyLog.end();
  return keyLog;
}

export function collected(deliveries: readonly Delivery[]): Decrypted {
  const parts: [Uint8Array[], Uint8Array[]] = [[], []];
  const notices: Notice[] = [];
  for (const delivery of deliveries) {
    if ('notice' in delivery) notices.push(delivery.notice);
    else if (delivery.chunk.kind === 'data') parts[delivery.side].push(delivery.chunk.bytes);
    else
      parts[delivery.side].push(utf8(delivery.chunk.length === undefined ? '[gap]' : `[gap ${delivery.chunk.length}]`));
  }
  const text = parts.map((list) => new TextDecoder().decode(concat(...list)));
  return { text: [text[0]!, text[1]!], notices };
}

export function codes({ notices }: Decrypted): string[] {
  return notices.map(({ code }) => code);
}
