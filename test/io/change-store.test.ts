import { describe, expect, it } from 'vitest';
import type { StoreOutput } from '../../src/broker/records.js';
import { Batches, type ChangeStore } from '../../src/io/change-store.js';
import { hex } from '../support/hex.js';

const SESSION: StoreOutput = { kind: 'store', table: 'session', key: ['a'], value: undefined };
const RETAINED: StoreOutput = {
  kind: 'store',
  table: 'retained',
  key: ['t'],
  value: { packet: hex('30 04 0001 "t" 41'), version: '3.1.1', qos: 1, retain: true, publisher: '', receivedAt: 0 },
};

/** What was asked of the store and told by the batches, in order. */
function playing() {
  const said: string[] = [];
  const answers: ((error: Error | undefined) => void)[] = [];
  const store: ChangeStore = {
    load: () => [],
    write: (changes, done) => {
      said.push(`write ${changes.length}`);
      answers.push(done);
    },
    close: async () => void said.push('close'),
  };
  const batches = new Batches(
    store,
    (batch) => said.push(`safe ${batch}, ${batches.bytes} bytes are not`),
    ({ message }) => said.push(message),
  );
  return { said, batches, answer: (error?: Error) => answers.shift()!(error) };
}

describe('changes', () => {
  it('that come while a batch is written are the next', () => {
    const { said, batches, answer } = playing();
    batches.add(SESSION);
    batches.flush();
    for (const change of [SESSION, RETAINED]) batches.add(change);
    batches.flush();
    expect(batches.bytes).toBe(606);
    answer();
    answer();
    expect(said).toEqual(['write 1', 'safe 1, 406 bytes are not', 'write 2', 'safe 2, 0 bytes are not']);
  });

  it('after an error are not written, whatever comes', async () => {
    const { said, batches, answer } = playing();
    batches.add(SESSION);
    batches.flush();
    batches.add(RETAINED);
    answer(new Error('disk full'));
    batches.add(SESSION);
    batches.flush();
    await batches.end();
    expect(said).toEqual(['write 1', 'disk full', 'close']);
  });
});
