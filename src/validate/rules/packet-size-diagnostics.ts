// Reason String and User Properties that make a packet longer than the Maximum Packet Size of its receiver (5.0): each packet
// type that may carry them has a statement for either.

import type { Property } from '../../codec/packet.js';
import { conversationRule, type Ref, type Rule, type RuleSet } from '../rule.js';
import type { PacketType } from '../seen.js';
import { culpritOf, HINT, tooLong } from './packet-size.js';

interface Row {
  readonly type: Extract<
    PacketType,
    'CONNACK' | 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP' | 'SUBACK' | 'UNSUBACK' | 'DISCONNECT' | 'AUTH'
  >;
  /** The statements about Reason String and User Property. */
  readonly reason: Ref;
  readonly user: Ref;
  /** What leads to the packet, and the packet with these properties. */
  readonly before: string;
  packet(properties: string): string;
  /** Number of the packet in the transcript. */
  readonly frame: number;
  /** Byte at which the properties begin. */
  readonly at: number;
  /** What makes the dialogue whole. */
  readonly after?: string;
}

/** A client that takes packets of 20 bytes; a server that does. */
const CLIENT_20 = '> 10 { proto 02 003c p{ 27 00000014 } "c1" }\n< 20 { 00 00 p }\n';
const SERVER_20 = '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p{ 27 00000014 } }\n';

const ROWS: readonly Row[] = [
  {
    type: 'CONNACK',
    ...{ reason: 'MQTT-3.2.2-19', user: 'MQTT-3.2.2-20' },
    before: '> 10 { proto 02 003c p{ 27 00000014 } "c1" }\n',
    packet: (properties) => `< 20 { 00 00 p{ ${properties} } }\n`,
    ...{ frame: 2, at: 5 },
  },
  {
    type: 'PUBACK',
    ...{ reason: 'MQTT-3.4.2-2', user: 'MQTT-3.4.2-3' },
    before: `${CLIENT_20}> 32 { "a" 0007 p 'x' }\n`,
    packet: (properties) => `< 40 { 0007 00 p{ ${properties} } }\n`,
    ...{ frame: 4, at: 6 },
  },
  {
    type: 'PUBREC',
    ...{ reason: 'MQTT-3.5.2-2', user: 'MQTT-3.5.2-3' },
    before: `${CLIENT_20}> 34 { "a" 0007 p 'x' }\n`,
    packet: (properties) => `< 50 { 0007 00 p{ ${properties} } }\n`,
    ...{ frame: 4, at: 6 },
  },
  {
    type: 'PUBREL',
    ...{ reason: 'MQTT-3.6.2-2', user: 'MQTT-3.6.2-3' },
    before: `${SERVER_20}> 34 { "a" 0007 p 'x' }\n< 50 { 0007 }\n`,
    packet: (properties) => `> 62 { 0007 00 p{ ${properties} } }\n`,
    ...{ frame: 5, at: 6 },
  },
  {
    type: 'PUBCOMP',
    ...{ reason: 'MQTT-3.7.2-2', user: 'MQTT-3.7.2-3' },
    before: `${CLIENT_20}> 34 { "a" 0007 p 'x' }\n< 50 { 0007 }\n> 62 { 0007 }\n`,
    packet: (properties) => `< 70 { 0007 00 p{ ${properties} } }\n`,
    ...{ frame: 6, at: 6 },
  },
  {
    type: 'SUBACK',
    ...{ reason: 'MQTT-3.9.2-1', user: 'MQTT-3.9.2-2' },
    before: `${CLIENT_20}> 82 { 0001 p "t" 01 }\n`,
    packet: (properties) => `< 90 { 0001 p{ ${properties} } 01 }\n`,
    ...{ frame: 4, at: 5 },
  },
  {
    type: 'UNSUBACK',
    ...{ reason: 'MQTT-3.11.2-1', user: 'MQTT-3.11.2-2' },
    before: `${CLIENT_20}> a2 { 0001 p "t" }\n`,
    packet: (properties) => `< b0 { 0001 p{ ${properties} } 11 }\n`,
    ...{ frame: 4, at: 5 },
  },
  {
    type: 'DISCONNECT',
    ...{ reason: 'MQTT-3.14.2-3', user: 'MQTT-3.14.2-4' },
    before: CLIENT_20,
    packet: (properties) => `< e0 { 8b p{ ${properties} } }\n`,
    ...{ frame: 3, at: 4 },
    after: 'fin <\nfin >',
  },
  {
    type: 'AUTH',
    ...{ reason: 'MQTT-3.15.2-2', user: 'MQTT-3.15.2-3' },
    before: '> 10 { proto 02 003c p{ 27 00000014 15 "m" } "c1" }\n',
    packet: (properties) => `< f0 { 18 p{ ${properties} 15 "m" } }\n`,
    ...{ frame: 2, at: 4 },
    after: '> f0 { 18 p{ 15 "m" } }\n< 20 { 00 00 p{ 15 "m" } }',
  },
];

const PROPERTIES = {
  reasonString: { words: 'reason-string', long: '1f "twenty-two characters!"', length: 25, short: '1f "ok"' },
  userProperty: { words: 'user-property', long: '26 "k" "twenty characters !!"', length: 26, short: '26 "k" "v"' },
} as const;

/** Where the first of that name stands, so that it can be named; -1 when there is none. */
function indexOf(properties: readonly Property[] | undefined, name: Property['name']): number {
  if (properties !== undefined) {
    for (let i = 0; i < properties.length; i++) if (properties[i]!.name === name) return i;
  }
  return -1;
}

function diagnostic(row: Row, name: keyof typeof PROPERTIES, ref: Ref): Rule {
  const { type, before, packet, frame, at, after = '' } = row;
  const { words, long, length, short } = PROPERTIES[name];
  return conversationRule({
    name: `${words}-too-large-${type.toLowerCase()}`,
    refs: { '5.0': [ref] },
    party: 'sender',
    hint: HINT,
    needs: 'nothing',
    due: 0x95,
    on: [type],
    asked: 'properties',
    check({ properties }, verdict, event) {
      const { maximumPacketSize, known } = event.receiver.limits;
      if (maximumPacketSize === Number.POSITIVE_INFINITY || !known) return;
      const index = indexOf(properties, name);
      if (index < 0) return;
      if (event.frame.length <= maximumPacketSize) verdict.hold();
      else if (culpritOf(event) === name) tooLong(verdict, event, `${type.toLowerCase()}.properties[${index}]`);
    },
    violates: [
      { title: 'it makes the packet longer than 20 bytes', transcript: `${before}${packet(long)}`, frame, at, length },
    ],
    complies: [{ title: 'there is room for it', transcript: `${before}${packet(short)}${after}` }],
  });
}

export const PACKET_SIZE_DIAGNOSTICS: RuleSet = {
  rules: ROWS.flatMap((row) => [
    diagnostic(row, 'reasonString', row.reason),
    diagnostic(row, 'userProperty', row.user),
  ]),
  unjudged: [],
};
