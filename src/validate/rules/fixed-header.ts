// The first byte of a packet (2.2.1, 2.2.2; 5.0: 2.1.2, 2.1.3): types that exist, who may send them, flags that are fixed.
// 3.1 gives most of these flags no meaning and asks nobody to check them: there it is a remark.

import { PACKET_TYPES } from '../../spec/packets.js';
import { accuse } from '../doubt.js';
import type { PacketEvent } from '../event.js';
import type { Example, Violation } from '../example.js';
import { reportProblems } from '../problems.js';
import { conversationRule, frameRule, type Rule, type RuleSet, type Verdict } from '../rule.js';
import { OPENED } from '../samples.js';
import type { PacketOf, PacketType } from '../seen.js';

const FIXED: ReadonlyMap<string, number> = new Map(
  PACKET_TYPES.flatMap((row) => ('headerFlags' in row ? [[row.type, row.headerFlags] as const] : [])),
);
const SENDER: ReadonlyMap<string, string> = new Map(PACKET_TYPES.map(({ type, sender }) => [type, sender]));

type Flagged = Exclude<PacketType, 'PUBLISH' | 'RESERVED'>;

const binary = (flags: number): string => `0b${flags.toString(2).padStart(4, '0')}`;

function checkFlags({ type, headerFlags }: PacketOf<Flagged>, verdict: Verdict, event: PacketEvent): void {
  if (headerFlags === undefined) {
    verdict.hold();
    return;
  }
  const message = `the flags of the fixed header are ${binary(headerFlags)}, ${binary(FIXED.get(type)!)} is fixed`;
  accuse(verdict, event, { message, path: `${type.toLowerCase()}.headerFlags` });
}

/** The flags of one packet type, or of those without a statement of their own. */
function flagsRule(
  name: string,
  on: readonly Flagged[],
  refs: Rule['refs'],
  violates: readonly Violation[],
  complies: readonly Example[],
): Rule {
  const hint = 'set the four low bits of the first byte to their fixed value';
  return frameRule({
    name,
    refs,
    party: 'sender',
    hint,
    due: 0x81,
    faults: 'odd',
    on,
    check: checkFlags,
    violates,
    complies,
  });
}

const FLAGS = { length: 1, at: 0, bits: [3, 0] } as const;

const WITHOUT_OWN: readonly Flagged[] = [
  'CONNECT',
  'CONNACK',
  'PUBACK',
  'PUBREC',
  'PUBCOMP',
  'SUBACK',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
];

/** PUBLISH flows in both directions, its answers too: of these the sender does not matter. */
const ONE_SENDER = [
  'CONNECT',
  'CONNACK',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
] as const;

const QOS_2 = `${OPENED}> 34 { "a" 0001 p 'x' }\n< 50 02 0001\n`;

export const FIXED_HEADER: RuleSet = {
  rules: [
    flagsRule(
      'header-reserved-flags',
      WITHOUT_OWN,
      { '3.1.1': ['MQTT-2.2.2-1'], '5.0': ['MQTT-2.1.3-1'] },
      [
        { title: 'a CONNECT with flag 1', transcript: '> 11 { proto 02 003c p "c1" }\nfin <', frame: 1, ...FLAGS },
        { title: 'a PINGREQ with flag 8', transcript: `${OPENED}> c8 00\nfin <`, frame: 3, ...FLAGS },
      ],
      [{ title: 'flags of 0', transcript: `${OPENED}> c0 00\n< d0 00` }],
    ),
    flagsRule(
      'pubrel-reserved-flags',
      ['PUBREL'],
      { '3.1.1': ['MQTT-3.6.1-1', 'MQTT-2.2.2-1'], '5.0': ['MQTT-3.6.1-1', 'MQTT-2.1.3-1'] },
      [{ title: 'a PUBREL with flags 0', transcript: `${QOS_2}> 60 02 0001\nfin <`, frame: 5, ...FLAGS }],
      [{ title: 'a PUBREL with flags 2', transcript: `${QOS_2}> 62 02 0001\n< 70 02 0001` }],
    ),
    flagsRule(
      'subscribe-reserved-flags',
      ['SUBSCRIBE'],
      { '3.1.1': ['MQTT-3.8.1-1', 'MQTT-2.2.2-1'], '5.0': ['MQTT-3.8.1-1', 'MQTT-2.1.3-1'] },
      [
        {
          title: 'a SUBSCRIBE with flags 0',
          transcript: `${OPENED}> 80 { 0001 p "a" 00 }\nfin <`,
          frame: 3,
          ...FLAGS,
        },
      ],
      [{ title: 'a SUBSCRIBE with flags 2', transcript: `${OPENED}> 82 { 0001 p "a" 00 }\n< 90 { 0001 p 00 }` }],
    ),
    flagsRule(
      'unsubscribe-reserved-flags',
      ['UNSUBSCRIBE'],
      { '3.1.1': ['MQTT-3.10.1-1', 'MQTT-2.2.2-1'], '5.0': ['MQTT-3.10.1-1', 'MQTT-2.1.3-1'] },
      [
        {
          title: 'an UNSUBSCRIBE with flags 0',
          transcript: `${OPENED}> a0 { 0001 p "a" }\nfin <`,
          frame: 3,
          ...FLAGS,
        },
      ],
      [{ title: 'an UNSUBSCRIBE with flags 2', transcript: `${OPENED}> a2 { 0001 p "a" }\n< b0 { 0001 p 5:11 }` }],
    ),
    flagsRule(
      'disconnect-reserved-flags',
      ['DISCONNECT'],
      { '3.1.1': ['MQTT-3.14.1-1', 'MQTT-2.2.2-1'], '5.0': ['MQTT-3.14.1-1', 'MQTT-2.1.3-1'] },
      [{ title: 'a DISCONNECT with flag 1', transcript: `${OPENED}> e1 00\nfin >`, frame: 3, ...FLAGS }],
      [{ title: 'a DISCONNECT with flags 0', transcript: `${OPENED}> e0 00\nfin >` }],
    ),
    flagsRule(
      'auth-reserved-flags',
      ['AUTH'],
      { '5.0': ['MQTT-3.15.1-1', 'MQTT-2.1.3-1'] },
      [
        {
          title: 'an AUTH with flag 1',
          transcript:
            '> 10 { proto 02 003c p{ 15 "M" } "c1" }\n< f0 { 18 p{ 15 "M" } }\n> f1 { 18 p{ 15 "M" } }\nfin <',
          frame: 3,
          ...FLAGS,
        },
      ],
      [
        {
          title: 'an AUTH with flags 0',
          transcript:
            '> 10 { proto 02 003c p{ 15 "M" } "c1" }\n< f0 { 18 p{ 15 "M" } }\n> f0 { 18 p{ 15 "M" } }\n< 20 { 00 00 p{ 15 "M" } }',
        },
      ],
    ),
    frameRule({
      name: 'header-unused-flags',
      refs: { '3.1': ['§2.6'] },
      level: 'note',
      party: 'sender',
      hint: 'set flags without a meaning to 0: later versions refuse others',
      faults: 'odd',
      on: [...WITHOUT_OWN, 'PUBREL', 'SUBSCRIBE', 'UNSUBSCRIBE', 'DISCONNECT'],
      check({ type, headerFlags }, verdict, event) {
        const fixed = FIXED.get(type)!;
        // 3.1, 3.6, 3.8, 3.10: what goes out at QoS 1 has a DUP flag too.
        if (headerFlags === undefined || (fixed !== 0 && (headerFlags & 7) === fixed)) verdict.hold();
        else {
          const message = `the flags of the fixed header are ${binary(headerFlags)}, ${binary(fixed)} is usual`;
          accuse(verdict, event, { message, path: `${type.toLowerCase()}.headerFlags` });
        }
      },
      violates: [{ title: 'a PINGREQ with flag 8', transcript: `${OPENED}> c8 00\n< d0 00`, frame: 3, ...FLAGS }],
      complies: [
        { title: 'flags of 0, and DUP where it has a meaning', transcript: `${QOS_2}> 6a 02 0001\n< 70 02 0001` },
      ],
    }),
    conversationRule({
      name: 'packet-type-reserved',
      refs: { '3.1': ['§2.1'], '3.1.1': ['§2.2.1'], '5.0': ['§2.1.2'] },
      party: 'sender',
      needs: 'sender',
      hint: 'send the packet types of the version that CONNECT announced; AUTH (15) is one of 5.0 only',
      due: 0x81,
      faults: 'odd',
      otherwise: 'holds',
      on: ['RESERVED', ...WITHOUT_OWN, 'PUBREL', 'SUBSCRIBE', 'UNSUBSCRIBE', 'DISCONNECT', 'AUTH'],
      check({ type }, verdict, event) {
        if (type === 'RESERVED') reportProblems('packet-type-reserved', verdict, event);
        else verdict.hold();
      },
      layer({ layer, code }, verdict) {
        if (layer !== 'framing' || code !== 'reserved-type') return;
        verdict.violate({ message: 'packet type 0 is reserved' });
      },
      violates: [
        { title: 'packet type 0', transcript: `${OPENED}> 00 00\nfin <`, frame: 0 },
        {
          title: 'packet type 15 before 5.0',
          transcript: `${OPENED}> f0 02 1800\nfin <`,
          versions: ['3.1', '3.1.1'],
          frame: 3,
          at: 0,
          length: 1,
        },
      ],
      complies: [{ title: 'packet types that exist', transcript: `${OPENED}> c0 00\n< d0 00` }],
    }),
    frameRule({
      name: 'packet-wrong-sender',
      refs: { '3.1': ['§2.1'], '3.1.1': ['§2.2.1'], '5.0': ['§2.1.2'] },
      party: 'sender',
      hint: 'send what is yours: requests go to the server, answers to the client, DISCONNECT before 5.0 to the server only',
      due: 0x82,
      faults: 'odd',
      on: ONE_SENDER,
      check({ type }, verdict, event) {
        // 3.14: since 5.0 a server may send it too.
        if (type === 'DISCONNECT' && event.frame.version === '5.0') return;
        const may = SENDER.get(type)!;
        if ((may === 'client') === event.fromClient) verdict.hold();
        else
          accuse(verdict, event, { message: `only a ${may} sends ${type}`, path: `${type.toLowerCase()}.packetType` });
      },
      violates: [
        {
          title: 'a SUBSCRIBE of the server',
          transcript: `${OPENED}< 82 { 0001 p "a" 00 }\nfin >`,
          frame: 3,
          at: 0,
          length: 1,
          bits: [7, 4],
        },
        {
          title: 'a DISCONNECT of the server before 5.0',
          transcript: `${OPENED}< e0 00\nfin <`,
          versions: ['3.1', '3.1.1'],
          frame: 3,
          at: 0,
          length: 1,
          bits: [7, 4],
        },
        {
          title: 'a PINGREQ of the server',
          transcript: `${OPENED}< c0 00\nfin >`,
          frame: 3,
          at: 0,
          length: 1,
          bits: [7, 4],
        },
      ],
      complies: [{ title: 'each its own', transcript: `${OPENED}> c0 00\n< d0 00` }],
    }),
  ],
  unjudged: [],
};
