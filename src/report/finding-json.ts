// A finding as members of a JSON object, in the order that the contract fixes; further ones come behind.

import type { Finding } from '../validate/finding.js';
import { stringJson } from './json-value.js';

/** Without braces. */
export function findingMembers(finding: Finding): string {
  const { statement, also, section, level, party, verdict, message, reason, place, rule, hint, due, fingerprint } =
    finding;
  let text = statement === undefined ? '' : `"statement":"${statement}",`;
  if (also !== undefined) text += `"also":[${also.map((one) => `"${one}"`).join(',')}],`;
  text += `"section":"${section}","level":"${level}","party":"${party}","verdict":"${verdict}"`;
  text += `,"message":${stringJson(message)}`;
  if (reason !== undefined) text += `,"reason":${stringJson(reason)}`;
  if (place !== undefined) {
    if (place.path !== undefined) text += `,"path":${stringJson(place.path)}`;
    text += `,"at":${place.at},"length":${place.length}`;
    if (place.offset !== undefined) text += `,"fileOffset":${place.offset}`;
    if (place.standing !== undefined) text += `,"fileLength":${place.standing}`;
    if (place.bits !== undefined) text += `,"bits":[${place.bits[0]},${place.bits[1]}]`;
  }
  text += `,"rule":"${rule}"`;
  if (hint !== undefined) text += `,"hint":${stringJson(hint)}`;
  if (due !== undefined) text += `,"due":${due}`;
  return `${text},"fingerprint":"${fingerprint}"`;
}

export function findingsJson(findings: readonly Finding[]): string {
  return `[${findings.map((finding) => `{${findingMembers(finding)}}`).join(',')}]`;
}
