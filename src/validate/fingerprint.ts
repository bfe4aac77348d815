// A finding's name that outlives its capture: made of the fault and its author, not of frame numbers, times, ports or
// addresses, nor of an identifier that the server made up. FNV-1a in two halves of 32 bits, since no platform module may be used here.

import type { ConnectionInfo } from '../dissect/item.js';
import type { Version } from '../spec/versions.js';
import type { FrameRef, Party, Place } from './finding.js';
import type { Rule } from './rule.js';

export function fingerprintOf(
  rule: Rule,
  version: Version,
  party: Party,
  { clientId = '', hasAssignedId = false }: ConnectionInfo,
  { type, direction }: FrameRef,
  place: Place | undefined,
): string {
  const path = place?.path?.replace(/\[\d+\]/g, '[]') ?? '';
  const text = [version, rule.name, party, hasAssignedId ? '' : clientId, type, direction, path].join('\n');
  return hash(text, 0x811c9dc5) + hash(text, 0x01000193);
}

function hash(text: string, seed: number): string {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
