// Masks in every format: a password is nowhere, as text or as bytes, also when its packet is damaged.

import { describe, expect, it } from 'vitest';
import { maskedHex, secretSpans } from '../../src/report/secrets.js';
import { hex } from '../support/hex.js';
import { CONNECT_BYTES, LOADED, OPTIONS, packet, rendered } from './items.js';

const HUNTER2 = '68 75 6e 74 65 72 32';

const SECRETS: readonly (readonly [name: string, bytes: string, secret: string, secretHex: string])[] = [
  ['a password', CONNECT_BYTES, 'hunter2', HUNTER2],
  [
    'a password that is cut',
    '10 21 00 04 "MQTT" 04 c2 00 3c 00 04 "paho" 00 03 "bob" 00 0b "hunter2"',
    'hunter2',
    HUNTER2,
  ],
  [
    'a password whose length is wrong',
    '10 1e 00 04 "MQTT" 04 c2 00 3c 00 04 "paho" 00 03 "bob" ff ff "hunter2"',
    'hunter2',
    HUNTER2,
  ],
  [
    'a CONNECT that breaks before its password',
    '10 1e 00 04 "MQTT" 04 c2 00 3c ff 04 "paho" 00 03 "bob" 00 07 "hunter2"',
    'hunter2',
    HUNTER2,
  ],
  ['authentication data', 'f0 0f 18 0d 15 00 01 "M" 16 00 06 "s3cret"', 's3cret', '73 33 63 72 65 74'],
];

describe.each(LOADED.map((format) => format.name))('%s', (name) => {
  const format = LOADED.find((one) => one.name === name)!;
  it.each(SECRETS)('masks %s', (_, bytes, secret, secretHex) => {
    for (const width of [80, 200]) {
      const options = { ...OPTIONS, fields: true, hex: true, width };
      const item = packet(bytes, { version: '5.0' });
      const masked = rendered(format.create(options), [item]);
      expect(masked).not.toContain(secret);
      expect(masked).not.toContain(secretHex);
      // Not in the first row of a dump that is broken in the middle, nor in the characters beside it.
      expect(masked).not.toContain(secretHex.slice(0, 8));
      expect(masked).not.toContain(secret.slice(0, 3));
    }
  });

  it('shows them when asked', () => {
    const options = { ...OPTIONS, fields: true, width: 300, showSecrets: true };
    expect(rendered(format.create(options), [packet(CONNECT_BYTES)])).toContain('hunter2');
  });
});

it('hides no damage of a CONNECT without a password', () => {
  const tree = LOADED.find((one) => one.name === 'tree')!;
  const item = packet('10 10 00 04 "MQTT" 04 02 00 3c ff 04 "paho"');
  expect(rendered(tree.create({ ...OPTIONS, fields: true }), [item])).toContain('"paho"');
});

it('masks bytes in place', () => {
  const bytes = hex('10 20 30 40 50');
  const spans = [
    { at: 1, length: 2 },
    { at: 4, length: 1 },
  ];
  expect(bytes).toHaveLength(5);
  expect(maskedHex('10 20 30 40 50', spans)).toBe('10 ** ** 40 **');
  expect(secretSpans(hex('c0 00'), '5.0')).toEqual([]);
});
