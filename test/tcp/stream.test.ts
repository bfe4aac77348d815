// One direction, drawn: each row is what is pushed and what comes out at once, then what comes at the end. In a picture the
// leftmost column is the first byte after the SYN; see segments.ts.

import { describe, expect, it } from 'vitest';
import { createContext } from '../../src/tcp/context.js';
import { TCP_DEFAULTS, type TcpOptions } from '../../src/tcp/options.js';
import { TcpStream } from '../../src/tcp/stream.js';
import { picture, RST, SYN, segment, told } from './segments.js';

const STARTS = [1000, 0, 0xffffffff, 0xfffffffd, 0x7ffffffe];

const newStream = (options: Partial<TcpOptions> = {}): TcpStream =>
  new TcpStream(createContext({ ...TCP_DEFAULTS, ...options }));

interface Row {
  readonly name: string;
  readonly sent: readonly string[];
  readonly told: readonly string[];
  readonly end?: string;
  readonly conflicts?: readonly [position: number, length: number][];
  readonly options?: Partial<TcpOptions>;
}

const AFTER_SYN: readonly Row[] = [
  { name: 'in order', sent: ['abc', '   def', '      g'], told: ['abc', 'def', 'g'] },
  { name: 'swapped', sent: ['   def', 'abc'], told: ['', 'abcdef'] },
  { name: 'reversed', sent: ['    ef', '  cd', 'ab'], told: ['', '', 'abcdef'] },
  { name: 'two holes', sent: ['ab', '    ef', '        ij', '      gh', '  cd'], told: ['ab', '', '', '', 'cdefghij'] },
  { name: 'the same segment twice', sent: ['abc', 'abc', '   def', '   def'], told: ['abc', '', 'def', ''] },
  { name: 'the same early segment twice', sent: ['   def', '   def', 'abc'], told: ['', '', 'abcdef'] },
  { name: 'an old part sent again', sent: ['abcdef', '  cd', '      g'], told: ['abcdef', '', 'g'] },
  { name: 'sent again in a longer segment', sent: ['abc', 'abcdef', '      g'], told: ['abc', 'def', 'g'] },
  { name: 'overlap with what was delivered', sent: ['abcd', '  cdef'], told: ['abcd', 'ef'] },
  { name: 'overlap with what is held, from before', sent: ['    efgh', '  cdef', 'ab'], told: ['', '', 'abcdefgh'] },
  { name: 'overlap with what is held, from behind', sent: ['  cdef', '    efgh', 'ab'], told: ['', '', 'abcdefgh'] },
  { name: 'a long one over two held', sent: [' b', '   d', 'abcde'], told: ['', '', 'abcde'] },
  { name: 'filling two holes at once', sent: ['  c', '    e', ' bcd', 'a'], told: ['', '', '', 'abcde'] },
  { name: 'a held one fills and reaches behind', sent: ['  cdef', 'abc', '      g'], told: ['', 'abcdef', 'g'] },
  {
    name: 'conflict with what was delivered',
    sent: ['abcdef', '  XYZfgh'],
    told: ['abcdef', 'gh'],
    conflicts: [[2, 3]],
  },
  {
    name: 'conflict with what is held',
    sent: ['  cdef', ' bXdYfg', 'a'],
    told: ['', '', 'abcdefg'],
    conflicts: [[2, 3]],
  },
  { name: 'conflict of a whole segment', sent: ['abc', 'aBc'], told: ['abc', ''], conflicts: [[1, 1]] },
  {
    name: 'conflict with one of two held',
    sent: [' bc', '    ef', 'aXcdef'],
    told: ['', '', 'abcdef'],
    conflicts: [[1, 1]],
  },
  {
    name: 'no conflict seen without recent bytes',
    sent: ['abc', 'aBc'],
    told: ['abc', ''],
    options: { recentBytes: 0 },
  },
  { name: 'keep-alive probe with a garbage byte', sent: ['abc', '  X', '   d'], told: ['abc', '', 'd'] },
  { name: 'zero window probe, then the whole', sent: ['abc', '   d', '   def'], told: ['abc', 'd', 'ef'] },
  { name: 'cut', sent: ['ab##', '    ef'], told: ['ab<2 cut>', 'ef'] },
  { name: 'cut entirely', sent: ['###', '   d'], told: ['<3 cut>', 'd'] },
  { name: 'cut and held', sent: ['  c##', 'ab', '     f'], told: ['', 'abc<2 cut>', 'f'] },
  { name: 'cut, not repaired by a whole copy', sent: ['ab##', 'abcd', '    e'], told: ['ab<2 cut>', '', 'e'] },
  { name: 'cut copy of what was seen', sent: ['abcd', 'ab##', '    e'], told: ['abcd', '', 'e'] },
  { name: 'cut overlap', sent: ['abc', ' b####', '      g'], told: ['abc', '<3 cut>', 'g'] },
  { name: 'FIN with data', sent: ['abc|'], told: ['abc'] },
  { name: 'FIN alone, twice', sent: ['abc', '   |', '   |'], told: ['abc', '', ''] },
  { name: 'data before a FIN that came first', sent: ['abc|', 'abc'], told: ['abc', ''] },
  { name: 'FIN first', sent: ['   |', 'abc'], told: ['', 'abc'] },
  { name: 'data behind the FIN', sent: ['abc|', '   d', '    e'], told: ['abc', '', ''] },
  { name: 'data across the FIN', sent: ['   |', 'abcde'], told: ['', 'abc'] },
  { name: 'FIN shows that bytes are missing', sent: ['ab', '     |'], told: ['ab', ''], end: '<3 lost>' },
  { name: 'held at the end', sent: ['ab', '    ef', '       h'], told: ['ab', '', ''], end: '<2 lost>ef<1 lost>h' },
  {
    name: 'too many segments held',
    sent: ['  c', '    e', '      g', 'ab'],
    told: ['', '', '<2 lost>c', ''],
    end: '<1 lost>e<1 lost>g',
    options: { maxHeldSegments: 2 },
  },
  {
    name: 'too many bytes held',
    sent: ['  cd', '     fg', '        ijk', '       h'],
    told: ['', '', '<2 lost>cd<1 lost>fg', 'hijk'],
    options: { maxHeldBytes: 4 },
  },
  {
    name: 'a segment larger than may be held',
    sent: ['  cdefghi', 'ab', '         j'],
    told: ['<2 lost>cdefghi', '', 'j'],
    options: { maxHeldBytes: 4 },
  },
  {
    name: 'all streams together hold too much',
    sent: ['  c', '    e'],
    told: ['', '<2 lost>c'],
    end: '<1 lost>e',
    options: { maxHeldTotal: 200 },
  },
];

describe.each(STARTS)('after a SYN with %i', (isn) => {
  it.each(AFTER_SYN)('$name', (row) => {
    const stream = newStream(row.options);
    expect(stream.push(segment({ sequence: isn, flags: SYN }))).toEqual([]);
    const conflicts: [number, number][] = [];
    row.sent.forEach((drawing, i) => {
      expect(told(stream.push(picture(drawing, isn + 1))), drawing).toBe(row.told[i]);
      for (const { position, length } of stream.takeConflicts()) conflicts.push([position, length]);
    });
    expect(told(stream.end(9, 99))).toBe(row.end ?? '');
    expect(conflicts).toEqual(row.conflicts ?? []);
    expect(stream.heldBytes).toBe(0);
  });
});

describe('starts', () => {
  it('takes data in the SYN', () => {
    const stream = newStream();
    expect(told(stream.push(segment({ sequence: 7, flags: SYN, payload: 'abc' })))).toBe('abc');
    // The server may not have taken it: then it comes again.
    expect(told(stream.push(picture('abcdef', 8)))).toBe('def');
  });

  it('takes a keep-alive probe before any data for nothing', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 7, flags: SYN }));
    expect(told(stream.push(segment({ sequence: 7, payload: 'X' })))).toBe('');
    expect(told(stream.push(picture('abc', 8)))).toBe('abc');
  });

  it('goes on when the SYN comes again', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 7, flags: SYN }));
    expect(told(stream.push(picture('abc', 8)))).toBe('abc');
    expect(told(stream.push(segment({ sequence: 7, flags: SYN })))).toBe('');
    expect(told(stream.push(picture('   def', 8)))).toBe('def');
  });

  const MID_STREAM: readonly Row[] = [
    { name: 'mid-stream', sent: ['     abc', '        def'], told: ['<? mid-stream>abc', 'def'] },
    {
      name: 'bytes from before the start',
      sent: ['     fgh', '  cde', '        i'],
      told: ['<? mid-stream>fgh', '', 'i'],
    },
    { name: 'a FIN is all there is', sent: ['     |'], told: [''] },
    { name: 'cut', sent: ['###', '   d'], told: ['<? mid-stream><3 cut>', 'd'] },
  ];
  it.each(MID_STREAM)('$name', ({ sent, told: expected }) => {
    const stream = newStream();
    sent.forEach((drawing, i) => {
      expect(told(stream.push(picture(drawing, 0xfffffff0))), drawing).toBe(expected[i]);
    });
    expect(told(stream.end(9, 99))).toBe('');
  });

  it('holds the first bytes when an acknowledgment showed that others belong before them', () => {
    const stream = newStream();
    stream.acknowledge(1000, false);
    expect(told(stream.push(picture('   def', 1000)))).toBe('');
    expect(told(stream.push(picture('abc', 1000)))).toBe('<? mid-stream>abcdef');
  });

  it('holds the first bytes when an empty segment showed the same', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 1000, acknowledgment: 1 }));
    expect(told(stream.push(picture('   def', 1000)))).toBe('');
    expect(told(stream.end(9, 99))).toBe('<? mid-stream><3 lost>def');
  });

  it('does not take a keep-alive probe for a byte', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 999, acknowledgment: 1 }));
    expect(told(stream.push(picture('abc', 1000)))).toBe('<? mid-stream>abc');
  });

  it('begins exactly where a handshake says', () => {
    const stream = newStream();
    stream.acknowledge(1000, true);
    expect(told(stream.push(picture('   def', 1000)))).toBe('');
    expect(told(stream.push(picture('abc', 1000)))).toBe('abcdef');
  });
});

describe('another numbering', () => {
  const FAR = 0x20000000;

  it.each([
    ['backward', 5000 - FAR],
    ['forward', 5000 + FAR],
    ['before the SYN', 4000],
  ])('%s: believed when a second segment continues it', (_, other) => {
    const stream = newStream();
    stream.push(segment({ sequence: 4999, flags: SYN }));
    expect(told(stream.push(picture('abc', 5000)))).toBe('abc');
    expect(told(stream.push(picture('XYZ', other)))).toBe('');
    expect(told(stream.push(picture('   UVW', other)))).toBe('<? lost>XYZUVW');
    expect(told(stream.push(picture('      T', other)))).toBe('T');
  });

  it('a stray is dropped when the stream goes on', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 4999, flags: SYN }));
    expect(told(stream.push(picture('abc', 5000)))).toBe('abc');
    expect(told(stream.push(picture('XYZ', 5000 + FAR)))).toBe('');
    expect(told(stream.push(picture('   def', 5000)))).toBe('def');
    expect(told(stream.end(9, 99))).toBe('');
  });

  it('a last segment is not lost', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 4999, flags: SYN }));
    expect(told(stream.push(picture('abc', 5000)))).toBe('abc');
    expect(told(stream.push(picture('XY##', 5000 - FAR)))).toBe('');
    expect(told(stream.end(9, 99))).toBe('<? lost>XY<2 cut>');
  });
});

describe('chunks', () => {
  it('are views of the captured packet where nothing waited', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 0, flags: SYN }));
    const one = picture('abc', 1, { frame: 7, time: 70 });
    const [chunk] = stream.push(one);
    expect(chunk).toMatchObject({ kind: 'data', time: 70, origin: 7 });
    expect(chunk?.kind === 'data' && chunk.bytes.buffer === one.bytes.buffer).toBe(true);
  });

  it('are copies where something waited, with the time and frame of their own segment', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 0, flags: SYN }));
    const early = picture('   def', 1, { frame: 2, time: 20 });
    stream.push(early);
    early.bytes.fill(0);
    const chunks = stream.push(picture('abc', 1, { frame: 3, time: 30 }));
    expect(told(chunks)).toBe('abcdef');
    expect(chunks.map(({ origin, time }) => [origin, time])).toEqual([
      [3, 30],
      [2, 20],
    ]);
  });

  it('an RST carries no bytes of the stream', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 0, flags: SYN }));
    expect(stream.push(segment({ sequence: 1, flags: RST, payload: 'go away' }))).toEqual([]);
    expect(stream.position).toBe(0);
  });

  it.each([
    ['where the next byte is due', 4, false],
    ['one byte further', 5, true],
    ['among what was seen', 2, false],
    ['far away', 1 << 30, false],
  ])('an RST %s (%i): bytes before it are lacking: %s', (_where, sequence, lacks) => {
    const stream = newStream();
    stream.push(segment({ sequence: 0, flags: SYN }));
    stream.push(picture('abc', 1));
    stream.push(segment({ sequence, flags: RST }));
    expect(stream.lackedUntil >= 0).toBe(lacks);
    // It is no gap: some that send an RST guess.
    expect(told(stream.end(9, 9))).toBe('');
  });

  it('bytes that lacked before an RST have come after all', () => {
    const stream = newStream();
    stream.push(segment({ sequence: 0, flags: SYN }));
    stream.push(segment({ sequence: 4, flags: RST }));
    expect(stream.lackedUntil >= 0).toBe(true);
    stream.push(picture('abc', 1));
    expect(stream.lackedUntil >= 0).toBe(false);
  });
});
