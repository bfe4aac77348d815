// PUBLISH as it stands (3.3): its flags and its Packet Identifier. Topics and properties have files of their own.

import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';

const SUBSCRIBED = `${OPENED}> 82 { 0001 p "a" 01 }
                    < 90 { 0001 p 01 }
                    `;

export const PUBLISH: RuleSet = {
  rules: [
    frameRule({
      name: 'publish-dup-qos-0',
      refs: { '3.1.1': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'], '5.0': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'] },
      party: 'sender',
      hint: 'send QoS 0 messages once, with DUP 0',
      asked: 'qos-0',
      faults: 'odd',
      otherwise: 'holds',
      on: ['PUBLISH'],
      check({ qos, dup }, verdict) {
        if (qos !== 0) return;
        if (dup) verdict.violate({ message: 'DUP is 1 on a QoS 0 message', path: 'publish.dup' });
        else verdict.hold();
      },
      violates: [
        {
          title: 'DUP with QoS 0',
          transcript: `${OPENED}> 38 { "a" p 'x' }`,
          frame: 3,
          at: 0,
          length: 1,
          bits: [3, 3],
        },
      ],
      complies: [{ title: 'QoS 0 without DUP', transcript: `${OPENED}> 30 { "a" p 'x' }` }],
    }),
    frameRule({
      name: 'publish-qos-3',
      refs: { '3.1': ['§2.1'], '3.1.1': ['MQTT-3.3.1-4'], '5.0': ['MQTT-3.3.1-4'] },
      party: 'sender',
      hint: 'use QoS 0, 1 or 2',
      due: 0x81,
      faults: 'odd',
      otherwise: 'holds',
      on: ['PUBLISH'],
      check({ qos }, verdict) {
        if (qos === undefined) return;
        if (qos === 3) verdict.violate({ message: 'both QoS bits are 1: there is no QoS 3', path: 'publish.qos' });
        else verdict.hold();
      },
      violates: [
        {
          title: 'both QoS bits set',
          transcript: `${OPENED}> 36 { "a" 0007 p 'x' }
                       > c0 00`,
          frame: 3,
          at: 0,
          length: 1,
          bits: [2, 1],
        },
      ],
      complies: [{ title: 'QoS 2', transcript: `${OPENED}> 34 { "a" 0007 p 'x' }` }],
    }),
    frameRule({
      name: 'packet-identifier-0',
      refs: { '3.1': ['§2.4'], '3.1.1': ['MQTT-2.3.1-1'], '5.0': ['MQTT-2.2.1-3'] },
      party: 'sender',
      hint: 'number requests and QoS 1 and 2 messages from 1 to 65535',
      due: 0x82,
      asked: 'identified',
      faults: 'odd',
      on: ['PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE'],
      check({ type, packetId }, verdict, { fromClient, frame }) {
        // 5.0 says it of servers in a statement of its own.
        if (packetId === undefined || (!fromClient && frame.version === '5.0')) return;
        if (packetId !== 0) verdict.hold();
        else verdict.violate({ message: `${type} has Packet Identifier 0`, path: `${type.toLowerCase()}.packetId` });
      },
      violates: [
        {
          title: 'a QoS 1 message under 0',
          transcript: `${OPENED}> 32 { "a" 0000 p 'x' }`,
          frame: 3,
          at: 5,
          length: 2,
        },
        { title: 'a SUBSCRIBE under 0', transcript: `${OPENED}> 82 { 0000 p "a" 00 }`, frame: 3, at: 2, length: 2 },
        { title: 'an UNSUBSCRIBE under 0', transcript: `${OPENED}> a2 { 0000 p "a" }`, frame: 3, at: 2, length: 2 },
      ],
      complies: [
        { title: 'a QoS 1 message under 1', transcript: `${OPENED}> 32 { "a" 0001 p 'x' }` },
        { title: 'requests under 65535 and 1', transcript: `${OPENED}> 82 { ffff p "a" 00 }\n> a2 { 0001 p "a" }` },
      ],
    }),
    frameRule({
      name: 'server-packet-identifier-0',
      from: 'server',
      refs: { '5.0': ['MQTT-2.2.1-4'] },
      party: 'server',
      hint: 'number QoS 1 and 2 messages from 1 to 65535',
      due: 0x82,
      asked: 'identified',
      faults: 'odd',
      otherwise: 'holds',
      on: ['PUBLISH'],
      check({ packetId }, verdict, { fromClient }) {
        if (packetId === undefined || fromClient) return;
        if (packetId !== 0) verdict.hold();
        else verdict.violate({ message: 'PUBLISH has Packet Identifier 0', path: 'publish.packetId' });
      },
      violates: [
        { title: 'a delivery under 0', transcript: `${SUBSCRIBED}< 32 { "a" 0000 p 'x' }`, frame: 5, at: 5, length: 2 },
      ],
      complies: [{ title: 'a delivery under 1', transcript: `${SUBSCRIBED}< 32 { "a" 0001 p 'x' }` }],
    }),
  ],
  unjudged: [
    {
      refs: { '3.1.1': ['MQTT-2.3.1-5'], '5.0': ['MQTT-2.2.1-2'] },
      kind: 'unobservable',
      why: 'with QoS 0 nothing stands between topic and what follows it: two bytes put there are payload (5.0: a Property Length) to every reader',
    },
  ],
};
