// Session Present in CONNACK against what the server must hold for this client: a session seen made and kept is there,
// one that ended with its connection or is over is not (3.1.2.4, 3.2.2; 5.0: 3.1.2.11.2, 4.1). 3.1 has no such flag.

import { blame } from '../doubt.js';
import type { PacketEvent } from '../event.js';
import { type RuleSet, sessionRule, type Verdict } from '../rule.js';
import type { PacketOf } from '../seen.js';
import { spanText } from '../state/grace.js';
import type { Link } from '../state/link.js';
import type { Expectation } from '../state/sessions.js';

const PATH = 'connack.acknowledgeFlags.sessionPresent';

/** Of an accepting CONNACK: what Session Present must be; undefined where nothing is known. */
function expectedOf(packet: PacketOf<'CONNACK'>, event: PacketEvent): Expectation | undefined {
  const { conversation, fromClient, time } = event;
  const { link, broker } = conversation;
  if (fromClient || link === undefined || link.answered !== undefined) return undefined;
  if ((packet.reasonCode ?? packet.returnCode) !== 0 || packet.acknowledgeFlags === undefined) return undefined;
  return broker.sessions.expected(link, time);
}

function judge(
  packet: PacketOf<'CONNACK'>,
  expected: Expectation,
  verdict: Verdict,
  message: (expected: Expectation) => string,
): void {
  const { doubt, present } = expected;
  if (packet.acknowledgeFlags!.sessionPresent === present) {
    if (doubt === undefined) verdict.hold();
  } else blame(verdict, doubt, { message: message(expected), path: PATH });
}

function wasConnected({ accepted }: Link): string {
  return `Session Present is 0, though the session of packet #${accepted!.number} (CONNACK) was connected until now`;
}

/** "the session of packet #2 ended with its connection" */
function endOf({ before, because }: Expectation, now: number): string {
  const { accepted, closed, expiry } = before!;
  const which = `the session of packet #${accepted!.number} (CONNACK)`;
  if (because === 'expired') {
    return `${which} was to last ${expiry} s after its connection, which ended ${spanText(now - closed!.time)} before`;
  }
  return `${which} ended with its connection`;
}

/** CONNECT with Clean Session (Clean Start) 0, accepted without a session. */
const BEGUN = `
  > 10 { proto 00 003c p{11 00000e10} "a" }
  < 20 { 00 00 p }`;
const BEGUN_AND_LEFT = `${BEGUN}
  > e0 00
  fin >
  fin <`;
/** Clean Session 1; in 5.0 with Session Expiry Interval 0. */
const CLEAN_AND_LEFT = `
  > 10 { proto 02 003c p "a" }
  < 20 { 00 00 p }
  > e0 00
  fin >
  fin <`;

export const SESSION_PRESENT: RuleSet = {
  rules: [
    sessionRule({
      name: 'session-present-after-clean-start',
      refs: {
        '3.1.1': ['MQTT-3.2.2-1', 'MQTT-3.1.4-3', 'MQTT-3.1.2-6'],
        '5.0': ['MQTT-3.2.2-2', 'MQTT-3.1.2-4', 'MQTT-3.1.4-4'],
      },
      party: 'sender',
      needs: 'nothing',
      hint: 'discard the session of a client that asks for a clean one, and answer with Session Present 0',
      on: ['CONNACK'],
      check(packet, verdict, event) {
        const expected = expectedOf(packet, event);
        if (expected?.because !== 'clean') return;
        judge(packet, expected, verdict, () => {
          const { asked, isV5 } = event.conversation.link!;
          const flag = isV5 ? 'Clean Start' : 'Clean Session';
          return `Session Present is 1, though packet #${asked.number} (CONNECT) has ${flag} 1`;
        });
      },
      violates: [
        {
          title: 'Session Present 1 after a clean start',
          transcript: `> 10 { proto 02 003c p "a" }
            < 20 { 01 00 p }`,
          frame: 2,
          at: 2,
          length: 1,
          bits: [0, 0],
        },
      ],
      complies: [{ title: 'Session Present 0 after a clean start', transcript: CLEAN_AND_LEFT }],
    }),
    sessionRule({
      name: 'session-lost',
      refs: {
        '3.1.1': ['MQTT-3.2.2-2', 'MQTT-3.1.2-4', 'MQTT-4.1.0-1', 'MQTT-3.1.3-2'],
        '5.0': ['MQTT-3.2.2-3', 'MQTT-3.1.2-5', 'MQTT-3.1.2-6', 'MQTT-3.1.2-23', 'MQTT-3.1.3-2'],
      },
      party: 'sender',
      needs: 'nothing',
      hint: 'keep the session until it expires, and answer with Session Present 1',
      on: ['CONNACK'],
      check(packet, verdict, event) {
        const expected = expectedOf(packet, event);
        if (expected?.because !== 'kept') return;
        judge(packet, expected, verdict, ({ before }) => {
          const { accepted, expiry } = before!;
          const until = expiry === Number.POSITIVE_INFINITY ? 'without end' : `for ${expiry} s after the close`;
          return `Session Present is 0, though the session of packet #${accepted!.number} (CONNACK) was to be kept ${until}`;
        });
      },
      violates: [
        {
          title: 'the session of a client that comes back is gone',
          transcript: `${BEGUN_AND_LEFT}
            wait 5s
            2> 10 { proto 00 003c p "a" }
            2< 20 { 00 00 p }`,
          frame: 5,
          at: 2,
          length: 1,
          bits: [0, 0],
        },
      ],
      complies: [
        {
          title: 'the session goes on',
          transcript: `${BEGUN_AND_LEFT}
            wait 5s
            2> 10 { proto 00 003c p "a" }
            2< 20 { 01 00 p }`,
        },
      ],
    }),
    sessionRule({
      name: 'session-lost-while-connected',
      refs: { '3.1.1': ['MQTT-4.1.0-2', 'MQTT-3.2.2-2'], '5.0': ['MQTT-4.1.0-1', 'MQTT-3.2.2-3'] },
      party: 'server',
      needs: 'nothing',
      hint: 'take the session over to the new connection, and answer with Session Present 1',
      on: ['CONNACK'],
      check(packet, verdict, event) {
        const expected = expectedOf(packet, event);
        if (expected?.because !== 'open') return;
        // 5.0: a DISCONNECT that ends the session may be held back by a gap.
        if (event.conversation.link!.isV5 && packet.acknowledgeFlags!.sessionPresent === false) return;
        judge(packet, expected, verdict, ({ before }) => wasConnected(before!));
      },
      closed({ conversation }, verdict) {
        const { link } = conversation;
        const before = link?.lost;
        if (before === undefined || link?.isV5 !== true || before.client.disconnect !== undefined) return;
        const fault = { message: wasConnected(before), frame: link.accepted };
        blame(verdict, before.client.evidence.hole(before.asked.time), fault);
      },
      violates: [
        {
          title: 'a take-over that finds no session',
          versions: ['3.1.1'],
          transcript: `${BEGUN}
            wait 5s
            2> 10 { proto 00 003c p "a" }
            2< 20 { 00 00 p }
            fin <
            fin >`,
          frame: 4,
          at: 2,
          length: 1,
          bits: [0, 0],
        },
        {
          title: 'a take-over that finds no session',
          versions: ['5.0'],
          transcript: `${BEGUN}
            wait 5s
            2> 10 { proto 00 003c p "a" }
            2< 20 { 00 00 p }
            fin <
            fin >`,
          frame: 4,
        },
      ],
      complies: [
        {
          title: 'a take-over that goes on with the session',
          versions: ['3.1.1'],
          transcript: `${BEGUN}
            wait 5s
            2> 10 { proto 00 003c p "a" }
            2< 20 { 01 00 p }
            fin <
            fin >`,
        },
        {
          title: 'a take-over that says so and goes on with the session',
          versions: ['5.0'],
          transcript: `${BEGUN}
            wait 5s
            2> 10 { proto 00 003c p "a" }
            2< 20 { 01 00 p }
            < e0 01 8e
            fin <
            fin >`,
        },
      ],
    }),
    sessionRule({
      name: 'session-present-after-end',
      refs: { '3.1.1': ['MQTT-3.2.2-3', 'MQTT-3.1.2-6'], '5.0': ['MQTT-4.1.0-2', 'MQTT-3.2.2-3'] },
      party: 'sender',
      needs: 'nothing',
      hint: 'discard the session when it is over, and answer with Session Present 0',
      on: ['CONNACK'],
      check(packet, verdict, event) {
        const expected = expectedOf(packet, event);
        if (expected?.because !== 'ended' && expected?.because !== 'expired') return;
        judge(packet, expected, verdict, (one) => `Session Present is 1, but ${endOf(one, event.time)}`);
      },
      violates: [
        {
          title: 'a session that ended with its connection',
          transcript: `${CLEAN_AND_LEFT}
            wait 5s
            2> 10 { proto 00 003c p "a" }
            2< 20 { 01 00 p }`,
          frame: 5,
          at: 2,
          length: 1,
          bits: [0, 0],
        },
        {
          title: 'a session that expired',
          versions: ['5.0'],
          transcript: `
            > 10 { proto 00 003c p{11 0000000a} "a" }
            < 20 { 00 00 p }
            > e0 00
            fin >
            fin <
            wait 60s
            2> 10 { proto 00 003c p "a" }
            2< 20 { 01 00 p }`,
          frame: 5,
          at: 2,
          length: 1,
          bits: [0, 0],
        },
      ],
      complies: [
        {
          title: 'a new session after one that ended',
          transcript: `${CLEAN_AND_LEFT}
            wait 5s
            2> 10 { proto 00 003c p "a" }
            2< 20 { 00 00 p }`,
        },
        {
          title: 'DISCONNECT made the session end',
          versions: ['5.0'],
          transcript: `${BEGUN}
            > e0 { 00 p{11 00000000} }
            fin >
            fin <
            2> 10 { proto 00 003c p "a" }
            2< 20 { 00 00 p }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
