// The Reason Code that tells why a connection is closed on an error (5.0: 4.13.1): it should come in a DISCONNECT before.

import { codeText } from '../code-text.js';
import { conversationRule, type RuleSet } from '../rule.js';
import { GRACE } from '../state/grace.js';
import { kindOf } from './closing.js';

const OPENED = '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n';
/** PUBLISH with QoS 3. */
const BAD = '36 { "t" 0001 p }';
const BAD_RULE = 'publish-qos-3';

export const ERRORS: RuleSet = {
  rules: [
    conversationRule({
      name: 'error-without-reason-code',
      refs: { '5.0': ['§4.13.1'] },
      level: 'should',
      party: 'server',
      hint: 'send DISCONNECT with the Reason Code before closing on an error',
      needs: 'both',
      on: [],
      closed({ conversation, closed: { by, began } }, verdict) {
        for (const [offender, judged] of [
          [conversation.client, conversation.server],
          [conversation.server, conversation.client],
        ] as const) {
          const { offence, aftermath, disconnect } = offender;
          // After its DISCONNECT the other closes anyhow.
          if (!offence || !aftermath || by !== judged.role || disconnect !== undefined) continue;
          const kind = kindOf(offender, conversation);
          if (kind === 'connect' || kind === 'text-frame' || offence.frame.type === 'AUTH') continue;
          if (began - offence.frame.time > GRACE) continue;
          if (aftermath.code !== undefined && aftermath.code >= 0x80) verdict.hold();
          else {
            const due = offence.due === undefined ? '' : `; ${codeText('DISCONNECT', offence.due, '5.0')} is due`;
            const message = `the ${judged.role} closes without DISCONNECT after packet #${offence.frame.number}: ${offence.message}${due}`;
            verdict.violate({ message, frame: offence.frame, party: judged.role, since: offence.frame.time });
          }
        }
      },
      violates: [
        {
          title: 'closed without a word',
          transcript: `${OPENED}> ${BAD}\nfin <\nfin >`,
          frame: 3,
          unavoidable: [BAD_RULE],
        },
      ],
      complies: [
        {
          title: 'DISCONNECT 0x81, of what came before CONNACK',
          transcript: `> 10 { proto 02 003c p "a" }\n> ${BAD}\n< 20 { 00 00 p }\n< e0 { 81 }\nfin <\nfin >`,
          unavoidable: [BAD_RULE],
        },
        {
          title: 'DISCONNECT 0x81, then closed',
          transcript: `${OPENED}> ${BAD}\n< e0 { 81 }\nfin <\nfin >`,
          unavoidable: [BAD_RULE],
        },
      ],
    }),
  ],
  unjudged: [],
};
