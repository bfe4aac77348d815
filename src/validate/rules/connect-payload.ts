// The payload of CONNECT (3.1.3): every field that the flags announce, no other, in their one order. Which of its faults
// is which rule's stands in problems.ts; here is what keeps each, and what it is called.

import type { ConnectFlags } from '../../codec/packet.js';
import { reportProblems } from '../problems.js';
import { frameRule, type Rule, type RuleSet } from '../rule.js';
import { connectViolations } from '../samples.js';

/** `exercised`: whether a CONNECT with these flags, read without a problem, keeps the rule. */
function payloadRule(
  rule: Pick<Rule, 'name' | 'refs' | 'hint' | 'violates' | 'complies'>,
  exercised: (flags: ConnectFlags) => boolean,
): Rule {
  return frameRule({
    party: 'client',
    due: 0x81,
    ...rule,
    on: ['CONNECT'],
    check({ flags }, verdict, event) {
      if (event.frame.problems.length > 0) reportProblems(rule.name, verdict, event);
      else if (flags !== undefined && exercised(flags)) verdict.hold();
    },
  });
}

const ACCEPTED = '\n< 20 { 00 00 p }';
const PLAIN = { title: 'a client identifier only', transcript: `> 10 { proto 02 003c p "c1" }${ACCEPTED}` };
const LOGIN = {
  title: 'user name and password',
  transcript: `> 10 { proto c2 003c p "c1" "u" 0002 'pw' }${ACCEPTED}`,
};
const ALL = {
  title: 'all fields',
  transcript: `> 10 { proto c6 003c p "c1" p "a" 0001 'x' "u" 0002 'pw' }${ACCEPTED}`,
};
/** Bytes from the flags to the end of a payload that holds the client identifier "c1" only. */
const BEHIND_ID = { '3.1': 7, '3.1.1': 7, '5.0': 8 } as const;
/** Where nothing is left, the Remaining Length is to blame. */
const shortOf = (title: string, transcript: string) => ({ title, transcript, frame: 1, at: 1, length: 1 });

export const CONNECT_PAYLOAD: RuleSet = {
  rules: [
    payloadRule(
      {
        name: 'connect-client-id-missing',
        refs: { '3.1': ['§3.1'], '3.1.1': ['MQTT-3.1.3-3'], '5.0': ['MQTT-3.1.3-3'] },
        hint: 'begin the payload with a Client Identifier; without one it is an empty string, 00 00',
        violates: [shortOf('no payload at all', '> 10 { proto 02 003c p }\nfin <')],
        complies: [PLAIN],
      },
      () => true,
    ),
    payloadRule(
      {
        name: 'connect-will-missing',
        refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-9'], '5.0': ['MQTT-3.1.2-9'] },
        hint: 'send the Will (5.0: its properties too), topic and message, when the Will Flag is 1',
        violates: [
          shortOf('nothing behind the client identifier', '> 10 { proto 06 003c p "c1" }\nfin <'),
          shortOf('a Will Topic without a message', '> 10 { proto 06 003c p "c1" p "a" }\nfin <'),
        ],
        complies: [ALL],
      },
      ({ will }) => will,
    ),
    payloadRule(
      {
        name: 'connect-user-name-missing',
        // 3.1, 3.1: with its flag set a user name or password may be missing.
        refs: { '3.1.1': ['MQTT-3.1.2-19'], '5.0': ['MQTT-3.1.2-17'] },
        hint: 'send the user name, or set the User Name Flag to 0',
        violates: [shortOf('User Name Flag without user name', '> 10 { proto 82 003c p "c1" }\nfin <')],
        complies: [LOGIN],
      },
      ({ userName }) => userName,
    ),
    payloadRule(
      {
        name: 'connect-password-missing',
        refs: { '3.1.1': ['MQTT-3.1.2-21'], '5.0': ['MQTT-3.1.2-19'] },
        hint: 'send the password, or set the Password Flag to 0',
        violates: [shortOf('Password Flag without password', '> 10 { proto c2 003c p "c1" "u" }\nfin <')],
        complies: [LOGIN],
      },
      ({ password }) => password,
    ),
    payloadRule(
      {
        name: 'connect-user-name-without-flag',
        refs: { '3.1.1': ['MQTT-3.1.2-18'], '5.0': ['MQTT-3.1.2-16'] },
        hint: 'set the User Name Flag, or end the payload before',
        violates: connectViolations(
          'a user name that no flag announces',
          '> 10 { proto 02 003c p "c1" "u" }\nfin <',
          BEHIND_ID,
          3,
        ),
        complies: [PLAIN],
      },
      ({ userName }) => !userName,
    ),
    payloadRule(
      {
        name: 'connect-password-without-flag',
        refs: { '3.1.1': ['MQTT-3.1.2-20'], '5.0': ['MQTT-3.1.2-18'] },
        hint: 'set the Password Flag, or end the payload before',
        violates: connectViolations(
          'a password that no flag announces',
          `> 10 { proto 82 003c p "c1" "u" 0002 'pw' }\nfin <`,
          { '3.1.1': 10, '5.0': 11 },
          4,
        ),
        complies: [PLAIN],
      },
      ({ password }) => !password,
    ),
    payloadRule(
      {
        name: 'connect-will-without-flag',
        refs: { '3.1': ['§2.3'], '3.1.1': ['MQTT-3.1.2-11'], '5.0': ['§3.1.3'] },
        hint: 'set the Will Flag, or send no Will',
        violates: [
          ...connectViolations(
            'a Will that no flag announces: its fields are taken for the login',
            `> 10 { proto c2 003c "c1" "a" 0001 'x' "u" 0002 'pw' }\nfin <`,
            { '3.1': 13, '3.1.1': 13 },
            7,
          ),
          ...connectViolations(
            'a Will that no flag announces, behind the login',
            `> 10 { proto c2 003c p "c1" "u" 0002 'pw' p "a" 0001 'x' }\nfin <`,
            { '5.0': 15 },
            7,
          ),
        ],
        complies: [PLAIN],
      },
      ({ will }) => !will,
    ),
    payloadRule(
      {
        name: 'connect-payload-unreadable',
        refs: { '3.1': ['§3.1'], '3.1.1': ['MQTT-3.1.3-1'], '5.0': ['MQTT-3.1.3-1'] },
        hint: 'write Client Identifier, Will, User Name and Password in this order, each with its own length',
        violates: connectViolations(
          'a bare Will message where its length should be',
          `> 10 { proto 06 003c p "c1" p "a" 'on' }\nfin <`,
          { '3.1': 10, '3.1.1': 10, '5.0': 12 },
          2,
        ),
        complies: [ALL],
      },
      () => true,
    ),
  ],
  unjudged: [],
};
