// From a field path to bytes and bits, by the annotated tree: the one place where a finding's position comes from.

import type { Field } from '../codec/field.js';
import { annotate } from '../codec/frame.js';
import type { Frame } from '../dissect/item.js';
import { positionOf, standing } from '../dissect/position.js';
import type { Place } from './finding.js';
import type { Fault } from './rule.js';

export function placeOf(frame: Frame, fault: Fault): Place | undefined {
  const place = within(frame, fault);
  const offset = place === undefined ? undefined : positionOf(frame, place.at);
  if (place === undefined || offset === undefined) return place;
  const together = standing(frame, place.at, place.length);
  return { ...place, offset, ...(together < place.length ? { standing: together } : {}) };
}

function within(frame: Frame, { path, at, length, bits }: Fault): Place | undefined {
  const named = path === undefined ? undefined : { path };
  if (at !== undefined) return { ...named, at, length: length ?? 1, ...(bits === undefined ? {} : { bits }) };
  if (path === undefined) return undefined;
  const root = annotate(frame.bytes, frame.version);
  let field: Field | undefined;
  // What could not be read is told by what holds it.
  for (let name = path; field === undefined && name !== ''; name = name.replace(/(^|\.?)[^.[]*(\[\d+\])?$/, '')) {
    field = find(root, name);
  }
  if (field === undefined) return undefined;
  const its = bits ?? field.bits;
  return { path, at: field.at, length: field.length, ...(its === undefined ? {} : { bits: its }) };
}

function find(field: Field, path: string): Field | undefined {
  if (field.path === path) return field;
  for (const child of field.children ?? []) {
    const found = find(child, path);
    if (found !== undefined) return found;
  }
  return undefined;
}
