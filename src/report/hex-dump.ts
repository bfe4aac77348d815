// Sixteen bytes a row: decimal offset, as everywhere in these reports, hex, and the printable ASCII. Secrets are
// asterisks in both.

import type { Span } from './secrets.js';

const ROW = 16;
/** Columns of a row: offset, gap, hex with a wider gap in the middle, gap, characters. */
export const DUMP_WIDTH = 6 + 2 + 48 + 2 + ROW;

/** Rows for bytes[0, end). */
export function hexDump(bytes: Uint8Array, end: number, secrets: readonly Span[]): string[] {
  const rows: string[] = [];
  for (let at = 0; at < end; at += ROW) {
    let hex = '';
    let text = '';
    for (let i = at; i < Math.min(at + ROW, end); i++) {
      const byte = bytes[i]!;
      const secret = secrets.some((span) => i >= span.at && i < span.at + span.length);
      hex += `${i - at === ROW / 2 ? ' ' : ''}${secret ? '**' : byte.toString(16).padStart(2, '0')} `;
      text += secret ? '*' : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
    }
    rows.push(`${String(at).padStart(6)}  ${hex.trimEnd().padEnd(48)}  ${text}`);
  }
  return rows;
}
