// What a 5.0 server may return: Response Information only to whom asked (3.1.2.11.6), Reason Strings and User Properties
// everywhere only to whom did not decline them (3.1.2.11.7), an Assigned Client Identifier to whom has none (3.2.2.3.7).

import type { Property } from '../../codec/packet.js';
import { conversationRule, type RuleSet } from '../rule.js';

function indexOf(properties: readonly Property[] | undefined, ...names: readonly Property['name'][]): number {
  if (properties === undefined) return -1;
  for (let i = 0; i < properties.length; i++) if (names.includes(properties[i]!.name)) return i;
  return -1;
}

export const OPENING_INFORMATION: RuleSet = {
  rules: [
    conversationRule({
      name: 'response-information-not-requested',
      refs: { '5.0': ['MQTT-3.1.2-28'] },
      party: 'server',
      hint: 'return Response Information only when CONNECT has Request Response Information 1',
      needs: 'nothing',
      on: ['CONNACK'],
      check({ properties }, verdict, { fromClient, conversation: { opening } }) {
        if (fromClient || opening.connect === undefined || opening.wantsResponseInformation) return;
        const at = indexOf(properties, 'responseInformation');
        if (at < 0) verdict.hold();
        else {
          const message = 'CONNACK returns Response Information, which CONNECT does not request';
          verdict.violate({ message, path: `connack.properties[${at}]` });
        }
      },
      violates: [
        {
          title: 'Response Information unasked',
          transcript: '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p{ 1a "r" } }',
          frame: 2,
          at: 5,
          length: 4,
        },
      ],
      complies: [{ title: 'none', transcript: '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }' }],
    }),
    conversationRule({
      name: 'problem-information-declined',
      refs: { '5.0': ['MQTT-3.1.2-29'] },
      party: 'server',
      hint: 'after Request Problem Information 0, send Reason String and User Property in CONNACK, PUBLISH and DISCONNECT only',
      due: 0x82,
      needs: 'nothing',
      asked: 'odd',
      on: ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBACK', 'UNSUBACK', 'AUTH'],
      check({ type, properties }, verdict, { fromClient, conversation: { opening } }) {
        if (fromClient || opening.wantsProblemInformation) return;
        const at = indexOf(properties, 'reasonString', 'userProperty');
        if (at < 0) {
          verdict.hold();
          return;
        }
        const name = properties![at]!.name === 'userProperty' ? 'User Property' : 'Reason String';
        const message = `${type} has a ${name}, though CONNECT says Request Problem Information 0`;
        verdict.violate({ message, path: `${type.toLowerCase()}.properties[${at}]` });
      },
      violates: [
        {
          title: 'Reason String in SUBACK',
          transcript: `> 10 { proto 02 003c p{ 17 00 } "a" }
                       < 20 { 00 00 p }
                       > 82 { 0001 p "t" 00 }
                       < 90 { 0001 p{ 1f "ok" } 00 }`,
          frame: 4,
          at: 5,
          length: 5,
        },
      ],
      complies: [
        {
          title: 'Reason String in CONNACK and DISCONNECT',
          transcript: `> 10 { proto 02 003c p{ 17 00 } "a" }
                       < 20 { 00 00 p{ 1f "ok" } }
                       > 82 { 0001 p "t" 00 }
                       < 90 { 0001 p 00 }
                       < e0 { 8b p{ 1f "bye" } }
                       fin <`,
        },
      ],
    }),
    conversationRule({
      name: 'client-id-not-assigned',
      refs: { '5.0': ['MQTT-3.2.2-16', 'MQTT-3.1.3-7', 'MQTT-3.1.3-6'] },
      party: 'server',
      hint: 'return an Assigned Client Identifier to a client without one',
      needs: 'server',
      on: ['CONNACK'],
      check({ reasonCode, properties }, verdict, { fromClient, conversation: { opening } }) {
        if (fromClient || opening.askedClientId !== '' || opening.connack !== undefined || reasonCode !== 0) return;
        const at = indexOf(properties, 'assignedClientIdentifier');
        if (at >= 0 && properties![at]!.value !== '') verdict.hold();
        else
          verdict.violate({
            message: 'CONNECT has no Client Identifier, and CONNACK assigns none',
            path: 'connack.propertyLength',
          });
      },
      violates: [
        {
          title: 'none assigned',
          transcript: '> 10 { proto 02 003c p "" }\n< 20 { 00 00 p }',
          frame: 2,
          at: 4,
          length: 1,
        },
      ],
      complies: [{ title: 'assigned', transcript: '> 10 { proto 02 003c p "" }\n< 20 { 00 00 p{ 12 "auto-1" } }' }],
    }),
    conversationRule({
      name: 'assigned-client-id-in-use',
      refs: { '5.0': ['MQTT-3.2.2-16', 'MQTT-3.1.3-6'] },
      party: 'server',
      hint: 'assign a Client Identifier that no other session has',
      needs: 'nothing',
      on: ['CONNACK'],
      check({ reasonCode, properties }, verdict, { fromClient, conversation: { opening, broker, link } }) {
        if (fromClient || opening.askedClientId !== '' || opening.connack !== undefined || reasonCode !== 0) return;
        const at = indexOf(properties, 'assignedClientIdentifier');
        if (at < 0) return;
        const id = properties![at]!.value as string;
        const other = broker.sessions.get(id)?.link;
        if (other === undefined || other === link || other.accepted === undefined || other.closed !== undefined) {
          verdict.hold();
          return;
        }
        const message = `CONNACK assigns "${id}", which the client of packet #${other.asked.number} has`;
        const path = `connack.properties[${at}]`;
        // The other connection may have broken off on a way that is not in the capture.
        if (other.server.evidence.isWhole && other.client.evidence.isWhole) verdict.violate({ message, path });
        else verdict.inconclusive('the other connection was not seen whole', { message, path });
      },
      violates: [
        {
          title: 'the identifier of a client that is connected',
          transcript: `> 10 { proto 02 003c p "m1" }
                       < 20 { 00 00 p }
                       2> 10 { proto 02 003c p "" }
                       2< 20 { 00 00 p{ 12 "m1" } }
                       > c0 00
                       < d0 00`,
          frame: 4,
          at: 5,
          length: 5,
        },
      ],
      complies: [
        {
          title: 'two clients, two identifiers',
          transcript: `> 10 { proto 02 003c p "" }
                       < 20 { 00 00 p{ 12 "auto-1" } }
                       2> 10 { proto 02 003c p "" }
                       2< 20 { 00 00 p{ 12 "auto-2" } }`,
        },
      ],
    }),
  ],
  unjudged: [
    {
      refs: { '3.1.1': ['MQTT-3.1.3-6'] },
      kind: 'scenario',
      why: 'the identifier that a server assigns is not sent in 3.1.1: connect two clients without one at once and see that both stay',
    },
  ],
};
