// The baseline: findings that are known and do not make a run fail, by fingerprint. A file of JSON that people review and
// merge: one finding a line, sorted, without anything that changes from one recording to the next.

import { UserError } from '../../user-error.js';
import type { Finding } from '../../validate/finding.js';
import { plainJson } from '../json-value.js';

const FORMAT = 'mqtt-dissect baseline';
const FORMAT_VERSION = 1;

export function baselineText(findings: Iterable<Finding>): string {
  const lines = new Map<string, string>();
  for (const { fingerprint, rule, statement, section, version, party, connection, place } of findings) {
    const clientId = connection.hasAssignedId === true ? undefined : connection.clientId;
    const path = place?.path?.replace(/\[\d+\]/g, '[]');
    const told = { rule, version, statement, section, party, clientId, path, fingerprint };
    lines.set(fingerprint, plainJson(told));
  }
  const sorted = [...lines.values()].sort((a, b) => (a < b ? -1 : 1));
  const head = `{"format":"${FORMAT}","version":${FORMAT_VERSION},"findings":[`;
  return `${[head, sorted.join(',\n'), ']}'].filter((line) => line !== '').join('\n')}\n`;
}

/** The fingerprints in a baseline; UserError for a text that is none. */
export function readBaseline(text: string, name: string): ReadonlySet<string> {
  const refuse = (why: string): never => {
    throw new UserError('option', `${name}: ${why}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('not a baseline of mqtt-dissect (not JSON)');
  }
  if (!isObject(value) || value.format !== FORMAT) return refuse('not a baseline of mqtt-dissect');
  const { version, findings } = value;
  if (typeof version === 'number' && version > FORMAT_VERSION) {
    return refuse(
      `a baseline of version ${version}, made by a newer mqtt-dissect; this one reads up to ${FORMAT_VERSION}`,
    );
  }
  if (version !== FORMAT_VERSION || !Array.isArray(findings))
    return refuse('a broken baseline (no version or findings)');
  return new Set(
    findings.map((one: unknown, index) => {
      if (isObject(one) && typeof one.fingerprint === 'string') return one.fingerprint;
      return refuse(`a broken baseline (finding ${index + 1} has no fingerprint)`);
    }),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
