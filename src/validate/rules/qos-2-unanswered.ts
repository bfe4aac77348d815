// The later steps of QoS 2 that never came (4.3.3): PUBREC for a PUBLISH that was sent again, PUBREL, PUBCOMP, and what a
// Message Expiry Interval does not excuse (5.0).

import { BACK, KEPT, LATER, LATER_BACK } from '../flow-examples.js';
import type { RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { isFirst, unanswered } from './qos-unanswered.js';

const RELEASED = `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n`;
/** A message that lives 5 s. */
const EXPIRED = `${OPENED} > 34 { "a" 0007 p{ 02 00000005 } 'x' }\n < 50 { 0007 }\n wait 6s\n > 62 { 0007 }\n`;

export const QOS_2_UNANSWERED: RuleSet = {
  rules: [
    unanswered({
      name: 'publish-again-unacknowledged',
      refs: { '3.1': ['§4.1'], '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-10'] },
      hint: 'answer a QoS 2 PUBLISH with PUBREC each time that it comes, until its PUBREL has come',
      step: 'PUBREC',
      asked: 'odd-flow',
      is: (exchange) => !isFirst(exchange),
      violates: [
        {
          title: 'the server does not answer what it gets again',
          transcript: `${KEPT} > 34 { "a" 0007 p 'x' } ${BACK} 2> 3c { "a" 0007 p 'x' } ${LATER_BACK}`,
          versions: ['3.1.1', '5.0'],
          frame: 3,
        },
        {
          title: 'the server answers neither time',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n wait 20s\n > 3c { "a" 0007 p 'x' } ${LATER}`,
          versions: ['3.1', '3.1.1'],
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'PUBREC for what comes again after the reconnect',
          transcript: `${KEPT} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 } ${BACK} 2> 3c { "a" 0007 p 'x' }\n 2< 50 { 0007 }\n 2> 62 { 0007 }\n 2< 70 { 0007 }`,
          versions: ['3.1.1', '5.0'],
        },
        {
          title: 'PUBREC for each time',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n wait 20s\n > 3c { "a" 0007 p 'x' }\n < 50 { 0007 }\n < 50 { 0007 }`,
          versions: ['3.1', '3.1.1'],
        },
      ],
    }),
    unanswered({
      name: 'pubrec-without-pubrel',
      refs: { '3.1': ['§3.5'], '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-4'] },
      hint: 'answer PUBREC with PUBREL under the same Packet Identifier',
      step: 'PUBREL',
      is: ({ expiresAt }, time) => expiresAt > time,
      violates: [
        {
          title: 'the client goes on without PUBREL',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 } ${LATER}`,
          frame: 3,
        },
      ],
      complies: [{ title: 'PUBREL', transcript: `${RELEASED} < 70 { 0007 } ${LATER}` }],
    }),
    unanswered({
      name: 'pubrel-without-pubcomp',
      refs: { '3.1': ['§3.6'], '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-11'] },
      hint: 'answer PUBREL with PUBCOMP under the same Packet Identifier, also when the identifier is not known',
      step: 'PUBCOMP',
      is: ({ expiresAt }, time) => expiresAt > time,
      violates: [
        {
          title: 'the server goes on without PUBCOMP',
          transcript: `${RELEASED} ${LATER}`,
          frame: 3,
        },
      ],
      complies: [{ title: 'PUBCOMP', transcript: `${RELEASED} < 70 { 0007 } ${LATER}` }],
    }),
    unanswered({
      name: 'expired-message-without-pubrel',
      refs: { '5.0': ['MQTT-4.3.3-7', 'MQTT-4.3.3-4'] },
      hint: 'once a QoS 2 PUBLISH was sent, go on with its exchange, whatever its Message Expiry Interval',
      step: 'PUBREL',
      asked: 'odd-flow',
      is: ({ expiresAt }, time) => expiresAt <= time,
      violates: [
        {
          title: 'the client goes on without PUBREL after the message expired',
          transcript: `${OPENED} > 34 { "a" 0007 p{ 02 00000005 } 'x' }\n < 50 { 0007 } ${LATER}`,
          frame: 3,
        },
      ],
      complies: [{ title: 'PUBREL after the message expired', transcript: `${EXPIRED} < 70 { 0007 }` }],
    }),
    unanswered({
      name: 'expired-message-without-pubcomp',
      refs: { '5.0': ['MQTT-4.3.3-13', 'MQTT-4.3.3-11'] },
      hint: 'go on with the exchange of a QoS 2 message that has expired',
      step: 'PUBCOMP',
      asked: 'odd-flow',
      is: ({ expiresAt }, time) => expiresAt <= time,
      violates: [
        {
          title: 'the server goes on without PUBCOMP after the message expired',
          transcript: `${EXPIRED} ${LATER}`,
          frame: 3,
        },
      ],
      complies: [{ title: 'PUBCOMP after the message expired', transcript: `${EXPIRED} < 70 { 0007 }` }],
    }),
  ],
  unjudged: [],
};
