// Statements and rules as one JSON object: {"statements":[…],"rules":[…]}. Examples as their transcripts, and as the bytes
// of each packet.

import { formatHex } from '../../bytes/hex.js';
import { VERSIONS, type Version } from '../../spec/versions.js';
import { type Example, readTranscript, type Violation } from '../../validate/example.js';
import type { Rule } from '../../validate/rule.js';
import { plainJson } from '../json-value.js';
import type { Entry } from './entries.js';

export function rulesJson(entries: readonly Entry[], rules: readonly Rule[]): string {
  const statements = entries.map(entryJson).join(',\n');
  return `{"statements":[\n${statements}\n],"rules":[\n${rules.map(ruleJson).join(',\n')}\n]}\n`;
}

function entryJson({ key, version, section, level, binds, answer, rules, unjudged, statement }: Entry): string {
  return plainJson({
    ...(statement === undefined ? {} : { statement: key }),
    ...{ version, section, level, binds, text: statement?.text, answer },
    rules: rules.map(({ name }) => name),
    why: unjudged.length > 0 ? unjudged.map(({ why }) => why).join(' ') : undefined,
  });
}

function ruleJson(rule: Rule): string {
  const { name, kind, refs, party, level, hint, due, on, violates, complies } = rule;
  return plainJson({
    ...{ name, kind, refs, party, level, hint, due, on },
    violates: violates.map((one) => violationJson(one, rule)),
    complies: complies.map((one) => exampleJson(one, rule)),
  });
}

function violationJson(violation: Violation, rule: Rule): object {
  const { frame, at, length, bits } = violation;
  return { ...exampleJson(violation, rule), fault: { frame, at, length, bits } };
}

function exampleJson({ title, transcript, versions }: Example, rule: Rule): object {
  const its = VERSIONS.filter(
    (version) => rule.refs[version] !== undefined && (versions ?? [version]).includes(version),
  );
  const packets = Object.fromEntries(its.map((version) => [version, packetsOf(transcript, version)]));
  return { title, transcript, packets };
}

function packetsOf(transcript: string, version: Version): readonly object[] {
  return readTranscript(transcript, version).flatMap((step) =>
    step.kind === 'packet' ? [{ connection: step.connection, from: step.from, hex: formatHex(step.bytes) }] : [],
  );
}
