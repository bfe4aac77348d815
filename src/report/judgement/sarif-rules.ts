// The rules of a SARIF run: what each asks for, in which statements of which versions, and what to change.

import { VERSIONS, type Version } from '../../spec/versions.js';
import { citedBy, isSection, keyOf, statementOf } from '../../validate/catalogue.js';
import type { Level } from '../../validate/finding.js';
import type { Rule } from '../../validate/rule.js';

export const SARIF_LEVELS: Readonly<Record<Level, string>> = { must: 'error', should: 'warning', note: 'note' };
const STRICTNESS: readonly Level[] = ['must', 'should', 'note'];

export function reportingDescriptor(rule: Rule): object {
  const demands = VERSIONS.flatMap((version) => demandsIn(rule, version));
  const texts = [...new Set(demands.map(({ text }) => text).filter((text) => text !== undefined))];
  const levels = VERSIONS.map((version) => citedBy(rule, version)?.level);
  const level = STRICTNESS.find((one) => levels.includes(one)) ?? 'must';
  const lines = demands.map(({ name, text }) => (text === undefined ? name : `${name}: ${text}`));
  return {
    id: rule.name,
    shortDescription: { text: texts[0] ?? sentence(rule.hint) },
    fullDescription: { text: texts.length > 0 ? texts.join(' ') : sentence(rule.hint) },
    help: {
      text: `${lines.join('\n')}\nTo do: ${sentence(rule.hint)}`,
      markdown: `${lines.map((line) => `- ${line.replace(/[<>*_|`\\#]/g, (one) => `\\${one}`)}`).join('\n')}\n\n**To do:** ${rule.hint}`,
    },
    defaultConfiguration: { level: SARIF_LEVELS[level] },
    properties: { tags: ['mqtt', rule.kind, rule.party], statements: demands.map(({ name }) => name) },
  };
}

function demandsIn(rule: Rule, version: Version): readonly { readonly name: string; readonly text?: string }[] {
  return (rule.refs[version] ?? []).map((ref) => {
    if (isSection(ref)) return { name: `${version} ${ref}` };
    const key = keyOf(version, ref);
    const text = statementOf(key)?.text;
    return text === undefined ? { name: key } : { name: key, text };
  });
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
