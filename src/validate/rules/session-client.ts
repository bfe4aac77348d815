// What a client makes of a Session Present that is not as it expected (5.0: 3.2.2.1.1): a session that it does not have
// makes it close the connection; a session that the server does not have it gives up too. CONNACK may be on its way while
// the client still sends, so it is judged some time after.

import { blame } from '../doubt.js';
import type { PacketEvent } from '../event.js';
import { type RuleSet, sessionRule, type Verdict } from '../rule.js';
import { GRACE, spanText } from '../state/grace.js';

/** A client that had its CONNACK acts on it within this time (ns). */
const ROUND_TRIP = 1e9;

/** A message of the client that comes from the session which the server has not. */
function reused(packetId: number | undefined, verdict: Verdict, event: PacketEvent): void {
  const { link } = event.conversation;
  const exchange = packetId === undefined ? undefined : link?.lostFlows?.get(packetId);
  if (link?.accepted === undefined || exchange?.isOpen !== true) return;
  const [type, { number }] = [event.packet.type, link.accepted];
  const message = `${type} ${packetId} belongs to the session before, which packet #${number} (CONNACK, Session Present 0) said is gone`;
  const fault = { message, path: `${type.toLowerCase()}.packetId` };
  if (event.time > link.accepted.time + ROUND_TRIP) verdict.violate(fault);
  else verdict.inconclusive('CONNACK may not have been there yet', fault);
}

/** A clean session ended with its connection; then somebody was seen of whom the CONNECT was not. */
const ENDED = `
  > 10 { proto 02 003c p "a" }
  < 20 { 00 00 p }
  > e0 00
  fin >
  fin <
  wait 5s
  3> c0 00
  3< d0 00
  wait 5s
  2> 10 { proto 00 003c p "a" }
  2< 20 { 01 00 p }`;
const UNKNOWN = `
  > 10 { proto 02 003c p "a" }
  < 20 { 01 00 p }`;
/** PUBLISH 1 of the client is not acknowledged; the client comes back after its session expired. */
const EXPIRED = `
  > 10 { proto 00 003c p{11 0000000a} "a" }
  < 20 { 00 00 p }
  > 32 { "t" 0001 p 'x' }
  fin <
  fin >
  wait 60s
  2> 10 { proto 00 003c p{11 0000000a} "a" }
  2< 20 { 00 00 p }
  wait 2s`;

export const SESSION_CLIENT: RuleSet = {
  rules: [
    sessionRule({
      name: 'unknown-session-accepted',
      refs: { '5.0': ['MQTT-3.2.2-4'] },
      party: 'client',
      needs: 'nothing',
      hint: 'close the connection when CONNACK has Session Present 1 and the client has no session',
      on: [],
      closed({ conversation, closed }, verdict) {
        const { link, client } = conversation;
        if (link?.isForeign !== true || link.accepted === undefined) return;
        const lasted = client.lastTime - link.accepted.time;
        if (lasted > GRACE) {
          const message = `the client went on for ${spanText(lasted)} after Session Present 1, though it can have no session`;
          const fault = { message, frame: link.accepted };
          blame(verdict, link.foreignDoubt, fault);
        } else if (closed.by === 'client') verdict.hold();
      },
      violates: [
        {
          title: 'the client goes on',
          transcript: `${UNKNOWN}
            wait 20s
            > c0 00
            < d0 00`,
          frame: 2,
          unavoidable: ['session-present-after-clean-start'],
        },
      ],
      complies: [
        {
          title: 'the client closes the connection',
          transcript: `${ENDED}
            2> e0 00
            fin 2>
            fin 2<`,
        },
      ],
    }),
    sessionRule({
      name: 'lost-session-reused',
      refs: { '5.0': ['MQTT-3.2.2-5'] },
      party: 'client',
      needs: 'nothing',
      hint: 'forget messages under way when CONNACK has Session Present 0',
      asked: 'odd-flow',
      on: ['PUBLISH', 'PUBREL'],
      check(packet, verdict, event) {
        if (packet.type !== 'PUBLISH' || packet.dup === true) reused(packet.packetId, verdict, event);
      },
      closed({ conversation }, verdict) {
        const { link, client } = conversation;
        const flows = link?.lostFlows;
        if (flows === undefined || flows.inFlight === 0) return;
        if (client.lastTime > link!.accepted!.time + ROUND_TRIP) verdict.hold();
      },
      violates: [
        {
          title: 'PUBLISH again on a session that is gone',
          transcript: `${EXPIRED}
            2> 3a { "t" 0001 p 'x' }
            2< 40 { 0001 }`,
          frame: 6,
          at: 5,
          length: 2,
          unavoidable: ['publish-dup-first-qos-1'],
        },
      ],
      complies: [
        {
          title: 'PUBLISH as new',
          transcript: `${EXPIRED}
            2> 32 { "t" 0001 p 'x' }
            2< 40 { 0001 }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
