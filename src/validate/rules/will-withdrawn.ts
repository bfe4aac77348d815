// Wills that must not come: the client took leave (3.14.4, 3.1: 2.2 Will flag), was back before the delay was over (5.0:
// 3.1.3.2.2), the will was published before, or the connection that ended had none (3.1.2.5). What looks like one may be
// the present will of the same client when it has the same topic and payload: then the end of that connection tells.

import type { ClosedEvent } from '../event.js';
import { type Rule, type RuleSet, sessionRule, type Verdict } from '../rule.js';
import type { Will } from '../state/will.js';
import { accuseWills, type WillKind, willText } from '../will-verdicts.js';
import { LATER, WATCHED, WITH_WILL } from './will-publication.js';

/** The check of a rule about wills that come in a way in which they must not. */
function never(
  kind: WillKind,
  why: (will: Will) => string,
  isKept: (will: Will) => boolean,
): (event: ClosedEvent, verdict: Verdict) => void {
  return (event, verdict) => {
    for (const will of event.conversation.link?.silentWills ?? []) if (isKept(will)) verdict.hold();
    accuseWills(event, verdict, kind, (will) => `this is ${willText(will)}, ${why(will)}`);
  };
}

const LEFT = `${WITH_WILL}
  2> e0 00
  fin 2>
  fin 2<`;
const CAME = `${WITH_WILL}
  fin 2>
  fin 2<
  < 30 { "w" p 'x' }
  wait 20s`;
const WILL_AGAIN = `
  < 30 { "w" p 'x' }`;
/** The client is back in time, with the same session and without a will. */
const BACK = `${WATCHED}
  2> 10 { proto 04 003c p{11 00000e10} "a" p{18 0000003c} "w" "x" }
  2< 20 { 00 00 p }
  wait 5s
  fin 2>
  fin 2<
  wait 5s
  3> 10 { proto 00 003c p{11 00000e10} "a" }
  3< 20 { 01 00 p }`;

const rules: readonly Rule[] = [
  sessionRule({
    name: 'will-published-after-disconnect',
    refs: {
      '3.1': ['§2.2'],
      '3.1.1': ['MQTT-3.14.4-3', 'MQTT-3.1.2-10', 'MQTT-3.1.2-8'],
      '5.0': ['MQTT-3.14.4-3', 'MQTT-3.1.2-10', 'MQTT-3.1.2-8'],
    },
    party: 'server',
    needs: 'nothing',
    hint: 'discard the will when the client sends DISCONNECT',
    on: [],
    closed: never(
      'deleted',
      (will) => `which packet #${will.cause!.number} (DISCONNECT) had deleted`,
      (will) => will.fate === 'deleted',
    ),
    violates: [
      { title: 'the will of a client that took leave', transcript: `${LEFT}${WILL_AGAIN}`, frame: 8 },
      {
        title: 'the same will stands again, and the connection goes on',
        transcript: `${LEFT}
          wait 1s
          3> 10 { proto 06 003c p "a" p "w" "x" }
          3< 20 { 00 00 p }${WILL_AGAIN}${LATER}`,
        frame: 10,
      },
    ],
    complies: [{ title: 'no will after DISCONNECT', transcript: `${LEFT}${LATER}` }],
  }),
  sessionRule({
    name: 'will-published-after-reconnect',
    refs: { '5.0': ['MQTT-3.1.3-9', 'MQTT-3.1.2-8'] },
    party: 'server',
    needs: 'nothing',
    hint: 'drop the will when the client goes on with its session before the Will Delay Interval has passed',
    on: [],
    closed: never(
      'called-off',
      (will) => `which packet #${will.cause!.number} (CONNECT) called off within its delay of ${will.delay} s`,
      (will) => will.fate === 'called-off',
    ),
    violates: [
      {
        title: 'the will comes though the client is back',
        transcript: `${BACK}
          wait 60s${WILL_AGAIN}`,
        frame: 9,
      },
    ],
    complies: [
      {
        title: 'no will of a client that was back in time',
        transcript: `${BACK}
          wait 80s
          > c0 00
          < d0 00`,
      },
    ],
  }),
  sessionRule({
    name: 'will-published-again',
    refs: { '3.1.1': ['MQTT-3.1.2-10'], '5.0': ['MQTT-3.1.2-10'] },
    party: 'server',
    needs: 'nothing',
    hint: 'remove the will once it is published',
    on: [],
    closed: never(
      'again',
      () => 'which has been published before',
      (will) => will.fate === 'due' && will.isPublished,
    ),
    violates: [{ title: 'the will comes twice', transcript: `${CAME}${WILL_AGAIN}`, frame: 8 }],
    complies: [{ title: 'the will comes once', transcript: `${CAME}${LATER}` }],
  }),
  sessionRule({
    name: 'will-published-without-flag',
    refs: { '3.1.1': ['MQTT-3.1.2-12'] },
    party: 'server',
    needs: 'nothing',
    hint: 'publish a will only for a connection that has one',
    on: [],
    closed: never(
      'without',
      (will) => `but the connection that ended last has none: packet #${will.replacedByNone!.number} (CONNECT)`,
      (will) => will.replacedByNone !== undefined,
    ),
    violates: [
      {
        title: 'the will of an earlier connection',
        transcript: `${CAME}
          3> 10 { proto 02 003c p "a" }
          3< 20 { 00 00 p }
          wait 5s
          fin 3>
          fin 3<${WILL_AGAIN}`,
        frame: 10,
      },
    ],
    complies: [
      {
        title: 'nothing comes of a connection without a will',
        transcript: `${CAME}
          3> 10 { proto 02 003c p "a" }
          3< 20 { 00 00 p }
          wait 5s
          fin 3>
          fin 3<${LATER}`,
      },
    ],
  }),
];

export const WILL_WITHDRAWN: RuleSet = { rules, unjudged: [] };
