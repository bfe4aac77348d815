// The Connect Flags among themselves (3.1.2.3 to 3.1.2.9; 3.1: 2.2). Whether the payload has what they announce is the
// matter of connect-payload.ts.

import type { ConnectFlags } from '../../codec/packet.js';
import { accuse } from '../doubt.js';
import { frameRule, type Rule, type RuleSet } from '../rule.js';
import { connectViolations, flagViolations } from '../samples.js';

type Answer = 'holds' | 'says nothing' | string;

/** A rule that looks at the flags only; `judge` gives the message of the fault. */
function flagsRule(
  rule: Pick<Rule, 'name' | 'refs' | 'hint' | 'violates' | 'complies'> & Partial<Pick<Rule, 'due' | 'level'>>,
  flag: keyof ConnectFlags,
  judge: (flags: ConnectFlags) => Answer,
): Rule {
  return frameRule({
    party: 'client',
    ...rule,
    on: ['CONNECT'],
    check({ flags }, verdict, event) {
      if (flags === undefined) return;
      const answer = judge(flags);
      if (answer === 'holds') verdict.hold();
      else if (answer !== 'says nothing') accuse(verdict, event, { message: answer, path: `connect.flags.${flag}` });
    },
  });
}

const ACCEPTED = '\n< 20 { 00 00 p }';
const PLAIN = { title: 'no flag but Clean Session', transcript: `> 10 { proto 02 003c p "c1" }${ACCEPTED}` };

export const CONNECT_FLAGS: RuleSet = {
  rules: [
    flagsRule(
      {
        name: 'connect-reserved-flag',
        refs: { '3.1.1': ['MQTT-3.1.2-3'], '5.0': ['MQTT-3.1.2-3'] },
        hint: 'set bit 0 of the Connect Flags to 0',
        due: 0x81,
        violates: flagViolations('bit 0 is 1', '> 10 { proto 03 003c p "c1" }\nfin <', [0, 0]),
        complies: [PLAIN],
      },
      'reserved',
      ({ reserved }) => (reserved ? 'the reserved flag of CONNECT is 1' : 'holds'),
    ),
    flagsRule(
      {
        name: 'connect-unused-flag',
        refs: { '3.1': ['§2.2', '§2.6'] },
        level: 'note',
        hint: 'set bit 0 of the Connect Flags to 0: later versions refuse it',
        violates: flagViolations('bit 0 is 1', `> 10 { proto 03 003c "c1" }${ACCEPTED}`, [0, 0]),
        complies: [PLAIN],
      },
      'reserved',
      ({ reserved }) => (reserved ? 'the unused flag of CONNECT is 1' : 'holds'),
    ),
    flagsRule(
      {
        name: 'connect-will-qos-without-will',
        refs: { '3.1.1': ['MQTT-3.1.2-13', 'MQTT-3.1.2-11'], '5.0': ['MQTT-3.1.2-11'] },
        hint: 'set Will QoS to 0 when there is no Will',
        due: 0x82,
        violates: flagViolations('Will QoS 1 without Will Flag', '> 10 { proto 0a 003c p "c1" }\nfin <', [4, 3]),
        complies: [PLAIN],
      },
      'willQos',
      ({ will, willQos }) =>
        will ? 'says nothing' : willQos === 0 ? 'holds' : `Will QoS is ${willQos} though the Will Flag is 0`,
    ),
    flagsRule(
      {
        name: 'connect-will-retain-without-will',
        refs: { '3.1.1': ['MQTT-3.1.2-15', 'MQTT-3.1.2-11'], '5.0': ['MQTT-3.1.2-13'] },
        hint: 'set Will Retain to 0 when there is no Will',
        due: 0x82,
        violates: flagViolations('Will Retain without Will Flag', '> 10 { proto 22 003c p "c1" }\nfin <', [5, 5]),
        complies: [PLAIN],
      },
      'willRetain',
      ({ will, willRetain }) =>
        will ? 'says nothing' : willRetain ? 'Will Retain is 1 though the Will Flag is 0' : 'holds',
    ),
    flagsRule(
      {
        name: 'connect-will-qos-3',
        refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-14'], '5.0': ['MQTT-3.1.2-12'] },
        hint: 'ask for Will QoS 0, 1 or 2',
        due: 0x81,
        violates: flagViolations('Will QoS 3', `> 10 { proto 1e 003c p "c1" p "a" 0001 'x' }\nfin <`, [4, 3]),
        complies: [{ title: 'Will QoS 2', transcript: `> 10 { proto 16 003c p "c1" p "a" 0001 'x' }${ACCEPTED}` }],
      },
      'willQos',
      ({ will, willQos }) => (!will ? 'says nothing' : willQos < 3 ? 'holds' : 'Will QoS is 3'),
    ),
    flagsRule(
      {
        name: 'connect-password-without-user-name',
        refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-22'] },
        hint: 'send a user name (it may be empty) with the password',
        due: 0x82,
        violates: flagViolations(
          'Password Flag without User Name Flag',
          `> 10 { proto 42 003c "c1" 0002 'pw' }\nfin <`,
          [6, 6],
        ),
        complies: [
          { title: 'user name and password', transcript: `> 10 { proto c2 003c "c1" "u" 0002 'pw' }${ACCEPTED}` },
        ],
      },
      'password',
      ({ userName, password }) =>
        userName ? 'holds' : password ? 'the Password Flag is 1 though the User Name Flag is 0' : 'says nothing',
    ),
    frameRule({
      name: 'connect-empty-client-id-keeps-session',
      refs: { '3.1.1': ['MQTT-3.1.3-7'] },
      party: 'client',
      hint: 'set Clean Session to 1 or send a client identifier: a session needs a name',
      due: 0x85,
      on: ['CONNECT'],
      check({ clientId, flags }, verdict, event) {
        if (clientId !== '' || flags === undefined) return;
        if (flags.cleanSession === true) verdict.hold();
        else {
          const message = 'the Client Identifier is empty and Clean Session is 0';
          accuse(verdict, event, { message, path: 'connect.flags.cleanSession' });
        }
      },
      violates: connectViolations(
        'an empty identifier with Clean Session 0',
        '> 10 { proto 00 003c "" }\n< 20 02 0002\nfin <',
        { '3.1.1': 0 },
        1,
        [1, 1],
      ),
      complies: [
        { title: 'an empty identifier with Clean Session 1', transcript: '> 10 { proto 02 003c "" }\n< 20 02 0000' },
      ],
    }),
  ],
  unjudged: [],
};
