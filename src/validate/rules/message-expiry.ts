// Message Expiry Interval of deliveries (5.0: 3.3.2.3.3): what is left of it, and nothing once it is over.

import { between, joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import { conversationRule, type RuleSet } from '../rule.js';
import type { PacketOf } from '../seen.js';

/** Servers count whole seconds, and packets take time on both ways. */
const TOLERANCE = 2;

/** Retained on connection 2, with 20 s to live: three packets. */
const STORED = `${joined(2, 'p')}2> 31 { "t" p{ 02 00000014 } 'x' }\n`;

function expiryOf({ properties }: PacketOf<'PUBLISH'>): number | undefined {
  if (properties === undefined) return undefined;
  for (let i = 0; i < properties.length; i++) {
    const one = properties[i]!;
    if (one.name === 'messageExpiryInterval') return one.value;
  }
  return undefined;
}

export const MESSAGE_EXPIRY: RuleSet = {
  rules: [
    conversationRule({
      name: 'message-expiry-not-counted-down',
      refs: { '5.0': ['MQTT-3.3.2-6'] },
      needs: 'nothing',
      asked: 'forwarded',
      party: 'sender',
      hint: 'lessen the Message Expiry Interval by the time that the message waited in the server',
      on: ['PUBLISH'],
      check(packet, verdict, { delivery, time }) {
        const publication = delivery?.publication;
        const was = publication?.message.expiry;
        // What is sent again may have been counted when it was sent first.
        if (was === undefined || publication!.isWill || packet.dup === true || delivery!.origin === 'again') return;
        const waited = (time - publication!.time) / 1e9;
        if (waited > was + TOLERANCE) return;
        const left = expiryOf(packet);
        if (left !== undefined && left <= was && Math.abs(left - (was - waited)) <= TOLERANCE) return verdict.hold();
        const is = left === undefined ? 'No Message Expiry Interval' : `Message Expiry Interval ${left}`;
        const message = `${is}, but ${packetText(publication!.message.frame)} has ${was} and came ${waited.toFixed(1)} s before`;
        const at = packet.properties?.findIndex(({ name }) => name === 'messageExpiryInterval') ?? -1;
        blame(verdict, delivery!.doubt(), {
          message,
          path: at < 0 ? 'publish.propertyLength' : `publish.properties[${at}]`,
        });
      },
      violates: [
        {
          title: 'the interval as it was published, 10 s later',
          transcript: `${STORED}wait 10s\n${joined(1, 's')}${subscribed(1, 't', '00')}1< 31 { "t" p{ 02 00000014 } 'x' }`,
          ...{ frame: 8, at: 6, length: 5 },
        },
        {
          title: 'none at all',
          transcript: `${between('t', '00')}2> 30 { "t" p{ 02 00000014 } 'x' }\n1< 30 { "t" p 'x' }`,
          ...{ frame: 8, at: 5, length: 1 },
        },
      ],
      complies: [
        {
          title: '10 s less after 10 s',
          transcript: `${STORED}wait 10s\n${joined(1, 's')}${subscribed(1, 't', '00')}1< 31 { "t" p{ 02 0000000a } 'x' }`,
        },
      ],
    }),
    conversationRule({
      name: 'message-delivered-after-expiry',
      refs: { '5.0': ['MQTT-3.3.2-5'] },
      needs: 'nothing',
      asked: 'forwarded',
      party: 'sender',
      hint: 'delete a message whose Message Expiry Interval is over',
      on: ['PUBLISH'],
      check({ dup }, verdict, { delivery, time }) {
        const publication = delivery?.publication;
        const was = publication?.message.expiry;
        if (was === undefined || publication!.isWill || dup === true || delivery!.origin === 'again') return;
        const waited = (time - publication!.time) / 1e9;
        if (waited <= was + TOLERANCE) return verdict.hold();
        const message = `${packetText(publication!.message.frame)} had ${was} s to live and is delivered after ${waited.toFixed(1)} s`;
        blame(verdict, delivery!.doubt(), { message, path: 'publish.propertyLength' });
      },
      violates: [
        {
          title: '20 s to live, sent after 25 s',
          transcript: `${STORED}wait 25s\n${joined(1, 's')}${subscribed(1, 't', '00')}1< 31 { "t" p 'x' }`,
          ...{ frame: 8, at: 5, length: 1 },
        },
      ],
      complies: [
        {
          title: '20 s to live, sent after 10 s',
          transcript: `${STORED}wait 10s\n${joined(1, 's')}${subscribed(1, 't', '00')}1< 31 { "t" p{ 02 0000000a } 'x' }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
