// Where in the capture file a byte of a packet stands, for tools that point at it.

import type { FramedPacket } from '../codec/framed.js';
import type { Frame } from './item.js';

/** Position in the (uncompressed) capture file; undefined when the byte does not stand there as it is. */
export function positionOf({ offset = -1, pieces }: Frame, at: number): number | undefined {
  if (offset >= 0) return offset + at;
  if (pieces === undefined) return undefined;
  let piece = 0;
  while (piece + 2 < pieces.length && pieces[piece + 2]! <= at) piece += 2;
  const [start, position] = [pieces[piece]!, pieces[piece + 1]!];
  return position < 0 ? undefined : position + at - start;
}

/** So many of `length` bytes from `at` on stand there in one piece: what was captured of them, up to where the next piece is elsewhere. */
export function standing(frame: Frame, at: number, length: number): number {
  const { bytes, offset = -1, pieces } = frame;
  const end = Math.min(at + length, Math.max(at, bytes.length));
  if (offset >= 0 || pieces === undefined) return end - at;
  for (let piece = 2; piece < pieces.length; piece += 2) {
    const start = pieces[piece]!;
    if (start <= at) continue;
    if (start >= end) break;
    if (pieces[piece + 1] !== positionOf(frame, start - 1)! + 1) return start - at;
  }
  return end - at;
}

/** It is known of all its bytes where they stand in the file. */
export function isLocated({ offset = -1, pieces }: Pick<FramedPacket, 'offset' | 'pieces'>): boolean {
  if (offset >= 0) return true;
  if (pieces === undefined) return false;
  for (let i = 1; i < pieces.length; i += 2) if (pieces[i]! < 0) return false;
  return true;
}
