// The leaves of a field tree, and the law they must obey: each bit of the input in exactly one leaf, in order.

import type { Field } from '../../src/codec/field.js';

export function leavesOf(field: Field): Field[] {
  return field.children === undefined ? [field] : field.children.flatMap(leavesOf);
}

/** Groups too, in the order read. */
export function fieldsOf(field: Field): Field[] {
  return [field, ...(field.children ?? []).flatMap(fieldsOf)];
}

/** What is wrong with the coverage, or undefined. */
export function coverageFault(root: Field, length: number): string | undefined {
  let bit = 0;
  for (const leaf of leavesOf(root)) {
    const [high, low] = leaf.bits ?? [7, 0];
    const from = leaf.at * 8 + (7 - high);
    const to = leaf.bits === undefined ? (leaf.at + leaf.length) * 8 : leaf.at * 8 + (8 - low);
    if (leaf.bits !== undefined && leaf.length !== 1) return `${leaf.path} has bits of ${leaf.length} bytes`;
    if (from !== bit) return `${leaf.path} begins at bit ${from}, the one before ended at ${bit}`;
    bit = to;
  }
  return bit === length * 8 ? undefined : `leaves end at bit ${bit} of ${length * 8}`;
}

/** Groups span exactly from their first leaf to their last. */
export function groupFault(root: Field): string | undefined {
  for (const field of fieldsOf(root)) {
    if (field.children === undefined || field === root) continue;
    const first = field.children[0]!;
    const last = field.children.at(-1)!;
    if (first.at !== field.at || last.at + last.length !== field.at + field.length) {
      return `${field.path} spans ${field.at}+${field.length}, its children ${first.at} to ${last.at + last.length}`;
    }
  }
  return undefined;
}
