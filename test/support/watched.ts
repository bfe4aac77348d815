// A broker whose connections are watched and judged: whatever clients do with it, it must have kept to the specification.

import { Dissector } from '../../src/dissect/dissector.js';
import { type Broker, type CreateBrokerOptions, createBroker } from '../../src/io/create-broker.js';
import { readCapture } from '../../src/io/input.js';
import { Watch } from '../../src/io/watch/watch.js';
import type { Finding } from '../../src/validate/finding.js';
import { Judge } from '../../src/validate/judge.js';

export interface Watched {
  readonly broker: Broker;
  /** Closes it; what is held against either side, save notes, and the packets that were seen by type. */
  ended(): Promise<{ readonly findings: readonly string[]; readonly packets: Readonly<Record<string, number>> }>;
}

export async function watchedBroker(options: CreateBrokerOptions = {}): Promise<Watched> {
  const tap = new Watch();
  const source = tap.source('the broker');
  const broker = await createBroker({ limits: { closeTimeout: 200 }, ...options, tap });
  return {
    broker,
    async ended() {
      await broker.close();
      tap.end();
      const dissector = new Dissector();
      const judge = new Judge();
      const findings: Finding[] = [];
      for await (const { packets } of readCapture(source)) {
        for (const packet of packets) for (const item of dissector.push(packet)) findings.push(...judge.push(item));
      }
      for (const item of dissector.end()) findings.push(...judge.push(item));
      findings.push(...judge.end());
      if (judge.errors.length > 0) throw new Error(judge.errors[0]!.message);
      const told = findings.filter(({ level, verdict }) => level !== 'note' && verdict === 'violation');
      const shown = told.map(({ rule, party, message }) => `${rule} (${party}): ${message}`);
      return { findings: shown, packets: dissector.summary().byType };
    },
  };
}
