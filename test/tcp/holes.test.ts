// When a hole is given up: not too early (records may be late), not too late (live output waits).

import { describe, expect, it } from 'vitest';
import { down, opened, run, SECOND, silent, up } from './dialogue.js';
import { ACK, FIN, type SegmentFields, told } from './segments.js';

describe('holes', () => {
  const later = (sequence: number, payload: string): SegmentFields => up({ sequence, acknowledgment: 500, payload });
  const acked = (acknowledgment: number): SegmentFields => down({ sequence: 500, acknowledgment });

  it('are given up when the receiver has the bytes and some segments more have passed', () => {
    run(
      [
        ...opened,
        silent(later(103, 'def')),
        silent(acked(106)),
        silent(acked(106)),
        [acked(106), 'released <3 lost>def'],
      ],
      {
        ackSlackSegments: 2,
      },
    );
  });

  it('are given up in the direction that speaks, too', () => {
    run([...opened, silent(later(103, 'def')), silent(acked(106)), [later(106, 'ghi'), '<3 lost>defghi']], {
      ackSlackSegments: 1,
    });
  });

  it('are given up when a while has passed', () => {
    run([
      ...opened,
      silent({ ...later(103, 'def'), time: SECOND }),
      silent({ ...acked(106), time: SECOND }),
      silent({ ...acked(106), time: SECOND + 199e6 }),
      [{ ...acked(106), time: SECOND + 200e6 }, 'released <3 lost>def'],
    ]);
  });

  it('are filled when the acknowledgment was only recorded early', () => {
    run([...opened, silent(later(103, 'def')), silent(acked(106)), silent(acked(106)), [later(100, 'abc'), 'abcdef']]);
  });

  it('are waited for while the receiver lacks the bytes', () => {
    const dup = silent(acked(100));
    run([
      ...opened,
      silent(later(103, 'def')),
      ...Array.from({ length: 40 }, () => dup),
      [later(100, 'abc'), 'abcdef'],
    ]);
  });

  it('that the receiver had before anything came are found at the end', () => {
    const connections = run([...opened, silent(acked(150))]);
    expect(connections.end(9, 99).map(({ chunks }) => chunks.map(told))).toEqual([['<50 lost>', '']]);
  });

  it('are not made of an acknowledged FIN that was lost', () => {
    const connections = run([...opened, silent(acked(101))]);
    expect(connections.end(9, 99).map(({ chunks }) => chunks.map(told))).toEqual([['', '']]);
  });

  it('before a FIN are given up when both FINs are acknowledged', () => {
    run([
      ...opened,
      silent(up({ sequence: 103, acknowledgment: 500, payload: 'def', flags: FIN | ACK })),
      silent(down({ sequence: 500, acknowledgment: 107, flags: FIN | ACK })),
      [up({ sequence: 107, acknowledgment: 501 }), '<3 lost>def, closed fin by 0'],
    ]);
  });
});
