// Maximum Packet Size of 5.0 (3.1.2.11.4, 3.2.2.3.6): no packet is longer than its receiver said. A packet that is too long only
// by its Reason String or User Properties is the business of the statement about that property (packet-size-diagnostics.ts).

import type { Property } from '../../codec/packet.js';
import type { PacketEvent } from '../event.js';
import { conversationRule, type Rule, type RuleSet, type Verdict } from '../rule.js';
import type { PacketType } from '../seen.js';

export const HINT =
  'leave out what makes the packet longer than the Maximum Packet Size of its receiver, or the packet';

const DIAGNOSED: ReadonlySet<string> = new Set<PacketType>(
  ['CONNACK', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBACK', 'UNSUBACK', 'DISCONNECT', 'AUTH'], //
);

export type Culprit = 'packet' | 'reasonString' | 'userProperty';

/** What makes a packet too long. */
export function culpritOf({ packet, frame, receiver }: PacketEvent): Culprit {
  if (!DIAGNOSED.has(packet.type) || !('properties' in packet)) return 'packet';
  const { maximumPacketSize } = receiver.limits;
  const withoutUser = frame.length - sizeOf(packet.properties, 'userProperty');
  if (withoutUser <= maximumPacketSize) return 'userProperty';
  return withoutUser - sizeOf(packet.properties, 'reasonString') <= maximumPacketSize ? 'reasonString' : 'packet';
}

function sizeOf(properties: readonly Property[] | undefined, name: 'reasonString' | 'userProperty'): number {
  const encoder = new TextEncoder();
  let size = 0;
  for (const one of properties ?? []) {
    if (one.name !== name) continue;
    const texts = one.name === 'userProperty' ? [one.value.name, one.value.value] : [one.value as string];
    size += 1;
    for (const text of texts) size += 2 + encoder.encode(text).length;
  }
  return size;
}

/** Says that a packet is too long; of a client that may not have known, that it cannot be told. */
export function tooLong(verdict: Verdict, { packet, frame, receiver, time }: PacketEvent, path?: string): void {
  const { limits } = receiver;
  const message = `${packet.type} of ${frame.length} bytes, and the Maximum Packet Size of its receiver is ${limits.maximumPacketSize}`;
  const fault = path === undefined ? { message } : { message, path };
  if (limits.reached(time)) verdict.violate(fault);
  else verdict.inconclusive('the client was sending before CONNACK told it the Maximum Packet Size', fault);
}

function tooLarge(owner: 'client' | 'server', on: readonly PacketType[], head: Head): Rule {
  return conversationRule({
    ...head,
    name: `packet-too-large-${owner}`,
    party: owner,
    hint: HINT,
    needs: 'nothing',
    due: 0x95,
    on,
    from: owner,
    asked: 'limits',
    faults: 'odd',
    check(_packet, verdict, event) {
      const { maximumPacketSize, known } = event.receiver.limits;
      if (maximumPacketSize === Number.POSITIVE_INFINITY || !known || event.sender.role !== owner) return;
      if (event.frame.length <= maximumPacketSize) verdict.hold();
      else if (culpritOf(event) === 'packet') tooLong(verdict, event);
    },
  });
}

type Head = Pick<Rule, 'refs' | 'violates' | 'complies'>;

const ACKNOWLEDGEMENTS = ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const;

export const PACKET_SIZE: RuleSet = {
  rules: [
    tooLarge(
      'server',
      ['CONNACK', 'PUBLISH', ...ACKNOWLEDGEMENTS, 'SUBACK', 'UNSUBACK', 'PINGRESP', 'DISCONNECT', 'AUTH'],
      {
        refs: { '5.0': ['MQTT-3.1.2-24', 'MQTT-3.1.2-25'] },
        violates: [
          {
            title: 'a message of 30 bytes to a client that takes 20',
            transcript: `> 10 { proto 02 003c p{ 27 00000014 } "c1" }\n < 20 { 00 00 p }\n > 82 { 0001 p "t" 00 }\n < 90 { 0001 p 00 }
              < 30 { "t" p 'xxxxxxxxxxxxxxxxxxxxxxxx' }`,
            frame: 5,
          },
        ],
        complies: [
          {
            title: 'a message of 20 bytes to a client that takes 20',
            transcript: `> 10 { proto 02 003c p{ 27 00000014 } "c1" }\n < 20 { 00 00 p }\n > 82 { 0001 p "t" 00 }\n < 90 { 0001 p 00 }
              < 30 { "t" p 'xxxxxxxxxxxxxx' }`,
          },
        ],
      },
    ),
    tooLarge('client', ['PUBLISH', ...ACKNOWLEDGEMENTS, 'SUBSCRIBE', 'UNSUBSCRIBE', 'PINGREQ', 'DISCONNECT', 'AUTH'], {
      refs: { '5.0': ['MQTT-3.2.2-15'] },
      violates: [
        {
          title: 'a SUBSCRIBE of 26 bytes to a server that takes 20',
          transcript: `> 10 { proto 02 003c p "c1" }\n < 20 { 00 00 p{ 27 00000014 } }\n > 82 { 0001 p "a/long/topic/filter" 00 }`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'a message of 12 bytes to a server that takes 20',
          transcript: `> 10 { proto 02 003c p "c1" }\n < 20 { 00 00 p{ 27 00000014 } }\n > 30 { "a" p 'xxxxxx' }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
