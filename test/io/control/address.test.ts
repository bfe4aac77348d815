// Where --control listens.

import { expect, it } from 'vitest';
import { parseControlAddress } from '../../../src/io/control/address.js';
import { UserError } from '../../../src/user-error.js';

it.each([
  ['127.0.0.1:9884', '127.0.0.1', 9884],
  [':9884', '127.0.0.1', 9884],
  ['9884', '127.0.0.1', 9884],
  ['0', '127.0.0.1', 0],
  ['localhost:65535', 'localhost', 65535],
  ['[::1]:9884', '::1', 9884],
  ['[::]:9884', '::', 9884],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['host.example:1', 'host.example', 1],
])('%s', (text, host, port) => {
  expect(parseControlAddress(text)).toEqual({ host, port });
});

it.each([
  '',
  ':',
  '127.0.0.1',
  'localhost:',
  '::1:9884',
  '[::1]',
  '[::g]:1',
  '[]:1',
  '[127.0.0.1]:1',
  '65536',
  'a:999999',
  '-1',
  '1.5',
  ' 1',
  'http://localhost:1',
  'a b:1',
])('%j is none', (text) => {
  expect(() => parseControlAddress(text)).toThrow(
    new UserError(
      'option',
      `control address ${JSON.stringify(text)}: give a port, or address:port (127.0.0.1:9884, [::1]:9884)`,
    ),
  );
});
