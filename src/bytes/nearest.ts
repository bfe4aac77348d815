// Names near to one that does not exist, to suggest.

/** Those that differ in two places at most, whatever the case. */
export function nearest<T extends string>(name: string, known: readonly T[]): readonly T[] {
  return known.filter((one) => distance(one.toLowerCase(), name.toLowerCase()) <= 2);
}

/** Of Levenshtein; a name is short, and so is what is compared with it. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
