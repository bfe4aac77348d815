// Flow control of 5.0 (3.3.4, 4.9): no more QoS 1 and 2 messages under way than the receiver's Receive Maximum, and nothing
// but PUBLISH waits for it. Acknowledgements are seen no later than the sender gets them, so what is counted as under way
// is never more than the sender knows of.

import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import type { Flows } from '../state/flows.js';
import { GRACE, spanText } from '../state/grace.js';

/** An acknowledgement that comes so soon after the quota was there again waited for it (ns). */
const AT_ONCE = 1e9;

const ACCEPTED = `> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p{ 21 0001 } }\n`;
const ONE_AT_A_TIME = `> 10 { proto 02 003c p{ 21 0001 } "c1" }\n< 20 { 00 00 p }\n> 82 { 0001 p "t" 02 }\n< 90 { 0001 p 02 }\n`;

/** Since when the messages that count are under way: what the receiver sent before does not matter. */
function since(flows: Flows): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { isCounted, sentAt } of flows.open()) if (isCounted) earliest = Math.min(earliest, sentAt);
  return earliest;
}

type Head = Pick<Rule, 'refs' | 'violates' | 'complies'>;

function exceeded(owner: 'client' | 'server', head: Head): Rule {
  return conversationRule({
    ...head,
    name: `receive-maximum-exceeded-${owner}`,
    party: owner,
    hint: 'wait for acknowledgements before more QoS 1 and 2 messages than the Receive Maximum are under way',
    needs: 'both',
    due: 0x93,
    on: ['PUBLISH'],
    from: owner,
    asked: 'flow',
    faults: 'quota',
    check(_packet, verdict, { flow, receiver, time }) {
      if (flow === undefined || flow.flows.owner !== owner || !receiver.limits.known) return;
      if (flow.kind !== 'new' && flow.kind !== 'resumed' && flow.kind !== 'late') return;
      const { inFlight, quota } = flow.flows;
      if (inFlight < quota) return verdict.hold();
      const message = `${inFlight} QoS 1 and 2 messages are not acknowledged, and the Receive Maximum is ${quota}`;
      const fault = { message, since: since(flow.flows) };
      if (receiver.limits.reached(time)) verdict.violate(fault);
      else verdict.inconclusive('the client was sending before CONNACK told it the Receive Maximum', fault);
    },
  });
}

function delayed(owner: 'client' | 'server', head: Head): Rule {
  return conversationRule({
    ...head,
    name: `acknowledgement-waits-for-quota-${owner}`,
    party: owner,
    hint: 'let nothing but PUBLISH wait for the Receive Maximum of the other side',
    needs: 'both',
    on: ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'],
    from: owner,
    asked: 'quota',
    check({ type }, verdict, { flow, sender, time }) {
      if (sender.role !== owner || flow?.kind !== 'answers') return;
      const { flows } = sender;
      if (flows.inFlight >= flows.quota) return verdict.hold();
      const { stepAt, packetId } = flow.exchange!;
      const { fullSince, freedAt } = flows;
      if (!(fullSince <= stepAt && freedAt - stepAt >= GRACE && time - freedAt <= AT_ONCE)) return;
      const message = `${type} for Packet Identifier ${packetId} came ${spanText(time - stepAt)} after it was due, as soon as the Receive Maximum allowed a PUBLISH again`;
      verdict.violate({ message, since: fullSince });
    },
  });
}

export const RECEIVE_MAXIMUM: RuleSet = {
  rules: [
    exceeded('client', {
      refs: { '5.0': ['MQTT-3.3.4-7', 'MQTT-4.9.0-2', 'MQTT-4.9.0-1'] },
      violates: [
        {
          title: 'two messages under way, Receive Maximum 1',
          transcript: `${ACCEPTED} > 32 { "a" 0007 p 'x' }\n > 32 { "a" 0008 p 'y' }`,
          frame: 4,
        },
        {
          title: 'PUBREC does not make room',
          transcript: `${ACCEPTED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 32 { "a" 0008 p 'y' }`,
          frame: 5,
        },
      ],
      complies: [
        {
          title: 'one after the other',
          transcript: `${ACCEPTED} > 32 { "a" 0007 p 'x' }\n < 40 { 0007 }\n > 34 { "a" 0008 p 'y' }\n < 50 { 0008 97 }\n > 32 { "a" 0009 p 'z' }\n < 40 { 0009 }`,
        },
        { title: 'none announced', transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n > 32 { "a" 0008 p 'y' }` },
      ],
    }),
    exceeded('server', {
      refs: { '5.0': ['MQTT-3.3.4-9', 'MQTT-4.9.0-2', 'MQTT-4.9.0-1'] },
      violates: [
        {
          title: 'two messages under way, Receive Maximum 1',
          transcript: `${ONE_AT_A_TIME} < 32 { "t" 0007 p 'x' }\n < 32 { "t" 0008 p 'y' }`,
          frame: 6,
        },
      ],
      complies: [
        {
          title: 'one after the other',
          transcript: `${ONE_AT_A_TIME} < 32 { "t" 0007 p 'x' }\n > 40 { 0007 }\n < 32 { "t" 0008 p 'y' }\n > 40 { 0008 }`,
        },
      ],
    }),
    delayed('client', {
      refs: { '5.0': ['MQTT-3.3.4-8', 'MQTT-4.9.0-3'] },
      violates: [
        {
          title: 'PUBACK of a client waits for the PUBACK of the server',
          transcript: `${ACCEPTED} > 82 { 0001 p "t" 01 }\n < 90 { 0001 p 01 }\n > 32 { "a" 0007 p 'x' }\n < 32 { "t" 0001 p 'y' }
            wait 12s\n < 40 { 0007 }\n > 40 { 0001 }`,
          frame: 8,
        },
      ],
      complies: [
        {
          title: 'PUBACK while no PUBLISH may be sent',
          transcript: `${ACCEPTED} > 82 { 0001 p "t" 01 }\n < 90 { 0001 p 01 }\n > 32 { "a" 0007 p 'x' }\n < 32 { "t" 0001 p 'y' }
            > 40 { 0001 }\n < 40 { 0007 }`,
        },
      ],
    }),
    delayed('server', {
      refs: { '5.0': ['MQTT-4.9.0-3'] },
      violates: [
        {
          title: 'PUBACK of a server waits for the PUBACK of the client',
          transcript: `${ONE_AT_A_TIME} < 32 { "t" 0007 p 'x' }\n > 32 { "a" 0001 p 'y' }\n wait 12s\n > 40 { 0007 }\n < 40 { 0001 }`,
          frame: 8,
        },
      ],
      complies: [
        {
          title: 'PUBACK while no PUBLISH may be sent',
          transcript: `${ONE_AT_A_TIME} < 32 { "t" 0007 p 'x' }\n > 32 { "a" 0001 p 'y' }\n < 40 { 0001 }\n > 40 { 0007 }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
