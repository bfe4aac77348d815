// The arithmetic of what is there and what is missing, without any bytes: sorted lists of ranges [start, end) that do not
// overlap. Who keeps bytes with them (tcp/held.ts) extends Range.

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The index of the first range that ends behind `position`: the one around it, or the next one. */
export function indexAt(ranges: readonly Range[], position: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]!.end > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The parts of [start, end) that none of the ranges covers, in order. */
export function holes(ranges: readonly Range[], start: number, end: number): readonly Range[] {
  const found: Range[] = [];
  let from = start;
  for (let i = indexAt(ranges, start); i < ranges.length && ranges[i]!.start < end; i++) {
    const range = ranges[i]!;
    if (range.start > from) found.push({ start: from, end: range.start });
    from = range.end;
  }
  if (from < end) found.push({ start: from, end });
  return found;
}
