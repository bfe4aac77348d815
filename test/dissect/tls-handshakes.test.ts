// TLS connections that came to nothing: no key log would show anything of them, so they are not counted as encrypted.

import { expect, it } from 'vitest';
import { KeyLog } from '../../src/transport/tls/keylog.js';
import { TlsSecrets } from '../../src/transport/tls/secrets.js';
import { dissected } from '../support/dissected.js';
import { CLIENT, SERVER, Wire } from '../support/wire.js';
import { type Recorded, type Talk, talk } from '../transport/tls/peers.js';

const only = (version: 'TLSv1.2' | 'TLSv1.3') => ({ minVersion: version, maxVersion: version });
const old = { client: only('TLSv1.2'), server: only('TLSv1.2') };
const recent = { client: only('TLSv1.3'), server: only('TLSv1.3') };
const CONNECT = '\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01c';

function counted({ wire, keyLog: text }: Recorded, withKeys: boolean, end = wire.length) {
  const capture = new Wire({ port: 8883 }).open();
  for (const { side, bytes } of wire.slice(0, end)) capture.sendInPieces(side, bytes, 1000);
  const keyLog = new KeyLog();
  if (withKeys) keyLog.add(text);
  const { summary } = dissected(capture.fin(CLIENT).fin(SERVER).packets, { secrets: new TlsSecrets({ keyLog }) });
  const { connections, encrypted, otherConnections, emptyTls = 0 } = summary;
  return { connections, encrypted, otherConnections, emptyTls };
}

const NONE = { connections: 0, encrypted: 0, otherConnections: 0, emptyTls: 0 };

it.each<[string, Talk, boolean, object]>([
  ['no version in common', { client: only('TLSv1.2'), server: only('TLSv1.3') }, false, { emptyTls: 1 }],
  ['TLS 1.2, the handshake alone', { ...old, lines: [] }, false, { emptyTls: 1 }],
  ['TLS 1.2, the handshake alone, with its secrets', { ...old, lines: [] }, true, { emptyTls: 1 }],
  ['TLS 1.3, the handshake alone, which might be more', { ...recent, lines: [] }, false, { encrypted: 1 }],
  ['TLS 1.3, the handshake alone, with its secrets', { ...recent, lines: [] }, true, { emptyTls: 1 }],
  ['TLS 1.2 with MQTT', { ...old, lines: [CONNECT] }, false, { encrypted: 1 }],
  ['TLS 1.3 with MQTT', { ...recent, lines: [CONNECT] }, false, { encrypted: 1 }],
  ['TLS 1.3 with MQTT and its secrets', { ...recent, lines: [CONNECT] }, true, { connections: 1 }],
  ['something else, with its secrets', { ...recent, lines: ['hello', 'hi'] }, true, { otherConnections: 1 }],
  ['too little to tell, with its secrets', { ...recent, lines: ['\x10'] }, true, { otherConnections: 1 }],
])('%s', async (_, given, withKeys, expected) => {
  expect(counted(await talk(given), withKeys)).toEqual({ ...NONE, ...expected });
});

it('a TLS 1.3 client that does not answer the server', async () => {
  const recorded = await talk(recent);
  const finished = recorded.wire.findIndex(({ side }, at) => side === CLIENT && at > 1);
  expect(counted(recorded, false, finished)).toEqual({ ...NONE, emptyTls: 1 });
  const alert = { side: CLIENT, bytes: Uint8Array.of(23, 3, 3, 0, 19, ...new Uint8Array(19)) } as const;
  const refused = { ...recorded, wire: [...recorded.wire.slice(0, finished), alert] };
  expect(counted(refused, false)).toEqual({ ...NONE, emptyTls: 1 });
});

it('MQTT in bytes that come after the RST', async () => {
  const { wire, keyLog: text } = await talk({ ...old, lines: [CONNECT] });
  const data = wire.findIndex(({ side, bytes }) => side === CLIENT && bytes[0] === 23);
  const capture = new Wire({ port: 8883 }).open();
  for (const { side, bytes } of wire.slice(0, data + 1)) capture.send(side, bytes);
  const { packets } = capture.rst(SERVER);
  const late = [...packets.slice(0, -2), packets.at(-1)!, packets.at(-2)!];
  const keyLog = new KeyLog();
  keyLog.add(text);
  const { lines, summary } = dissected(late, { secrets: new TlsSecrets({ keyLog }) });
  expect(lines).toContain('C 3.1.1 CONNECT c length 15');
  expect(summary).toMatchObject({ connections: 1, encrypted: 0, otherConnections: 0 });
  expect(summary.emptyTls).toBeUndefined();
});
