// Every reason code in every packet where table 2-6 allows it, by its name in the field tree, and none elsewhere.

import { describe, expect, it } from 'vitest';
import { annotate, decode } from '../../src/codec/frame.js';
import { REASON_CODES, type ReasonCodePacket } from '../../src/spec/reason-codes.js';
import { hex } from '../support/hex.js';
import { leavesOf } from './leaves.js';

const around: Record<ReasonCodePacket, (code: string) => string> = {
  CONNACK: (code) => `20 03 00 ${code} 00`,
  PUBACK: (code) => `40 03 00 01 ${code}`,
  PUBREC: (code) => `50 03 00 01 ${code}`,
  PUBREL: (code) => `62 03 00 01 ${code}`,
  PUBCOMP: (code) => `70 03 00 01 ${code}`,
  SUBACK: (code) => `90 04 00 01 00 ${code}`,
  UNSUBACK: (code) => `b0 04 00 01 00 ${code}`,
  DISCONNECT: (code) => `e0 01 ${code}`,
  AUTH: (code) => `f0 01 ${code}`,
};

const PACKETS = Object.keys(around) as ReasonCodePacket[];

describe.each(PACKETS)('%s', (packet) => {
  it('names its codes, and says of the others that they are not defined', () => {
    const named: string[] = [];
    for (let code = 0; code < 256; code++) {
      const bytes = hex(around[packet](code.toString(16).padStart(2, '0')));
      expect(decode(bytes, '5.0').problems).toEqual([]);
      const leaf = leavesOf(annotate(bytes, '5.0')).find((one) => /reasonCode(s\[0\])?$/.test(one.path));
      expect(leaf?.value).toBe(code);
      if (leaf?.meaning !== 'not defined for this packet') named.push(`${code} ${leaf?.meaning}`);
    }
    const rows = REASON_CODES.filter((row) => (row.packets as readonly string[]).includes(packet));
    expect(named).toEqual(rows.map((row) => `${row.code} ${row.name}`));
  });
});
