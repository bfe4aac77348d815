// Recorded captures, cut and damaged in every way: nothing throws, nothing is read outside, the same packets come out of
// the same bytes whatever buffer they lie in; and lost or doubled segments cost only the packets they touch.

import { describe, expect, it } from 'vitest';
import { copyOf } from '../../src/bytes/copy.js';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { KeyLog } from '../../src/transport/tls/keylog.js';
import { TlsSecrets } from '../../src/transport/tls/secrets.js';
import { UserError } from '../../src/user-error.js';
import { dissected } from '../support/dissected.js';
import { FIXTURES, fixtureBytes, packetsOf } from '../support/fixtures.js';
import { Random } from '../support/random.js';

const captures = FIXTURES.map((name) => ({ name, bytes: fixtureBytes(name) }));
const recordings = captures.map(({ name, bytes }) => ({ name, packets: packetsOf(bytes) }));

function mutated(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = copyOf(bytes);
  for (let changes = random.between(1, 20); changes > 0; changes--) copy[random.below(copy.length)] = random.below(256);
  return random.chance(4) ? copy.subarray(0, random.below(copy.length)) : copy;
}

function damagedPacket(random: Random, packet: CapturedPacket): CapturedPacket {
  const bytes = copyOf(packet.bytes);
  for (let changes = random.between(1, 3); changes > 0; changes--)
    bytes[random.below(bytes.length)] = random.below(256);
  return { ...packet, bytes: random.chance(8) ? bytes.subarray(0, random.below(bytes.length)) : bytes };
}

describe('damaged captures', () => {
  it('files with bytes changed, and cut, are read without an exception', () => {
    const random = new Random(31);
    for (let run = 0; run < 1500; run++) {
      const { name, bytes } = random.pick(captures);
      try {
        dissected(packetsOf(mutated(random, bytes)));
      } catch (error) {
        if (!(error instanceof UserError)) throw new Error(`run ${run}, ${name}`, { cause: error });
      }
    }
  }, 120_000);

  it('packets with bytes changed give the same in memory that is used again', () => {
    const random = new Random(32);
    for (let run = 0; run < 600; run++) {
      const { name, packets } = random.pick(recordings);
      const damaged = packets.map((packet) => (random.chance(6) ? damagedPacket(random, packet) : packet));
      const { lines } = dissected(damaged);
      expect(dissected(damaged, {}, true).lines, `run ${run}, ${name}`).toEqual(lines);
    }
  }, 120_000);
});

const quiet = recordings.filter(({ name }) => !/snaplen|mid-stream|two-interfaces/.test(name));

describe('disorder that TCP repairs', () => {
  const withoutEnds = (lines: readonly string[]) =>
    lines.filter((line) => !/^(connection-closed|incomplete|websocket|tls|proxy-protocol)/.test(line));

  it.each(quiet.map(({ name, packets }) => [name, packets] as const))('%s', (_name, packets) => {
    const { lines } = dissected(packets);
    const doubled = packets.flatMap((packet) => [packet, packet]);
    expect(dissected(doubled).lines).toEqual(lines);
    const swapped = [...packets];
    for (let i = 3; i + 1 < swapped.length; i += 2) [swapped[i], swapped[i + 1]] = [swapped[i + 1]!, swapped[i]!];
    // Packets of different directions change places in the listing, none is lost or changed.
    expect(withoutEnds(dissected(swapped).lines).sort()).toEqual(withoutEnds(lines).sort());
  });
});

it.each(['tls-12-v311', 'tls-13-v5'])('%s with secrets that do not fit stays encrypted', (name) => {
  const keyLog = new KeyLog();
  const text = new TextDecoder().decode(fixtureBytes(`${name}.keylog`));
  // Each secret but its last digit.
  keyLog.add(text.replaceAll(/(.)$/gm, (digit) => (digit === '0' ? '1' : '0')));
  keyLog.end();
  const { lines, summary } = dissected(packetsOf(fixtureBytes(`${name}.pcap`)), {
    secrets: new TlsSecrets({ keyLog }),
  });
  expect(summary).toMatchObject({ packets: 0, encrypted: 1, otherConnections: 0 });
  expect(lines.some((line) => line.includes('were not decrypted'))).toBe(true);
});
