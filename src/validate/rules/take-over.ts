// One client identifier, one connection: when a second CONNECT is accepted, the server ends the first connection (3.1.4,
// 3.1: 3.1 Response), in 5.0 with a DISCONNECT that says why. It may do so before or after the CONNACK of the second.

import type { ClosedEvent, PacketEvent } from '../event.js';
import { type RuleSet, sessionRule } from '../rule.js';
import { GRACE, spanText } from '../state/grace.js';
import type { Link } from '../state/link.js';

const SESSION_TAKEN_OVER = 0x8e;

/** The connection that an accepting CONNACK at hand takes over. */
function takenOver({ conversation, packet, fromClient }: PacketEvent): Link | undefined {
  const { link } = conversation;
  if (packet.type !== 'CONNACK' || fromClient || link === undefined || link.answered !== undefined) return undefined;
  return (packet.reasonCode ?? packet.returnCode) === 0 ? link.takesOver : undefined;
}

/** The accepted connection that took over the one that ends here. */
function taker({ conversation }: ClosedEvent): Link | undefined {
  const by = conversation.link?.takenOverBy;
  return by?.accepted === undefined ? undefined : by;
}

/** 5.0: whether the server said that the session was taken over; undefined when it need not. */
function isAnnounced({ server, client }: Link, by: 'client' | 'server' | undefined): boolean | undefined {
  if (server.disconnectReason === SESSION_TAKEN_OVER) return true;
  return by === 'server' && client.disconnect === undefined ? false : undefined;
}

const unannounced = ({ server }: Link, asked: number): string => {
  const { disconnect, disconnectReason = 0 } = server;
  const said =
    disconnect === undefined
      ? 'without DISCONNECT'
      : `with Reason Code 0x${disconnectReason.toString(16).padStart(2, '0')}`;
  return `the connection that packet #${asked} (CONNECT) took over was ended ${said}, not with 0x8E (Session taken over)`;
};

const FIRST = `
  > 10 { proto 02 003c p "a" }
  < 20 { 00 00 p }
  wait 5s
  2> 10 { proto 02 003c p "a" }`;

export const TAKE_OVER: RuleSet = {
  rules: [
    sessionRule({
      name: 'take-over-ignored',
      refs: { '3.1': ['§3.1'], '3.1.1': ['MQTT-3.1.4-2'], '5.0': ['MQTT-3.1.4-3'] },
      party: 'server',
      needs: 'nothing',
      hint: 'end the connection of a client that connects again with the same Client Identifier',
      on: ['CONNACK'],
      check(_packet, verdict, event) {
        if (takenOver(event)?.closed?.by === 'server') verdict.hold();
      },
      closed(event, verdict) {
        const by = taker(event);
        if (by === undefined) return;
        const { closed, conversation } = event;
        const since = by.accepted!.time;
        const { lastTime } = conversation.server;
        if (lastTime > since + GRACE) {
          const message = `the server served the connection for ${spanText(lastTime - since)} more, after packet #${by.accepted!.number} had accepted the same client again`;
          verdict.violate({ message, frame: by.asked });
        } else if (closed.by === 'server') verdict.hold();
        else if (closed.by === undefined && closed.time > since + GRACE) {
          const message = `no end of the connection was seen after packet #${by.accepted!.number} had accepted the same client again`;
          verdict.inconclusive('the end of a connection may not have been captured', { message, frame: by.asked });
        }
      },
      violates: [
        {
          title: 'both connections are served',
          transcript: `${FIRST}
            2< 20 { 00 00 p }
            wait 20s
            > c0 00
            < d0 00`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'the first connection is ended after the CONNACK of the second',
          transcript: `${FIRST}
            2< 20 { 00 00 p }
            < e0 02 8e 00
            fin <
            fin >`,
          versions: ['5.0'],
        },
        {
          title: 'the first connection is ended before the CONNACK of the second',
          transcript: `${FIRST}
            fin <
            fin >
            2< 20 { 00 00 p }`,
          versions: ['3.1', '3.1.1'],
        },
      ],
    }),
    sessionRule({
      name: 'take-over-unannounced',
      refs: { '5.0': ['MQTT-3.1.4-3', '§4.13'] },
      level: 'should',
      party: 'server',
      needs: 'server',
      hint: 'send DISCONNECT with Reason Code 0x8E before ending the connection that was taken over',
      on: ['CONNACK'],
      check(_packet, verdict, event) {
        const before = takenOver(event);
        if (before?.closed === undefined) return;
        const announced = isAnnounced(before, before.closed.by);
        if (announced === true) verdict.hold();
        else if (announced === false && before.server.evidence.isWhole) {
          verdict.violate({ message: unannounced(before, event.conversation.link!.asked.number) });
        }
      },
      closed(event, verdict) {
        const by = taker(event);
        const { link } = event.conversation;
        if (by === undefined || link === undefined || by.accepted!.time > event.closed.time) return;
        const announced = isAnnounced(link, event.closed.by);
        if (announced === true) verdict.hold();
        else if (announced === false) verdict.violate({ message: unannounced(link, by.asked.number), frame: by.asked });
      },
      violates: [
        {
          title: 'ended without DISCONNECT before the CONNACK of the second',
          transcript: `${FIRST}
            fin <
            fin >
            2< 20 { 00 00 p }`,
          frame: 4,
        },
        {
          title: 'ended without DISCONNECT after the CONNACK of the second',
          transcript: `${FIRST}
            2< 20 { 00 00 p }
            fin <
            fin >`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'ended with 0x8E',
          transcript: `${FIRST}
            < e0 01 8e
            fin <
            fin >
            2< 20 { 00 00 p }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
