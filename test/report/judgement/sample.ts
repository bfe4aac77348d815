// A judgement to render: rules of its own, so that its snapshots do not change with the rules of the judge, over a short
// capture. Two versions, both parties, every level, something inconclusive, something known.

import type { CapturedPacket } from '../../../src/capture/packet.js';
import { Dissector } from '../../../src/dissect/dissector.js';
import { coverageOfCapture } from '../../../src/report/judgement/exercised.js';
import type { Found, Judgement, JudgementOptions, JudgementRenderer } from '../../../src/report/judgement/judgement.js';
import type { Version } from '../../../src/spec/versions.js';
import type { Ending } from '../../../src/validate/ending.js';
import { Judge } from '../../../src/validate/judge.js';
import { conversationRule, frameRule, type Rule } from '../../../src/validate/rule.js';
import { packetsOf } from '../../validate/judged.js';

const EXAMPLES = { violates: [], complies: [] };

export const RULES: readonly Rule[] = [
  frameRule({
    name: 'publish-dup-qos-0',
    refs: { '3.1': ['§3.3'], '3.1.1': ['MQTT-3.3.1-2'], '5.0': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'] },
    party: 'sender',
    hint: 'send QoS 0 messages once, with DUP 0',
    due: 0x82,
    on: ['PUBLISH'],
    check({ qos, dup, topic }, verdict) {
      if (qos !== 0) return;
      if (dup) verdict.violate({ message: `DUP is 1 on a QoS 0 message for "${topic}"`, path: 'publish.dup' });
      else verdict.hold();
    },
    ...EXAMPLES,
  }),
  frameRule({
    name: 'connect-long-client-id',
    refs: { '3.1.1': ['§3.1.3.1'], '5.0': ['§3.1.3.1'] },
    level: 'should',
    party: 'client',
    hint: 'use a client identifier of at most 23 bytes',
    on: ['CONNECT'],
    check({ clientId }, verdict) {
      if (clientId === undefined) return;
      const fault = { message: `a client identifier of ${clientId.length} characters`, path: 'connect.clientId' };
      if (clientId.length > 23) verdict.violate(fault);
      else verdict.hold();
    },
    ...EXAMPLES,
  }),
  conversationRule({
    name: 'ping-unanswered',
    refs: { '3.1.1': ['MQTT-3.12.4-1'], '5.0': ['MQTT-3.12.4-1'] },
    party: 'server',
    hint: 'answer each PINGREQ',
    needs: 'server',
    on: ['PINGREQ'],
    check(_, verdict, event) {
      if (event.receiver.lastType === 'PINGREQ') verdict.hold();
      else verdict.violate({ message: 'PINGREQ is not answered' });
    },
    ...EXAMPLES,
  }),
  conversationRule({
    name: 'close-without-disconnect',
    refs: { '5.0': ['§3.14'] },
    level: 'note',
    party: 'client',
    hint: 'send DISCONNECT before closing',
    needs: 'nothing',
    on: [],
    closed({ conversation }, verdict) {
      if (conversation.client.disconnect === undefined) verdict.violate({ message: 'the client sent no DISCONNECT' });
      else verdict.hold();
    },
    ...EXAMPLES,
  }),
];

const LONG = '"meter-in-the-cellar-of-house-7"';
const TRANSCRIPTS: readonly (readonly [Version, string])[] = [
  [
    '3.1.1',
    `> 10 { proto 02 003c "meter-7" }\n< 20 { 00 00 }\n> 38 { "a/b" 'x' }\nlost <\nwait 90s\n< d0 00\n> c0 00\n> 30 { "a/b" 'x' }\n> e0 00\nfin >`,
  ],
  [
    '5.0',
    `2> 10 { proto 02 003c p ${LONG} }\n2< 20 { 00 00 p }\n2> 38 { "cellar" p 'x' }\n2< 38 { "cellar" p 'x' }\nfin 2<`,
  ],
];

export const OPTIONS: JudgementOptions = {
  width: 80,
  colour: false,
  verbose: false,
  inconclusive: false,
  quiet: false,
  failOn: 'must',
  nameSources: false,
  rules: RULES,
  toolVersion: '1.2.3',
  hasBaseline: false,
};

export const SOURCE = { name: 'captures/cellar 7.pcap', epoch: 1_700_000_000_000_000_000n };

/** As the judge may tell them. */
const ENDINGS: readonly Ending[] = [
  { by: 'client', how: 'fin', verdict: 'asked', message: 'the client closed after its DISCONNECT' },
  {
    by: 'server',
    how: 'fin',
    verdict: 'unexplained',
    message: 'the server closed, and nothing that was seen says why',
  },
];

export interface Sample {
  readonly found: readonly Found[];
  readonly judgement: Judgement;
}

/** `knownRule`: its findings are in the baseline. */
export function sample(knownRule?: string, transcripts = TRANSCRIPTS): Sample {
  const dissector = new Dissector({ ports: [1883] });
  const judge = new Judge({ rules: RULES });
  const findings = together(transcripts).flatMap((packet) =>
    dissector.push(packet).flatMap((item) => judge.push(item)),
  );
  for (const item of dissector.end()) findings.push(...judge.push(item));
  findings.push(...judge.end());
  const found = findings.map((finding): Found => {
    const { number } = finding.frame;
    const frame = number === 0 ? finding.frame : { ...finding.frame, offset: 1000 * number };
    const { place: its } = finding;
    const place = its === undefined ? {} : { place: { ...its, offset: 1000 * number + its.at } };
    return { finding: { ...finding, frame, ...place }, source: SOURCE, isKnown: finding.rule === knownRule };
  });
  const counts = { must: 0, should: 0, note: 0, inconclusive: 0, known: 0, more: 0 };
  for (const { finding, isKnown } of found) {
    counts[isKnown ? 'known' : finding.verdict === 'inconclusive' ? 'inconclusive' : finding.level]++;
  }
  const report = judge.report();
  const summary = dissector.summary();
  const present = (version: Version) => (summary.byVersion[version] ?? 0) > 0;
  const judgement: Judgement = {
    ...{ summary, counts, sources: [SOURCE], errors: [] },
    coverage: coverageOfCapture(report, RULES, () => true, present),
    connections: report.connections
      .map((one) => ({ ...one, ending: ENDINGS[one.connection.id]! }))
      .sort((a, b) => a.connection.id - b.connection.id),
    moreConnections: report.moreConnections,
  };
  return { found, judgement };
}

function together(transcripts: readonly (readonly [Version, string])[]): readonly CapturedPacket[] {
  return transcripts
    .flatMap(([version, text]) => packetsOf(text, version))
    .sort((a, b) => a.time - b.time)
    .map((packet, index) => ({ ...packet, number: index + 1 }));
}

/** Everything that a renderer says. */
export function rendered(renderer: JudgementRenderer, { found, judgement }: Sample): string {
  let text = renderer.begin();
  for (const one of found) text += renderer.found(one);
  return text + renderer.flush() + renderer.end(judgement);
}
