// Where in the capture file a byte of a packet stands, for tools that point at it.

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
