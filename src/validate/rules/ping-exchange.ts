// PINGREQ and its PINGRESP (3.12.4, 3.13).

import type { FrameRef } from '../finding.js';
import { conversationRule, type RuleSet, type Verdict } from '../rule.js';
import { GRACE, spanText } from '../state/grace.js';

const OPENED = '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n';

function missing(verdict: Verdict, ping: FrameRef, until: number): void {
  const message = `no PINGRESP came in ${spanText(until - ping.time)}, though the server was there`;
  verdict.violate({ message, frame: ping, since: ping.time });
}

export const PING_EXCHANGE: RuleSet = {
  rules: [
    conversationRule({
      name: 'pingreq-unanswered',
      refs: { '3.1': ['§3.12'], '3.1.1': ['MQTT-3.12.4-1'], '5.0': ['MQTT-3.12.4-1'] },
      party: 'server',
      hint: 'answer every PINGREQ with PINGRESP',
      needs: 'server',
      on: ['PINGREQ', 'PINGRESP'],
      faults: 'odd',
      check({ type }, verdict, { fromClient, conversation: { pings, server } }) {
        if (type === 'PINGRESP') {
          if (!fromClient && pings.open.length > 0) verdict.hold();
          return;
        }
        const missed = fromClient ? pings.missed(server.lastTime) : undefined;
        if (missed !== undefined) missing(verdict, missed, server.lastTime);
      },
      closed({ conversation: { pings, server, opening, client }, closed: { by, how, began, complete } }, verdict) {
        const [first] = pings.open;
        if (first === undefined || !opening.accepted || client.offence !== undefined) return;
        const missed = pings.missed(server.lastTime);
        if (missed !== undefined) missing(verdict, missed, server.lastTime);
        // Its FIN shows that the server was there and had received what came before.
        else if (by === 'client' && how === 'fin' && complete && began - first.time > GRACE)
          missing(verdict, first, began);
      },
      violates: [
        {
          title: 'PUBLISH comes, PINGRESP does not',
          transcript: `${OPENED}> 82 { 0001 p "t" 00 }\n< 90 { 0001 p 00 }\n> c0 00\nwait 30s\n< 30 { "t" p 'x' }\n> c0 00\n< d0 00\n> e0 00\nfin >\nfin <`,
          frame: 5,
        },
        {
          title: 'nothing comes until the client gives up',
          transcript: `${OPENED}> c0 00\nwait 30s\nfin >\nfin <`,
          frame: 3,
        },
      ],
      complies: [{ title: 'PINGRESP', transcript: `${OPENED}> c0 00\n< d0 00` }],
    }),
    conversationRule({
      name: 'pingresp-unasked',
      refs: { '3.1': ['§3.13'], '3.1.1': ['§3.13'], '5.0': ['§3.13'] },
      level: 'should',
      party: 'server',
      hint: 'send PINGRESP in answer to PINGREQ only, once each',
      needs: 'client',
      on: ['PINGRESP'],
      faults: 'odd',
      check(_packet, verdict, { fromClient, conversation: { pings } }) {
        if (fromClient) return;
        if (pings.open.length > 0) verdict.hold();
        else verdict.violate({ message: 'PINGRESP without a PINGREQ that waits for it' });
      },
      violates: [{ title: 'PINGRESP twice', transcript: `${OPENED}> c0 00\n< d0 00\n< d0 00`, frame: 5 }],
      complies: [{ title: 'PINGRESP once', transcript: `${OPENED}> c0 00\n< d0 00` }],
    }),
  ],
  unjudged: [],
};
