// Whatever is in a file: it is read without an exception, and each remark is of a line that it has.

import { expect, it } from 'vitest';
import { parseAcl } from '../../../src/broker/config/acl-file.js';
import { namesOf, OPTIONS } from '../../../src/broker/config/options.js';
import { parsePasswords, parsePsks } from '../../../src/broker/config/password-file.js';
import { settingsOf } from '../../../src/broker/config/settings-of.js';
import { brokerSettings } from '../../../src/broker/settings.js';
import { Random } from '../../support/random.js';
import { parsed } from './parsed.js';

const NAMES = [...OPTIONS.flatMap(namesOf), 'bad', '#', '', 'user', 'pattern'];
const VALUES = [
  'true',
  '0',
  '1',
  '-1',
  '65535',
  '99999999999999999999',
  '2m',
  'a/b',
  '+/#',
  '""',
  'out',
  'in',
  '#',
  'h:1',
  '[::1]:',
  ':',
  '%c',
  'x:$6$a$b',
  '__proto__',
  '\t',
  '\0',
  '\ud800',
];

function textOf(random: Random): string {
  const line = (): string =>
    [random.pick(NAMES), ...Array.from({ length: random.below(5) }, () => random.pick(VALUES))].join(
      random.pick([' ', ' ', ' ', ':', '\t']),
    );
  return Array.from({ length: random.below(12) }, line).join(random.pick(['\n', '\r\n']));
}

it.each([1, 2, 3, 4])('at random (%i)', (seed) => {
  const random = new Random(seed);
  for (let count = 0; count < 2000; count++) {
    const text = textOf(random);
    const file = { name: 'f', text };
    const { configuration, remarks } = parsed(text);
    const lines = text.split('\n').length;
    const all = [...remarks, ...parseAcl(file).remarks, ...parsePasswords(file).remarks, ...parsePsks(file).remarks];
    expect(all.filter(({ line, message }) => line < 0 || line > lines || message === '')).toEqual([]);
    expect(configuration === undefined).toBe(remarks.some(({ level }) => level === 'error'));
    // What is a configuration makes settings that can be.
    if (configuration !== undefined) brokerSettings(settingsOf(configuration, () => undefined));
  }
});
