// Recorded connections with their secrets, against tshark: the same bytes in both directions. And that MQTT is in them.

import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { copyOf } from '../../../src/bytes/copy.js';
import { SegmentReader } from '../../../src/net/index.js';
import { Connections } from '../../../src/tcp/connections.js';
import { TlsSecrets } from '../../../src/transport/tls/secrets.js';
import { Tls } from '../../../src/transport/tls/tls.js';
import type { Notice } from '../../../src/transport/transport.js';
import { packetsOf } from '../../support/fixtures.js';
import { hex, toHex } from '../../support/hex.js';
import { hasProgram } from '../../support/programs.js';
import { reference } from '../../support/reference.js';
import { keyLogOf } from './peers.js';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const PSK = '00112233445566778899aabbccddeeff';

interface Row {
  readonly capture: string;
  readonly connections: number;
  readonly notice: RegExp;
  readonly secrets: () => TlsSecrets;
  readonly tshark: readonly string[];
}

function logged(capture: string, connections: number, notice: RegExp, keyLog = capture): Row {
  const path = keyLog.startsWith('/') ? keyLog : `${FIXTURES}${keyLog}.keylog`;
  return {
    ...{ capture: capture.startsWith('/') ? capture : `${FIXTURES}${capture}.pcap`, connections, notice },
    secrets: () => new TlsSecrets({ keyLog: keyLogOf(readFileSync(path, 'latin1')) }),
    tshark: ['-o', `tls.keylog_file:${path}`],
  };
}

const ROWS: readonly Row[] = [
  logged(
    'tls-12-v311',
    1,
    /^TLS 1\.2 to broker\.example \(ALPN offered: mqtt\), TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384$/,
  ),
  logged('tls-12-cbc-resumed-v311', 2, /, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, resumed$/),
  logged('tls-13-v5', 1, /^TLS 1\.3 to broker\.example \(ALPN offered: mqtt\), TLS_AES_256_GCM_SHA384$/),
  logged('tls-13-resumed-v5', 2, /, resumed$/),
  logged('tls-13-mutual-v5', 1, /, client certificate requested$/),
  logged('tls-13-websocket-v5', 1, /^TLS 1\.3 to broker\.example, TLS_AES_256_GCM_SHA384$/),
  {
    ...logged('tls-12-psk-v311', 2, /TLS_PSK_WITH_AES_128_GCM_SHA256, pre-shared key of site3-sensor$/),
    secrets: () => {
      const [identity, key] = readFileSync(`${FIXTURES}tls-12-psk-v311.psk`, 'latin1').trim().split(':');
      return new TlsSecrets({ psks: new Map([[Buffer.from(identity!).toString('hex'), hex(key!)]]) });
    },
    tshark: ['-o', `tls.psk:${PSK}`],
  },
  {
    ...logged('tls-12-rsa-v311', 2, /TLS_RSA_WITH_AES_128_GCM_SHA256$/),
    secrets: () => new TlsSecrets({ rsaKeys: [createPrivateKey(readFileSync(`${FIXTURES}tls-12-rsa-v311.pem`))] }),
    tshark: ['-o', `uat:rsa_keys:"${FIXTURES}tls-12-rsa-v311.pem",""`],
  },
];

const PUBLIC = reference('captures/link');
const illustrated = `${PUBLIC}/illustrated-tls12__capture.pcap`;
const PUBLIC_ROWS: readonly Row[] =
  PUBLIC !== undefined && existsSync(illustrated)
    ? [logged(illustrated, 1, /^TLS 1\.2/, `${PUBLIC}/illustrated-tls12__keylog.txt`)]
    : [];

interface Read {
  readonly streams: (readonly [string, string])[];
  readonly notices: Notice[];
}

/** What each connection says, in hex, its opener first. */
function read({ capture, secrets }: Row): Read {
  const reader = new SegmentReader();
  const connections = new Connections<{ tls: Tls; text: [string, string] }>();
  const shared = secrets();
  const all: { tls: Tls; text: [string, string] }[] = [];
  const notices: Notice[] = [];
  const take = (text: [string, string], deliveries: ReturnType<Tls['push']>): void => {
    for (const delivery of deliveries) {
      if ('notice' in delivery) notices.push(delivery.notice);
      else if (delivery.chunk.kind === 'data') text[delivery.side] += toHex(delivery.chunk.bytes).replaceAll(' ', '');
    }
  };
  for (const packet of packetsOf(copyOf(readFileSync(capture)))) {
    const segment = reader.read(packet);
    if (segment.kind === 'skipped') continue;
    const { connection, direction, chunks, released } = connections.push(segment);
    if (connection.user === undefined) all.push((connection.user = { tls: new Tls(shared), text: ['', ''] }));
    const { tls, text } = connection.user;
    for (const chunk of released) take(text, tls.push(direction === 0 ? 1 : 0, chunk));
    for (const chunk of chunks) take(text, tls.push(direction, chunk));
  }
  for (const { tls, text } of all) take(text, tls.end(0, 0));
  return { streams: all.map(({ text }) => text), notices };
}

function follow({ capture, tshark }: Row, stream: number): [string, string] {
  const options = ['-r', capture, ...tshark, '-q', '-z', `follow,tls,raw,${stream}`];
  const text = execFileSync('tshark', options, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] });
  const directions: [string, string] = ['', ''];
  for (const line of text.split('\n')) {
    const [, indent, bytes] = /^(\t?)([0-9a-f]+)$/.exec(line) ?? [];
    if (bytes !== undefined) directions[indent === '' ? 0 : 1] += bytes;
  }
  return directions;
}

const name = ({ capture }: Row): string => capture.replace(/.*\//, '');

describe('recorded with secrets', () => {
  it.each(ROWS.map((row) => [name(row), row] as const))('%s', (_name, row) => {
    const { streams, notices } = read(row);
    expect(streams).toHaveLength(row.connections);
    expect(notices.map(({ code }) => code)).toEqual(streams.map(() => 'handshake'));
    expect(notices.at(-1)?.message).toMatch(row.notice);
    // CONNECT, or the WebSocket upgrade.
    for (const [client] of streams) expect(client).toMatch(/^(10..0004.{8}0[45]|474554)/);
  });
});

describe.skipIf(!hasProgram('tshark'))('as tshark decrypts it', { timeout: 60_000 }, () => {
  it.each([...ROWS, ...PUBLIC_ROWS].map((row) => [name(row), row] as const))('%s', (_name, row) => {
    const { streams } = read(row);
    streams.forEach((stream, n) => {
      expect(stream.map((text) => text.length > 0)).toEqual([true, true]);
      expect([...stream].sort()).toEqual(follow(row, n).sort());
    });
  });
});
