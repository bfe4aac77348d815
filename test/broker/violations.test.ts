// What the judge holds against clients, the broker does not let pass: of each rule about one packet of a client the
// violating examples are played to it, and it closes with the Reason Code that the rule names.

import { describe, expect, it } from 'vitest';
import type { AuthenticationMethod } from '../../src/broker/authentication.js';
import { BrokerCore } from '../../src/broker/core.js';
import { decode } from '../../src/codec/frame.js';
import type { Version } from '../../src/spec/versions.js';
import { readTranscript, type Violation } from '../../src/validate/example.js';
import type { Rule } from '../../src/validate/rule.js';
import { RULES } from '../../src/validate/rules/index.js';

/** Asks for one more answer where the example has the server do so. */
const methods = (asks: boolean): AuthenticationMethod[] =>
  ['M', 'X'].map((name) => ({
    name,
    start: () => (asks ? { kind: 'continue', state: 0 } : { kind: 'success' }),
    continue: () => ({ kind: 'success' }),
  }));

/** It is a packet of a client that breaks the rule. */
function isClients({ transcript, frame }: Violation, version: Version): boolean {
  const packets = readTranscript(transcript, version).filter((step) => step.kind === 'packet');
  const wrong = packets[frame - 1] ?? packets.at(-1);
  return wrong?.from === 'client' && wrong.frame === undefined;
}

const rows = RULES.flatMap((rule) =>
  rule.violates.flatMap((example) =>
    (Object.keys(rule.refs) as Version[])
      .filter((version) => example.versions === undefined || example.versions.includes(version))
      .map((version): [string, Version, Rule, Violation] => [`${rule.name}: ${example.title}`, version, rule, example]),
  ),
).filter(
  ([, version, rule, example]) =>
    'due' in rule && rule.due !== undefined && /^ *fin </m.test(example.transcript) && isClients(example, version),
);

describe.each(rows)('%s (%s)', (_title, version, rule, example) => {
  it('is refused', () => {
    const authenticationMethods = methods(/^ *< f0/m.test(example.transcript));
    const options = { sysInterval: 0, listeners: [{ authenticationMethods }] };
    const core = new BrokerCore(options, { nextId: () => 'x' });
    let closed = false;
    let code: number | undefined;
    let now = 1;
    const opened = new Set<number>();
    for (const step of readTranscript(example.transcript, version)) {
      if (step.kind !== 'packet' || step.from !== 'client') continue;
      const { connection, bytes } = step;
      const outputs = [];
      if (!opened.has(connection)) {
        opened.add(connection);
        outputs.push(...core.handle({ kind: 'opened', connection, listener: 0, remote: '' }, ++now));
      }
      outputs.push(...core.handle({ kind: 'received', connection, bytes }, ++now));
      for (const output of outputs) {
        if (output.kind === 'close') closed = true;
        if (output.kind !== 'send') continue;
        const { packet } = decode(output.bytes, version);
        if (packet.type === 'DISCONNECT' || packet.type === 'CONNACK') code = packet.reasonCode;
      }
    }
    expect({ closed, code: version === '5.0' ? code : undefined }).toEqual({
      closed: true,
      code: version === '5.0' ? (rule as { due: number }).due : undefined,
    });
  });
});
