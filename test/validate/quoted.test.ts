// Control characters of values in messages.

import { expect, it } from 'vitest';
import { quoted } from '../../src/validate/quoted.js';

it.each([
  ['a/b', '"a/b"'],
  ['say "a"', '"say \\"a\\""'],
  ['\u001b[31m', '"\\x1b[31m"'],
  ['\0', '"\\x00"'],
  ['line\n', '"line\\n"'],
  ['\\u001b', '"\\\\u001b"'],
  ['grün', '"grün"'],
])('%j is quoted as %s', (text, expected) => {
  expect(quoted(text)).toBe(expected);
});
