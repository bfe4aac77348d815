// What a 5.0 server announces in CONNACK that it does not support (3.2.2.3.4, 3.2.2.3.5): QoS levels and retained messages, in
// messages of the client and in its will.

import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { numberOf } from '../state/number-property.js';

const QOS_NOT_SUPPORTED = 0x9b;
const RETAIN_NOT_SUPPORTED = 0x9a;
const CROSSED = 'the client was sending before CONNACK told it';
const REFUSED = 'a server may refuse a subscription for other reasons';

const UP_TO_QOS_1 = '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p{ 24 01 } }\n';
const NO_RETAIN = '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p{ 25 00 } }\n';
const WILL_QOS_2 = '> 10 { proto 16 003c p "c1" p "w" 0001 78 }\n';
const WILL_RETAIN = '> 10 { proto 26 003c p "c1" p "w" 0001 78 }\n';
const CLOSED = 'fin <\nfin >';

/** A will that the server announces it cannot publish, and a connection that it accepts all the same. */
function unsupportedWill(
  name: string,
  property: 'maximumQos' | 'retainAvailable',
  head: Pick<Rule, 'refs' | 'violates' | 'complies'>,
): Rule {
  const refusal = property === 'maximumQos' ? QOS_NOT_SUPPORTED : RETAIN_NOT_SUPPORTED;
  return conversationRule({
    ...head,
    name,
    party: 'server',
    hint: 'refuse the connection when its Will Message asks for what the server does not support',
    needs: 'nothing',
    on: ['CONNACK'],
    check({ reasonCode, properties }, verdict, { conversation, fromClient }) {
      const will = conversation.link?.will?.message;
      if (will === undefined || fromClient || reasonCode === undefined) return;
      if (reasonCode === refusal) return verdict.hold();
      const limit = numberOf(properties, property);
      if (reasonCode !== 0 || limit === undefined) return;
      const isBeyond = property === 'maximumQos' ? will.qos > limit : will.retain && limit === 0;
      if (!isBeyond) return verdict.hold();
      const asked =
        property === 'maximumQos' ? `Will QoS ${will.qos}, above the Maximum QoS ${limit}` : 'Will Retain 1';
      const of = property === 'maximumQos' ? '' : ', and retained messages are not available';
      const index = properties!.findIndex((one) => one.name === property);
      const path = `connack.properties[${index}].${property}`;
      verdict.violate({ message: `the connection is accepted with ${asked}${of}`, path });
    },
  });
}

export const SERVER_LIMITS: RuleSet = {
  rules: [
    conversationRule({
      name: 'publish-above-maximum-qos',
      refs: { '5.0': ['MQTT-3.2.2-11'] },
      party: 'client',
      hint: 'publish with the Maximum QoS of CONNACK at most',
      needs: 'nothing',
      due: QOS_NOT_SUPPORTED,
      on: ['PUBLISH'],
      asked: 'limits',
      check({ qos = 0 }, verdict, { fromClient, receiver, time }) {
        const { limits } = receiver;
        if (!fromClient || limits.maximumQos === 2 || !limits.known) return;
        if (qos <= limits.maximumQos) return verdict.hold();
        const fault = { message: `QoS ${qos}, and the server takes ${limits.maximumQos} at most`, path: 'publish.qos' };
        if (limits.reached(time)) verdict.violate(fault);
        else verdict.inconclusive(CROSSED, fault);
      },
      violates: [
        {
          title: 'QoS 2 to a server that takes QoS 1',
          transcript: `${UP_TO_QOS_1}> 34 { "a" 0007 p 'x' }`,
          ...{ frame: 3, at: 0, length: 1, bits: [2, 1] },
        },
      ],
      complies: [
        {
          title: 'QoS 1 to a server that takes QoS 1',
          transcript: `${UP_TO_QOS_1}> 32 { "a" 0007 p 'x' }\n< 40 { 0007 }`,
        },
      ],
    }),
    conversationRule({
      name: 'publish-retain-not-available',
      refs: { '5.0': ['MQTT-3.2.2-14'] },
      party: 'client',
      hint: 'publish with RETAIN 0 to a server without retained messages',
      needs: 'nothing',
      due: RETAIN_NOT_SUPPORTED,
      on: ['PUBLISH'],
      asked: 'limits',
      check({ retain }, verdict, { fromClient, receiver, time }) {
        const { limits } = receiver;
        if (!fromClient || limits.retainAvailable || !limits.known) return;
        if (retain !== true) return verdict.hold();
        const fault = { message: 'RETAIN is 1, and the server has no retained messages', path: 'publish.retain' };
        if (limits.reached(time)) verdict.violate(fault);
        else verdict.inconclusive(CROSSED, fault);
      },
      violates: [
        {
          title: 'RETAIN to a server without retained messages',
          transcript: `${NO_RETAIN}> 31 { "a" p 'x' }`,
          ...{ frame: 3, at: 0, length: 1, bits: [0, 0] },
        },
      ],
      complies: [{ title: 'RETAIN 0', transcript: `${NO_RETAIN}> 30 { "a" p 'x' }` }],
    }),
    conversationRule({
      name: 'maximum-qos-not-announced',
      refs: { '5.0': ['MQTT-3.2.2-9'] },
      party: 'server',
      hint: 'announce Maximum QoS in CONNACK when not all QoS levels are supported',
      needs: 'nothing',
      on: ['CONNACK', 'DISCONNECT'],
      check(packet, verdict, { fromClient, sender }) {
        if (fromClient) return;
        if (packet.type === 'CONNACK') {
          if (packet.reasonCode === 0 && numberOf(packet.properties, 'maximumQos') !== undefined) verdict.hold();
        } else if (packet.reasonCode === QOS_NOT_SUPPORTED && sender.limits.known && sender.limits.maximumQos === 2) {
          const message = 'Reason Code 0x9B (QoS not supported), but CONNACK had no Maximum QoS';
          verdict.violate({ message, path: 'disconnect.reasonCode' });
        }
      },
      violates: [
        {
          title: 'the server ends the connection because of QoS 2, which it had not excluded',
          transcript: `${OPENED}> 34 { "a" 0007 p 'x' }\n< e0 { 9b }\n${CLOSED}`,
          ...{ frame: 4, at: 2, length: 1 },
        },
      ],
      complies: [{ title: 'Maximum QoS 1 in CONNACK', transcript: `${UP_TO_QOS_1}> 30 { "a" p 'x' }` }],
    }),
    conversationRule({
      name: 'subscription-above-maximum-qos-refused',
      refs: { '5.0': ['MQTT-3.2.2-10'] },
      party: 'server',
      hint: 'accept subscriptions with any QoS and grant what is supported',
      needs: 'nothing',
      on: ['SUBACK', 'DISCONNECT'],
      check(packet, verdict, { request, conversation, sender, receiver, fromClient }) {
        const { maximumQos, known } = sender.limits;
        if (fromClient || !known || maximumQos === 2) return;
        if (packet.type === 'DISCONNECT') {
          if (packet.reasonCode !== QOS_NOT_SUPPORTED || receiver.offence !== undefined) return;
          for (const { type, filters, frame } of conversation.requests.all()) {
            if (type !== 'SUBSCRIBE' || !filters.some(({ qos }) => qos > maximumQos)) continue;
            const message = `Reason Code 0x9B (QoS not supported) answers the SUBSCRIBE of packet #${frame.number}`;
            return verdict.violate({ message, path: 'disconnect.reasonCode' });
          }
        } else if (request?.kind === 'answer') {
          for (const [i, { qos }] of request.request!.filters.entries()) {
            const code = request.codes?.[i];
            if (qos <= maximumQos || code === undefined) continue;
            if (code < 0x80) verdict.hold();
            if (code !== 0x80 && code !== 0x83) continue;
            const message = `a subscription with QoS ${qos} is refused, and the Maximum QoS is ${maximumQos}`;
            verdict.inconclusive(REFUSED, { message, path: `suback.reasonCodes[${i}]` });
          }
        }
      },
      violates: [
        {
          title: 'the server ends the connection because of a subscription with QoS 2',
          transcript: `${UP_TO_QOS_1}> 82 { 0001 p "t" 02 }\n< e0 { 9b }\n${CLOSED}`,
          ...{ frame: 4, at: 2, length: 1 },
        },
      ],
      complies: [
        {
          title: 'a subscription with QoS 2 is granted QoS 1',
          transcript: `${UP_TO_QOS_1}> 82 { 0001 p "t" 02 }\n< 90 { 0001 p 01 }`,
        },
      ],
    }),
    unsupportedWill('will-above-maximum-qos-accepted', 'maximumQos', {
      refs: { '5.0': ['MQTT-3.2.2-12'] },
      violates: [
        {
          title: 'Will QoS 2 accepted, Maximum QoS 1 announced',
          transcript: `${WILL_QOS_2}< 20 { 00 00 p{ 24 01 } }`,
          ...{ frame: 2, at: 6, length: 1 },
        },
      ],
      complies: [
        { title: 'Will QoS 2 refused', transcript: `${WILL_QOS_2}< 20 { 00 9b p }\n${CLOSED}` },
        {
          title: 'Will QoS 0 accepted',
          transcript: `> 10 { proto 06 003c p "c1" p "w" 0001 78 }\n< 20 { 00 00 p{ 24 00 } }\n> e0 { }`,
        },
      ],
    }),
    unsupportedWill('will-retain-not-available-accepted', 'retainAvailable', {
      refs: { '5.0': ['MQTT-3.2.2-13'] },
      violates: [
        {
          title: 'Will Retain accepted, Retain Available 0 announced',
          transcript: `${WILL_RETAIN}< 20 { 00 00 p{ 25 00 } }`,
          ...{ frame: 2, at: 6, length: 1 },
        },
      ],
      complies: [{ title: 'Will Retain refused', transcript: `${WILL_RETAIN}< 20 { 00 9a p }\n${CLOSED}` }],
    }),
  ],
  unjudged: [],
};
