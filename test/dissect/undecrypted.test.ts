// Bytes that are in the capture and cannot be decrypted: told as such where they stand, and as doubtful as those that are missing.

import { describe, expect, it } from 'vitest';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { Dissector } from '../../src/dissect/dissector.js';
import { KeyLog } from '../../src/transport/tls/keylog.js';
import { TlsSecrets } from '../../src/transport/tls/secrets.js';
import { Judge } from '../../src/validate/judge.js';
import { lineOf } from '../support/dissected.js';
import { keysOf, openPackets } from '../support/open-packets.js';

function run(packets: readonly CapturedPacket[], keys: string, mayGrow: boolean) {
  const keyLog = new KeyLog();
  keyLog.add(keys);
  const secrets = new TlsSecrets({ keyLog });
  secrets.mayGrow = mayGrow;
  const dissector = new Dissector({ secrets });
  const judge = new Judge();
  const items = [...packets.flatMap((packet) => [...dissector.push(packet)]), ...dissector.end()];
  const findings = [...items.flatMap((item) => judge.push(item)), ...judge.end()];
  return {
    lines: items.map(lineOf),
    broken: findings.filter(({ verdict }) => verdict === 'violation'),
    summary: dissector.summary(),
  };
}

describe.each([true, false])('secrets of one direction, the key log may grow: %s', (mayGrow) => {
  it.each([
    [
      'CLIENT',
      'gap S: an unknown number of bytes could not be decrypted',
      ['C 5.0 CONNECT', 'C 5.0 PUBLISH site/3/temp'],
    ],
    ['SERVER', 'gap C: an unknown number of bytes could not be decrypted', ['S 5.0 CONNACK', 'S 5.0 PUBACK id 53691']],
  ])('%s: nobody is accused of what answers the other', async (who, gap, packets) => {
    const keys = keysOf('tls-13-v5').replace(new RegExp(`^(?!${who}).*\\n`, 'gm'), '');
    const { lines, broken, summary } = run(await openPackets('tls-13-v5'), keys, mayGrow);
    expect(broken).toEqual([]);
    expect(lines).toContain(gap);
    for (const packet of packets) expect(lines.some((line) => line.startsWith(packet))).toBe(true);
    expect(summary).toMatchObject({ connections: 1, encrypted: 0 });
  });
});

it('a record that fails authentication', async () => {
  const packets = await openPackets('tls-12-v311');
  // Of the client: PUBLISH QoS 2.
  packets[20]!.bytes.set([0xff, 0xff], packets[20]!.bytes.length - 20);
  const { lines, broken } = run(packets, keysOf('tls-12-v311'), false);
  expect(broken).toEqual([]);
  expect(lines).toContain('gap C: 21 bytes could not be decrypted');
  expect(lines).not.toContain('C 3.1.1 PUBLISH site/3/door id 51896 length 21');
});
