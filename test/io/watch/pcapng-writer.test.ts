// Each block against bytes typed from the draft (draft-ietf-opsawg-pcapng), field by field.

import { describe, expect, it } from 'vitest';
import { BlockGatherer, PIECE } from '../../../src/io/watch/block-gatherer.js';
import {
  interfaceBlock,
  optionText,
  packetBlockLength,
  secretsBlock,
  sectionBlock,
  statisticsBlock,
} from '../../../src/io/watch/pcapng-writer.js';
import { hex, toHex, utf8 } from '../../support/hex.js';

// 1,700,000,000.000000001 s: 0x1797_9cfe_362a_0001 ns.
const TIME = 1_700_000_000_000_000_001n;

function packetBlock(index: number, packet: Uint8Array, ...comments: readonly string[]): Uint8Array {
  const blocks = new BlockGatherer();
  blocks.packet(index, TIME, packet, comments.map(optionText));
  return blocks.take()!;
}

describe('blocks', () => {
  it.each([
    [
      '4.1: section header, with comment and application',
      sectionBlock('prog', 'hi'),
      `0a0d0d0a 30000000 4d3c2b1a 0100 0000 ffffffffffffffff
       0100 0200 "hi" 0000  0400 0400 "prog"  0000 0000 30000000`,
    ],
    [
      '4.1: section header without a comment',
      sectionBlock('prog'),
      '0a0d0d0a 28000000 4d3c2b1a 0100 0000 ffffffffffffffff 0400 0400 "prog" 0000 0000 28000000',
    ],
    [
      '4.2: interface description of raw IP, in nanoseconds',
      interfaceBlock({ name: 'in', description: 'tls' }),
      `01000000 30000000 6500 0000 00000000
       0200 0200 "in" 0000  0300 0300 "tls" 00  0900 0100 09 000000  0000 0000 30000000`,
    ],
    [
      '4.2: interface description of Ethernet',
      interfaceBlock({ name: 'eth0', linkType: 1 }),
      `01000000 28000000 0100 0000 00000000
       0200 0400 "eth0"  0900 0100 09 000000  0000 0000 28000000`,
    ],
    [
      '4.3: enhanced packet, padded, without options',
      packetBlock(2, hex('45 00 01')),
      '06000000 24000000 02000000 fe9c9717 01002a36 03000000 03000000 45 00 01 00 24000000',
    ],
    [
      '4.3: enhanced packet with two comments',
      packetBlock(0, hex('45 00 01 02'), 'é', 'abcd'),
      `06000000 38000000 00000000 fe9c9717 01002a36 04000000 04000000 45 00 01 02
       0100 0200 c3a9 0000  0100 0400 "abcd"  0000 0000 38000000`,
    ],
    [
      '4.7: decryption secrets of TLS',
      secretsBlock(utf8('A b c\n')),
      '0a000000 1c000000 "KSLT" 06000000 "A b c" 0a 0000 1c000000',
    ],
    [
      '4.6: interface statistics',
      statisticsBlock(1, TIME, { received: 258, dropped: 3 }, [utf8('end')]),
      `05000000 3c000000 01000000 fe9c9717 01002a36
       0100 0300 "end" 00  0400 0800 0201000000000000  0500 0800 0300000000000000  0000 0000 3c000000`,
    ],
  ])('%s', (_, block, expected) => {
    expect(toHex(block)).toBe(toHex(hex(expected)));
  });

  it('a comment is cut where an option ends, between characters', () => {
    const text = optionText('€'.repeat(30_000));
    expect(text.length).toBe(65_535);
    expect(optionText(`a${'€'.repeat(30_000)}`).length).toBe(65_533);
    expect(new TextDecoder('utf-8', { fatal: true }).decode(text)).toBe('€'.repeat(21_845));
  });
});

describe('pieces', () => {
  it('are of whole blocks, in order, and as long as is good for a write', () => {
    const blocks = new BlockGatherer();
    const lengths = Array.from({ length: 100 }, (_, index) => (index * 7919) % 65_536);
    for (const length of lengths) blocks.packet(0, TIME, new Uint8Array(length).fill(length), []);
    blocks.packet(0, TIME, new Uint8Array(2 * PIECE), []);
    const all: Uint8Array[] = [];
    expect(blocks.length).toBe([...lengths, 2 * PIECE].reduce((sum, one) => sum + packetBlockLength(one, []), 0));
    while (blocks.length > 0) all.push(blocks.take()!);
    expect(blocks.take()).toBeUndefined();
    const captured = all.flatMap((piece) => {
      const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
      const found: number[] = [];
      for (let at = 0; at < piece.length; at += view.getUint32(at + 4, true)) found.push(view.getUint32(at + 20, true));
      return found;
    });
    expect(captured).toEqual([...lengths, 2 * PIECE]);
    expect(all.filter(({ length }) => length > PIECE)).toHaveLength(1);
    expect(all.length).toBeLessThan(20);
  });

  it('that are taken early do not change when more comes', () => {
    const blocks = new BlockGatherer();
    blocks.add(hex('01 02 03 04'));
    const first = blocks.take()!;
    blocks.add(hex('05 06 07 08'));
    expect(toHex(first)).toBe('01 02 03 04');
    expect(toHex(blocks.take()!)).toBe('05 06 07 08');
  });
});
