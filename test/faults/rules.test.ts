// Rules in words and in JSON: what is accepted, what is refused and how, and that both ways say the same as the schema.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { CORRUPTIONS } from '../../src/faults/corrupt.js';
import { Faults } from '../../src/faults/faults.js';
import { faultText, parseFault } from '../../src/faults/parse-fault.js';
import { readFaultRules } from '../../src/faults/read-rules.js';
import { ACTIONS, FIELDS } from '../../src/faults/rule-fields.js';
import { Random } from '../support/random.js';
import { randomRule } from './random-rules.js';
import { faultRulesSchema } from './schema.js';

const SCHEMA_FILE = fileURLToPath(new URL('../../docs/fault-rules.schema.json', import.meta.url));
const GUIDE_FILE = fileURLToPath(new URL('../../docs/faults.md', import.meta.url));
const validate = new Ajv().compile(faultRulesSchema());

/** In words, as a rule, and in words as it is written back where that differs. */
const WORDS: readonly (readonly [text: string, rule: object, back?: string])[] = [
  ['drop PUBACK every 10', { action: 'drop', types: ['PUBACK'], every: 10 }],
  [
    'drop puback,PUBREC from server',
    { action: 'drop', types: ['PUBACK', 'PUBREC'], from: 'server' },
    'drop PUBACK,PUBREC from server',
  ],
  ['delay PINGRESP 40s', { action: 'delay', types: ['PINGRESP'], duration: 40_000 }],
  [
    'delay the PINGRESP by 0.3s overtake',
    { action: 'delay', types: ['PINGRESP'], duration: 300, overtake: true },
    'delay PINGRESP 300ms overtake',
  ],
  ['cut before PUBREL', { action: 'cut', where: 'before', types: ['PUBREL'] }],
  ['cut after PUBREC after 2m rst', { action: 'cut', where: 'after', types: ['PUBREC'], after: 120_000, how: 'rst' }],
  ['cut PUBLISH after byte 5', { action: 'cut', types: ['PUBLISH'], byte: 5 }, 'cut after byte 5 of PUBLISH'],
  [
    'cut after byte 5 of the next PUBLISH',
    { action: 'cut', types: ['PUBLISH'], byte: 5, count: 1 },
    'cut after byte 5 of PUBLISH count 1',
  ],
  ['cut after 30s', { action: 'cut', after: 30_000 }],
  [
    'duplicate PUBLISH topic sensors/# probability 0.1 seed 7',
    { action: 'duplicate', types: ['PUBLISH'], topic: 'sensors/#', probability: 0.1, seed: 7 },
  ],
  [
    'corrupt remaining-length of CONNECT from client',
    { action: 'corrupt', field: 'remaining-length', types: ['CONNECT'], from: 'client' },
  ],
  ['corrupt byte 3 bit 0 of PUBLISH', { action: 'corrupt', byte: 3, bit: 0, types: ['PUBLISH'] }],
  [
    'limit 2kB/s from server client "dev-*"',
    { action: 'limit', rate: 2000, from: 'server', client: 'dev-*' },
    'limit 2kB/s from server client dev-*',
  ],
  ['limit to 2 kB/s', { action: 'limit', rate: 2000 }, 'limit 2kB/s'],
  ['delay PINGRESP 40 s', { action: 'delay', types: ['PINGRESP'], duration: 40_000 }, 'delay PINGRESP 40s'],
  ['corrupt the remaining length', { action: 'corrupt', field: 'remaining-length' }, 'corrupt remaining-length'],
  ['limit 64KiB/s', { action: 'limit', rate: 65_536 }, 'limit 65536B/s'],
  [
    'replace PINGRESP with "d0 01 00"',
    { action: 'replace', types: ['PINGRESP'], hex: 'd00100' },
    'replace PINGRESP with d00100',
  ],
  [
    'inject before DISCONNECT with C000 per connection',
    { action: 'inject', where: 'before', types: ['DISCONNECT'], hex: 'c000', per: 'connection' },
    'inject before DISCONNECT with c000 per connection',
  ],
  [
    'drop PUBLISH qos 1 skip 2 nth 3 client "a b"',
    { action: 'drop', types: ['PUBLISH'], qos: 1, skip: 2, nth: 3, client: 'a b' },
    'drop PUBLISH client "a b" qos 1 skip 2 nth 3',
  ],
];

const WRONG_WORDS: readonly (readonly [text: string, message: string])[] = [
  ['', 'fault "": a rule begins with what to do: drop, delay, duplicate, corrupt, cut, limit, replace, inject'],
  [
    'dorp PUBACK',
    'fault "dorp PUBACK", word 1 (dorp): not one of drop, delay, duplicate, corrupt, cut, limit, replace, inject; did you mean drop?',
  ],
  ['drop PUBAKC', 'fault "drop PUBAKC", word 2 (PUBAKC): drop knows no such word; did you mean PUBACK or PUBREC?'],
  ['drop PUBACK evry 10', 'fault "drop PUBACK evry 10", word 3 (evry): drop knows no such word; did you mean every?'],
  ['drop PUBACK every', 'fault "drop PUBACK every", word 3 (every): every must be a whole number from 1 to 4294967295'],
  ['drop PUBACK every 0', 'fault "drop PUBACK every 0", word 4 (0): every must be a whole number from 1 to 4294967295'],
  ['drop every 2 every 3', 'fault "drop every 2 every 3", word 4 (every): every is given twice'],
  ['drop every 2 nth 3', 'fault "drop every 2 nth 3": every and nth cannot both be given'],
  ['drop PUBACK rst', 'fault "drop PUBACK rst", word 3 (rst): goes with cut, not with drop'],
  ['drop PUBACK 40s', 'fault "drop PUBACK 40s", word 3 (40s): goes with delay, not with drop'],
  ['drop after 10', 'fault "drop after 10", word 3 (10): after must be a duration (40s, 500ms, 2m, 1h; at most 168h)'],
  ['delay PINGRESP', 'fault "delay PINGRESP": delay needs a duration (40s, 500ms, 2m, 1h; at most 168h)'],
  ['delay 200h', 'fault "delay 200h", word 2 (200h): delay knows no such word'],
  ['limit', 'fault "limit": limit needs a rate (2kB/s, 500B/s, 1MB/s, 64KiB/s)'],
  ['corrupt PUBLISH', 'fault "corrupt PUBLISH": corrupt needs a field or byte'],
  ['corrupt topic-name byte 3', 'fault "corrupt topic-name byte 3": a field and byte cannot both be given'],
  ['corrupt topic-name bit 3', 'fault "corrupt topic-name bit 3": bit needs byte'],
  [
    'corrupt topic-nam',
    'fault "corrupt topic-nam", word 2 (topic-nam): corrupt knows no such word; did you mean topic-name?',
  ],
  ['cut before byte 3', 'fault "cut before byte 3": before or after and byte cannot both be given'],
  [
    'replace PUBACK with 4',
    `fault "replace PUBACK with 4", word 4 (4): with must be 1 to 65536 bytes in hexadecimal (c000, "c0 00")`,
  ],
  ['drop topic a/#/b', 'fault "drop topic a/#/b", word 3 (a/#/b): topic must be a topic filter (a/+/#)'],
  ['drop seed 1', 'fault "drop seed 1": seed needs probability'],
  ['drop client "a', 'fault "drop client "a", word 3 ("a): a quote that does not end well'],
  ['drop "PUBACK"', 'fault "drop "PUBACK"", word 2 (PUBACK): a value without a word before it that says of what'],
];

/** Rules in JSON; the message where it is refused. `words`: what the schema cannot know. */
const JSON_RULES: readonly (readonly [rule: unknown, message?: string, words?: 'words'])[] = [
  ['drop PUBACK every 10'],
  [
    'drop PUBAKC',
    'faults[0]: fault "drop PUBAKC", word 2 (PUBAKC): drop knows no such word; did you mean PUBACK or PUBREC?',
    'words',
  ],
  [{ action: 'drop' }],
  [{ action: 'drop', types: ['PUBACK', 'PUBREC'], from: 'client', qos: 0, client: 'a*', topic: '#', after: '3s' }],
  [{ action: 'delay', duration: 40_000, overtake: true }],
  [{ action: 'delay', duration: '40s', skip: 1, every: 2, count: 3, probability: 0.5, seed: 0, per: 'connection' }],
  [{ action: 'limit', rate: '2kB/s' }],
  [{ action: 'limit', rate: 2000, client: 'x', from: 'server', after: 1 }],
  [{ action: 'corrupt', field: 'topic-name', nth: 1 }],
  [{ action: 'corrupt', byte: 1, bit: 7 }],
  [{ action: 'cut', byte: 5, how: 'rst' }],
  [{ action: 'inject', hex: 'c0 00', where: 'after' }],
  [7, 'faults[0]: must be a rule: an object with "action", or a text such as "drop PUBACK every 10"'],
  [[], 'faults[0]: must be a rule: an object with "action", or a text such as "drop PUBACK every 10"'],
  [{}, 'faults[0].action: must be one of drop, delay, duplicate, corrupt, cut, limit, replace, inject'],
  [{ action: 'DROP' }, 'faults[0].action: must be one of drop, delay, duplicate, corrupt, cut, limit, replace, inject'],
  [{ action: 'drop', evry: 3 }, 'faults[0].evry: drop has no such field; did you mean every?'],
  [{ action: 'drop', every: 0 }, 'faults[0].every: must be a whole number from 1 to 4294967295'],
  [{ action: 'drop', every: '3' }, 'faults[0].every: must be a whole number from 1 to 4294967295'],
  [{ action: 'drop', every: 2, nth: 3 }, 'faults[0]: "every" and "nth" cannot both be given'],
  [{ action: 'drop', types: 'PUBACK' }, 'faults[0].types: must be packet types (PUBLISH,PUBACK)'],
  [{ action: 'drop', types: [] }, 'faults[0].types: must be packet types (PUBLISH,PUBACK)'],
  [{ action: 'drop', types: ['puback'] }, 'faults[0].types: must be packet types (PUBLISH,PUBACK)'],
  [{ action: 'drop', types: ['PUBACK', 'PUBACK'] }, 'faults[0].types: must be packet types (PUBLISH,PUBACK)'],
  [{ action: 'drop', qos: 3 }, 'faults[0].qos: must be a whole number from 0 to 2'],
  [{ action: 'drop', client: '' }, 'faults[0].client: must be a client identifier, * for any characters'],
  [{ action: 'drop', topic: 'a/#/b' }, 'faults[0].topic: must be a topic filter (a/+/#)', 'words'],
  [{ action: 'drop', probability: 0 }, 'faults[0].probability: must be a probability above 0 and at most 1'],
  [{ action: 'drop', probability: 1.1 }, 'faults[0].probability: must be a probability above 0 and at most 1'],
  [{ action: 'drop', seed: 1 }, 'faults[0]: "seed" needs "probability"'],
  [{ action: 'drop', per: 'rule' }, 'faults[0].per: must be connection'],
  [{ action: 'drop', how: 'rst' }, 'faults[0].how: drop has no such field; did you mean qos?'],
  [{ action: 'delay' }, 'faults[0]: delay needs "duration"'],
  [{ action: 'delay', duration: 0 }, 'faults[0].duration: must be a duration (40s, 500ms, 2m, 1h; at most 168h)'],
  [{ action: 'delay', duration: '40' }, 'faults[0].duration: must be a duration (40s, 500ms, 2m, 1h; at most 168h)'],
  [
    { action: 'delay', duration: '169h' },
    'faults[0].duration: must be a duration (40s, 500ms, 2m, 1h; at most 168h)',
    'words',
  ],
  [{ action: 'delay', duration: 1, overtake: false }, 'faults[0].overtake: must be true'],
  [{ action: 'limit', rate: 1, types: ['PUBLISH'] }, 'faults[0].types: limit has no such field'],
  [{ action: 'limit' }, 'faults[0]: limit needs "rate"'],
  [{ action: 'corrupt' }, 'faults[0]: corrupt needs "field" or "byte"'],
  [{ action: 'corrupt', field: 'topic-name', byte: 1 }, 'faults[0]: "field" and "byte" cannot both be given'],
  [{ action: 'corrupt', field: 'topic-name', bit: 1 }, 'faults[0]: "bit" needs "byte"'],
  [{ action: 'cut', byte: 5, where: 'after' }, 'faults[0]: "where" and "byte" cannot both be given'],
  [{ action: 'cut', byte: 0 }, 'faults[0].byte: must be a whole number from 1 to 268435460'],
  [{ action: 'replace' }, 'faults[0]: replace needs "hex"'],
  [{ action: 'replace', hex: 'c' }, 'faults[0].hex: must be 1 to 65536 bytes in hexadecimal (c000, "c0 00")'],
];

describe('in words', () => {
  it.each(WORDS.map(([text, rule, back = text]) => [text, rule, back] as const))('%s', (text, rule, back) => {
    const parsed = parseFault(text);
    expect(parsed).toEqual(rule);
    expect(faultText(parsed)).toBe(back);
    expect(parseFault(back)).toEqual(rule);
  });

  it.each(WRONG_WORDS)('refuses %s', (text, message) => {
    expect(() => parseFault(text)).toThrow(expect.objectContaining({ name: 'UserError', message }));
  });

  it('any rule, and back; the same by way of JSON, and valid there', () => {
    const random = new Random(6);
    for (let i = 0; i < 3000; i++) {
      const rule = randomRule(random);
      expect(parseFault(faultText(rule))).toEqual(rule);
      const faults = JSON.stringify({ faults: [rule] });
      expect(readFaultRules(faults)).toEqual([rule]);
      validate(JSON.parse(faults));
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it('never fails but with one line that says so', () => {
    const random = new Random(7);
    const words = [
      ...ACTIONS,
      ...FIELDS.flatMap(({ word, kind }) => [word ?? '', ...(kind.words ?? [])]),
      '3',
      '2s',
      '"',
      '"\\',
      'a\nb',
    ];
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: random.below(6) }, () => random.pick(words)).join(' ');
      try {
        expect(parseFault(faultText(parseFault(text)))).toEqual(parseFault(text));
      } catch (error) {
        expect(error).toMatchObject({ name: 'UserError', code: 'option' });
        expect((error as Error).message).not.toContain('\n');
      }
    }
  });
});

describe('in JSON', () => {
  it.each(JSON_RULES)('%j', (rule, message, words) => {
    const file = { faults: [rule] };
    const isValid = validate(file);
    if (message === undefined) expect(readFaultRules(JSON.stringify(file))).toHaveLength(1);
    else {
      const read = () => readFaultRules(JSON.stringify(file));
      expect(read).toThrow(expect.objectContaining({ name: 'UserError', message }));
    }
    expect(isValid).toBe(message === undefined || words !== undefined);
  });

  it.each([
    ['[]', 'faults: must be a list of rules: { "faults": ["drop PUBACK every 10"] }'],
    ['null', 'faults: must be a list of rules: { "faults": ["drop PUBACK every 10"] }'],
    ['{ "faults": {} }', 'faults: must be a list of rules: { "faults": ["drop PUBACK every 10"] }'],
    ['{ "faults": [], "rules": [] }', 'rules: only "faults" is known here'],
    [
      '{ "faults": ["drop", 1] }',
      'faults[1]: must be a rule: an object with "action", or a text such as "drop PUBACK every 10"',
    ],
  ])('refuses %s', (text, message) => {
    expect(() => readFaultRules(text)).toThrow(expect.objectContaining({ name: 'UserError', message }));
    expect(validate(JSON.parse(text))).toBe(false);
  });

  it('refuses what is not JSON, in one line', () => {
    expect(() => readFaultRules('{\n"faults": [}')).toThrow(/^not JSON: [^\n]+$/);
  });

  it('takes the name of the schema', () => {
    const file = { $schema: 'fault-rules.schema.json', faults: [] };
    expect(readFaultRules(JSON.stringify(file))).toEqual([]);
    expect(validate(file)).toBe(true);
  });
});

describe('what is published', () => {
  it('is the schema of the table', () => {
    const text = `${JSON.stringify(faultRulesSchema(), undefined, 2)}\n`;
    // Formatted by biome afterwards.
    if (process.env.UPDATE_DOCS === '1') writeFileSync(SCHEMA_FILE, text);
    expect(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'))).toEqual(JSON.parse(text));
  });

  it('the guide has every word, and examples that can be read', () => {
    const guide = readFileSync(GUIDE_FILE, 'utf8');
    const words = [...ACTIONS, ...FIELDS.map(({ name, word }) => word ?? name), ...CORRUPTIONS.map(({ name }) => name)];
    for (const word of words) expect(guide).toMatch(new RegExp(`\`[^\`\n]*\\b${word}\\b`));
    for (const { name, about } of CORRUPTIONS) expect(guide).toContain(`| \`${name}\` | ${about} |`);
    const examples = [
      ...guide.matchAll(/^\| `((?:drop|delay|duplicate|corrupt|cut|limit|replace|inject) [^`]+)` \|/gm),
    ];
    expect(examples.length).toBeGreaterThan(15);
    for (const [, example] of examples) expect(() => parseFault(example!)).not.toThrow();
    const [file] = /\{\n {2}"\$schema"[\s\S]*?\n\}/.exec(guide)!;
    expect(readFaultRules(file).length).toBeGreaterThan(2);
  });
});

it('rules are numbered, counted and taken away', () => {
  const faults = new Faults(['drop PUBACK']);
  expect(faults.add({ action: 'limit', rate: 5 })).toBe(2);
  expect(faults.remove(1)).toBe(true);
  expect(faults.remove(1)).toBe(false);
  expect(faults.add('drop PINGREQ')).toBe(3);
  expect(faults.list()).toEqual([
    { number: 2, rule: { action: 'limit', rate: 5 }, text: 'limit 5B/s', matches: 0, injections: 0 },
    { number: 3, rule: { action: 'drop', types: ['PINGREQ'] }, text: 'drop PINGREQ', matches: 0, injections: 0 },
  ]);
  expect(() => faults.add('drop it')).toThrow('fault "drop it", word 2 (it): drop knows no such word');
  expect(() => faults.add({ action: 'drop', every: -1 })).toThrow('fault.every: must be');
  for (let more = 2; more < 1000; more++) faults.add('drop');
  expect(() => faults.add('drop')).toThrow('no more than 1000 faults at a time');
});
