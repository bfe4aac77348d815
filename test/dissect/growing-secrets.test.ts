// Secrets that come after what they are for, with no more bytes behind it: what was held comes out all the same, as if the
// secrets had been there from the start.

import { describe, expect, it } from 'vitest';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { Dissector } from '../../src/dissect/dissector.js';
import type { Item } from '../../src/dissect/item.js';
import { KeyLog } from '../../src/transport/tls/keylog.js';
import { TlsSecrets } from '../../src/transport/tls/secrets.js';
import { Judge } from '../../src/validate/judge.js';
import { lineOf } from '../support/dissected.js';
import { keysOf, openPackets } from '../support/open-packets.js';

/** Of several captures as if they had been made at once. */
async function atOnce(...names: readonly string[]): Promise<CapturedPacket[]> {
  const packets = (await Promise.all(names.map(openPackets))).flat().sort((a, b) => a.time - b.time);
  return packets.map((packet, index) => ({ ...packet, number: index + 1 }));
}

/** Key log pieces, each added before the packet at its index; what is behind the last packet is polled for. */
function run(packets: readonly CapturedPacket[], keys: readonly (readonly [at: number, text: string])[]) {
  const keyLog = new KeyLog();
  const dissector = new Dissector({ secrets: new TlsSecrets({ keyLog }) });
  const judge = new Judge();
  const [lines, numbers, findings]: [string[], number[], string[]] = [[], [], []];
  const take = (items: Iterable<Item>): void => {
    for (const item of items) {
      lines.push(`${item.connection.client} ${lineOf(item)}`);
      if (item.kind === 'packet') numbers.push(item.number);
      findings.push(...judge.push(item).map(({ fingerprint }) => fingerprint));
    }
  };
  const grow = (from: number, to: number): void => {
    for (const [at, text] of keys) {
      if (at < from || at >= to) continue;
      keyLog.add(text);
      take(dissector.poll());
    }
  };
  packets.forEach((packet, index) => {
    grow(index, index + 1);
    take(dissector.push(packet));
  });
  grow(packets.length, Number.POSITIVE_INFINITY);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  return { lines, findings, summary: dissector.summary() };
}

const last = 1e6;
/** Handshakes of TLS 1.2 need no secret to be told. */
const isInner = (line: string): boolean => !line.includes(' tls: ');

describe('what was held comes out with the secrets', () => {
  it.each([
    ['TLS 1.2', ['tls-12-v311']],
    ['TLS 1.3', ['tls-13-v5']],
    ['WebSocket inside', ['tls-13-websocket-v5']],
    ['three connections, in the order of the capture', ['tls-13-v5', 'tls-12-v311', 'tls-13-mutual-v5']],
  ])('%s', async (_, names) => {
    const packets = await atOnce(...names);
    const text = names.map(keysOf).join('');
    const whole = run(packets, [[0, text]]);
    expect(whole.summary.packets).toBeGreaterThanOrEqual(18 * names.length);
    for (const when of [12, 25, last]) {
      const { lines, findings, summary } = run(packets, [[when, text]]);
      expect(lines.filter(isInner)).toEqual(whole.lines.filter(isInner));
      expect(new Set(lines)).toEqual(new Set(whole.lines));
      expect(findings).toEqual(whole.findings);
      expect(summary).toEqual(whole.summary);
    }
  });

  it('an answer does not come before what it answers, though its secret does', async () => {
    const packets = await atOnce('tls-13-v5');
    const all = keysOf('tls-13-v5').trimEnd().split('\n');
    const whole = run(packets, [[0, keysOf('tls-13-v5')]]);
    for (const side of ['CLIENT', 'SERVER']) {
      const [some, others] = [
        all.filter((line) => line.startsWith(side)),
        all.filter((line) => !line.startsWith(side)),
      ];
      const { lines } = run(packets, [
        [15, `${some.join('\n')}\n`],
        [last, `${others.join('\n')}\n`],
      ]);
      expect(lines).toEqual(whole.lines);
    }
  });

  it('nothing, when the secrets are of others', async () => {
    const packets = await atOnce('tls-13-v5');
    expect(run(packets, [[last, keysOf('tls-12-v311')]]).lines).toEqual([]);
  });
});
