// Closes that are owed (4.8; 5.0: 4.13.1): after a packet at fault its receiver closes the connection, and neither answers
// that packet as if it were well nor goes on for long. Judged when the connection has ended, for then all is known.
//
// The first offence of a side counts. What a CONNECT did wrong is judged with the answer to it (opening-connect).

import { offenderText } from '../offender-text.js';
import { type ConversationRule, conversationRule, type Rule, type RuleSet, type Verdict } from '../rule.js';
import type { Closed } from '../state/closed.js';
import type { Conversation } from '../state/conversation.js';
import { GRACE, spanText } from '../state/grace.js';
import type { Half } from '../state/half.js';

type Kind = 'connect' | 'again' | 'text-frame' | 'flags' | 'other';

const OPENED = '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n';

export function kindOf({ offence, aftermath }: Half, { opening }: Conversation): Kind {
  if (offence!.rule === 'connect-twice') return 'again';
  if (offence!.rule === 'websocket-text-frame') return 'text-frame';
  if (offence!.frame.number === opening.connect?.number) return 'connect';
  return aftermath?.flagged === true ? 'flags' : 'other';
}

/** What one side did after an offence of the other. */
function judge(verdict: Verdict, offender: Half, judged: Half, { by, how, began }: Closed): void {
  const { offence, aftermath } = offender;
  const answer = aftermath?.answer;
  const later = aftermath?.later;
  const asks = `${offenderText(offence!.frame)} asks for the close: ${offence!.message}`;
  const since = offence!.frame.time;
  const party = judged.role;
  if (answer !== undefined) {
    verdict.violate({
      message: `the ${party} answers with ${answer.type}, though ${asks}`,
      frame: answer,
      party,
      since,
    });
  } else if (later !== undefined) {
    const span = spanText(later.time - since);
    const message = `the ${party} still sends ${later.type} after ${span}, though ${asks}`;
    verdict.violate({ message, frame: later, party, since });
  } else if (by === party && began - since <= GRACE) verdict.hold();
  else if (began - since > GRACE && how !== 'lost' && how !== 'reused') {
    const span = spanText(began - since);
    const did = by === party ? `closes only after ${span}` : `leaves the connection open for ${span}`;
    verdict.violate({ message: `the ${party} ${did}, though ${asks}`, frame: offence!.frame, party, since });
  }
}

/** `by`: on whose duty the rule speaks. */
function owed(
  name: string,
  kind: Kind,
  party: 'client' | 'server',
  refs: ConversationRule['refs'],
  more: Partial<Rule>,
): Rule {
  return conversationRule({
    name,
    refs,
    party,
    hint: 'close the connection on which a packet at fault came, and process nothing more of it',
    needs: 'nothing',
    on: [],
    closed({ conversation, closed }, verdict) {
      const [offender, judged] =
        party === 'server' ? [conversation.client, conversation.server] : [conversation.server, conversation.client];
      if (offender.offence === undefined) return;
      if (kindOf(offender, conversation) === kind) judge(verdict, offender, judged, closed);
    },
    violates: [],
    complies: [],
    ...more,
  } as Parameters<typeof conversationRule>[0]);
}

/** PUBLISH with QoS 3. */
const BAD = '36 { "t" 0001 p }';
const BAD_RULE = 'publish-qos-3';

const UPGRADED = `upgrade > "mqtt" < "mqtt"\n${OPENED}`;
const TEXT_RULE = 'websocket-text-frame';

export const CLOSING: RuleSet = {
  rules: [
    owed(
      'second-connect-not-closed',
      'again',
      'server',
      { '3.1.1': ['MQTT-3.1.0-2', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.1.0-2', 'MQTT-4.13.1-1'] },
      {
        violates: [
          {
            title: 'a second CONNECT is answered',
            transcript: `${OPENED}> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }`,
            frame: 4,
            unavoidable: ['connect-twice'],
          },
        ],
        complies: [
          {
            title: 'a second CONNECT is answered by closing',
            transcript: `${OPENED}> 10 { proto 02 003c p "a" }\nfin <\nfin >`,
            unavoidable: ['connect-twice', 'error-without-reason-code'],
          },
        ],
      },
    ),
    owed(
      'reserved-flags-not-closed',
      'flags',
      'server',
      { '3.1.1': ['MQTT-2.2.2-2', 'MQTT-4.8.0-1'], '5.0': ['MQTT-4.13.1-1'] },
      {
        violates: [
          {
            title: 'PINGREQ with a reserved flag is answered',
            transcript: `${OPENED}> c1 00\n< d0 00`,
            frame: 4,
            unavoidable: ['header-reserved-flags'],
          },
        ],
        complies: [
          {
            title: 'PINGREQ with a reserved flag is answered by closing',
            transcript: `${OPENED}> c1 00\nfin <\nfin >`,
            unavoidable: ['header-reserved-flags', 'error-without-reason-code'],
          },
        ],
      },
    ),
    owed(
      'client-reserved-flags-not-closed',
      'flags',
      'client',
      { '3.1.1': ['MQTT-2.2.2-2', 'MQTT-4.8.0-1'] },
      {
        violates: [
          {
            title: 'SUBACK with a reserved flag, and the client goes on',
            transcript: `${OPENED}> 82 { 0001 p "t" 00 }\n< 91 { 0001 00 }\nwait 30s\n> c0 00\n< d0 00`,
            frame: 5,
            unavoidable: ['header-reserved-flags'],
          },
        ],
        complies: [
          {
            title: 'SUBACK with a reserved flag is answered by closing',
            transcript: `${OPENED}> 82 { 0001 p "t" 00 }\n< 91 { 0001 00 }\nfin >\nfin <`,
            unavoidable: ['header-reserved-flags'],
          },
        ],
      },
    ),
    owed(
      'error-not-closed',
      'other',
      'server',
      { '3.1.1': ['MQTT-4.8.0-1'], '5.0': ['MQTT-4.13.1-1'] },
      {
        violates: [
          {
            title: 'PUBLISH with QoS 3, and the server goes on',
            transcript: `${OPENED}> ${BAD}\nwait 30s\n> c0 00\n< d0 00`,
            frame: 5,
            unavoidable: [BAD_RULE],
          },
        ],
        complies: [
          {
            title: 'PUBLISH with QoS 3, and the server closes',
            transcript: `${OPENED}> ${BAD}\nfin <\nfin >`,
            unavoidable: [BAD_RULE, 'error-without-reason-code'],
          },
        ],
      },
    ),
    owed(
      'client-error-not-closed',
      'other',
      'client',
      { '3.1.1': ['MQTT-4.8.0-1'], '5.0': ['§4.13.1'] },
      {
        violates: [
          {
            title: 'PINGREQ of the server, and the client goes on',
            transcript: `${OPENED}< c0 00\nwait 30s\n> c0 00\n< d0 00`,
            frame: 4,
            unavoidable: ['packet-wrong-sender'],
          },
        ],
        complies: [
          {
            title: 'PINGREQ of the server, and the client closes',
            transcript: `${OPENED}< c0 00\nfin >\nfin <`,
            unavoidable: ['packet-wrong-sender', 'error-without-reason-code'],
          },
        ],
      },
    ),
    owed(
      'text-frame-not-closed',
      'text-frame',
      'server',
      { '3.1.1': ['MQTT-6.0.0-1'], '5.0': ['MQTT-6.0.0-1'] },
      {
        violates: [
          {
            title: 'the server goes on after a text frame',
            transcript: `${UPGRADED}> text c0 00\nwait 30s\n> c0 00\n< d0 00`,
            frame: 5,
            unavoidable: [TEXT_RULE],
          },
        ],
        complies: [
          {
            title: 'the server closes after a text frame',
            transcript: `${UPGRADED}> text c0 00\nfin <\nfin >`,
            unavoidable: [TEXT_RULE],
          },
        ],
      },
    ),
    owed(
      'client-text-frame-not-closed',
      'text-frame',
      'client',
      { '3.1.1': ['MQTT-6.0.0-1'], '5.0': ['MQTT-6.0.0-1'] },
      {
        violates: [
          {
            title: 'the client goes on after a text frame',
            transcript: `${UPGRADED}> c0 00\n< text d0 00\nwait 30s\n> c0 00\n< d0 00`,
            frame: 5,
            unavoidable: [TEXT_RULE],
          },
        ],
        complies: [
          {
            title: 'the client closes after a text frame',
            transcript: `${UPGRADED}> c0 00\n< text d0 00\nfin >\nfin <`,
            unavoidable: [TEXT_RULE],
          },
        ],
      },
    ),
  ],
  unjudged: [
    {
      refs: { '3.1.1': ['MQTT-4.8.0-2'] },
      kind: 'unobservable',
      why: 'only who processes a packet knows that it ran out of memory or the like',
    },
  ],
};
