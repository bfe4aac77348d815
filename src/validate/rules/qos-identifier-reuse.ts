// A Packet Identifier that is free (4.3.2, 4.3.3): whoever has sent the last acknowledgement of a message takes the next PUBLISH
// under its identifier for a new one, and so cannot answer that the identifier is in use.

import { conversationRule, type Ref, type Rule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import type { Exchange } from '../state/exchange.js';

const IN_USE = 0x91;

const ENDED = {
  PUBACK: 'PUBACK was sent',
  REFUSAL: 'a PUBREC of 0x80 or more was sent',
  PUBCOMP: 'PUBCOMP was sent',
} as const;

function reuse(name: string, end: NonNullable<Exchange['reused']>, ref: Ref, before: string, frame: number): Rule {
  return conversationRule({
    name,
    refs: { '5.0': [ref] },
    party: 'sender',
    hint: 'forget a Packet Identifier with the last acknowledgement of its message',
    needs: 'both',
    on: ['PUBACK', 'PUBREC'],
    asked: end === 'PUBACK' ? 'reused' : 'reused-otherwise',
    faults: 'odd',
    check({ type, reasonCode = 0 }, verdict, { flow }) {
      const exchange = flow?.exchange;
      if (flow?.kind !== 'answers' || exchange!.reused !== end || exchange!.sends > 1) return;
      if (reasonCode < 0x80) return verdict.hold();
      if (reasonCode !== IN_USE) return;
      const message = `Reason Code 0x91 (Packet Identifier in use), but ${ENDED[end]} for the message before under ${exchange!.packetId}`;
      verdict.violate({ message, path: `${type.toLowerCase()}.reasonCode` });
    },
    violates: [
      {
        title: 'the next message is refused: identifier in use',
        transcript: `${OPENED}${before}> 32 { "a" 0007 p 'y' }\n< 40 { 0007 91 }`,
        ...{ frame, at: 4, length: 1 },
      },
    ],
    complies: [
      {
        title: 'the next message under the same identifier is taken',
        transcript: `${OPENED}${before}> 32 { "a" 0007 p 'y' }\n< 40 { 0007 }`,
      },
    ],
  });
}

const ACKNOWLEDGED = `> 32 { "a" 0007 p 'x' }\n< 40 { 0007 }\n`;
const REFUSED = `> 34 { "a" 0007 p 'x' }\n< 50 { 0007 97 }\n`;
const COMPLETED = `> 34 { "a" 0007 p 'x' }\n< 50 { 0007 }\n> 62 { 0007 }\n< 70 { 0007 }\n`;

export const QOS_IDENTIFIER_REUSE: RuleSet = {
  rules: [
    reuse('identifier-not-free-after-puback', 'PUBACK', 'MQTT-4.3.2-5', ACKNOWLEDGED, 6),
    reuse('identifier-not-free-after-refusal', 'REFUSAL', 'MQTT-4.3.3-9', REFUSED, 6),
    reuse('identifier-not-free-after-pubcomp', 'PUBCOMP', 'MQTT-4.3.3-12', COMPLETED, 8),
  ],
  unjudged: [],
};
