// Strings as long as they may be, put together with others: what does not fit any more is left out or refused.

import { expect, it } from 'vitest';
import { BrokerCore } from '../../../src/broker/core.js';
import type { Output } from '../../../src/broker/output.js';
import type { ListenerSettings } from '../../../src/broker/settings.js';
import { readBytes } from '../../../src/validate/example.js';
import { toHex } from '../../support/hex.js';

function outputsOf(listener: Partial<ListenerSettings>, ...packets: readonly string[]): readonly Output[] {
  const core = new BrokerCore(
    { sysInterval: 0, listeners: [{ maximumPacketSize: 268_435_460, ...listener }] },
    { nextId: () => 'x' },
  );
  const outputs = [...core.handle({ kind: 'opened', connection: 1, listener: 0, remote: '' }, 1)];
  for (const one of packets) {
    outputs.push(...core.handle({ kind: 'received', connection: 1, bytes: readBytes(one, '5.0') }, 2));
  }
  return outputs.filter(({ kind }) => kind === 'send' || kind === 'close');
}

const hexOf = (output: Output | undefined): string =>
  output?.kind === 'send' ? toHex(output.bytes) : (output?.kind ?? '');
const LONG = 'x'.repeat(65_535);
const CONNECT = '10 { proto 02 003c p "a" }';

it('leaves a Reason String out', () => {
  const outputs = outputsOf({}, `10 { proto 02 003c p{ 15 "${LONG}" } "a" }`);
  expect(outputs.map(hexOf)).toEqual(['20 03 00 8c 00', 'close']);
});

it('leaves Response Information out', () => {
  const listener = { responseInformation: 'r/%c', receiveMaximum: 65535, topicAliasMaximum: 0 };
  const outputs = outputsOf(listener, `10 { proto 02 003c p{ 19 01 } "${LONG}" }`);
  expect(outputs.map(hexOf)).toEqual(['20 03 00 00 00']);
});

it('refuses a topic that is too long with its mount point', () => {
  const listener = { mountPoint: 'm/', receiveMaximum: 65535, topicAliasMaximum: 0 };
  const outputs = outputsOf(listener, CONNECT, `32 { "${LONG}" 0001 p }`, `32 { "${LONG.slice(2)}" 0002 p }`);
  expect(outputs.map(hexOf)).toEqual(['20 03 00 00 00', '40 03 00 01 90', '40 03 00 02 10']);
});

it('refuses a will topic that is too long with its mount point', () => {
  const outputs = outputsOf({ mountPoint: 'm/' }, `10 { proto 06 003c p{ 17 00 } "a" p "${LONG}" "x" }`);
  expect(outputs.map(hexOf)).toEqual(['20 03 00 90 00', 'close']);
});
