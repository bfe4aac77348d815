// The JSON schema (draft 7) of files of rules, made from the table of fields: docs/fault-rules.schema.json.

import type { ActionName } from '../../src/faults/rule.js';
import { ACTIONS, EXCLUSIVE, fieldsOf, NEEDS, ONE_OF } from '../../src/faults/rule-fields.js';

export function faultRulesSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Faults that mqtt-dissect injects',
    description: 'docs/faults.md says what they do.',
    type: 'object',
    required: ['faults'],
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      faults: {
        type: 'array',
        maxItems: 1000,
        items: {
          oneOf: [
            { type: 'string', minLength: 1, description: 'A rule in words: drop PUBACK every 10' },
            ...ACTIONS.map((action) => ({ $ref: `#/definitions/${action}` })),
          ],
        },
      },
    },
    definitions: Object.fromEntries(ACTIONS.map((action) => [action, schemaOf(action)])),
  };
}

function schemaOf(action: ActionName): object {
  const rows = fieldsOf(action);
  const has = (names: readonly string[]) => names.every((name) => rows.some((row) => row.name === name));
  const oneOf = (ONE_OF[action] ?? []).map((names) => ({ oneOf: names.map((name) => ({ required: [name] })) }));
  const exclusive = EXCLUSIVE.filter(has).map((names) => ({ not: { required: names } }));
  const dependencies = NEEDS.filter(has).map(([one, other]) => [one, [other]]);
  const all = [...oneOf, ...exclusive];
  return {
    type: 'object',
    required: ['action'],
    additionalProperties: false,
    properties: {
      action: { const: action },
      ...Object.fromEntries(rows.map(({ name, kind, about }) => [name, { description: about, ...kind.schema }])),
    },
    ...(dependencies.length > 0 ? { dependencies: Object.fromEntries(dependencies) } : {}),
    ...(all.length > 0 ? { allOf: all } : {}),
  };
}
