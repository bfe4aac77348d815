// What must be there for a rule to have anything to say about a packet. Most packets have no problems, no properties and
// no odd characters, belong to no QoS 1 or 2 exchange and meet no limit of their receiver: rules about these are not even asked then, which is what keeps judging cheap.

import type { Property } from '../codec/packet.js';
import type { PacketEvent } from './event.js';
import { NOTHING_FORWARDED } from './state/forwarded.js';
import type { Message } from './state/publication.js';
import { kindsIn } from './strings.js';

/**
 * - always: asked of every packet of its types
 * - problems: only of packets that could not be read without one; any other keeps the rule
 * - characters: only of packets with U+0000, control or non-characters in a string; any other keeps the rule
 * - properties: only of packets with properties (or problems); to others it says nothing
 * - flow: only of packets of a QoS 1 or 2 exchange (`event.flow`); to others it says nothing
 * - limits: only of packets whose receiver announced a limit (5.0); to others it says nothing
 * - delivery: only of what a server sends to a known session (`event.delivery`); to others it says nothing
 * - retained: of those only the ones with RETAIN 1, or published with it
 * - forwarded: of those only the ones published with properties
 * - unsettled: only while the connection is being opened, and after a refusal or the sender's DISCONNECT
 * - keep-alive, server-keep-alive: only while the one or the other is in force
 * - will: only of what may be a will, or where one is due (`event.will`)
 */
export type Asked =
  | 'always'
  | 'problems'
  | 'characters'
  | 'properties'
  | 'flow'
  | 'limits'
  | 'delivery'
  | 'retained'
  | 'forwarded'
  | 'unsettled'
  | 'keep-alive'
  | 'server-keep-alive'
  | 'will';

/** A bit each. */
export const GATES: Readonly<Record<Asked, number>> = {
  always: 1,
  problems: 2,
  characters: 4,
  properties: 8,
  flow: 16,
  limits: 32,
  delivery: 64,
  retained: 128,
  forwarded: 256,
  unsettled: 512,
  'keep-alive': 1024,
  'server-keep-alive': 2048,
  will: 4096,
};

/** Whether a packet of its types that it is not asked about keeps the rule. */
export function holdsUnasked(asked: Asked): boolean {
  return asked === 'problems' || asked === 'characters';
}

/** The gates that a packet opens. */
export function gatesOf(event: PacketEvent): number {
  const { packet, frame, flow, sender, receiver, delivery, will, conversation } = event;
  const { opening } = conversation;
  let open = GATES.always;
  if (frame.problems.length > 0) open |= GATES.problems | GATES.properties;
  if (kindsIn(packet) !== 0) open |= GATES.characters;
  if ('properties' in packet && isThere(packet.properties)) open |= GATES.properties;
  else if (packet.type === 'CONNECT' && isThere(packet.will?.properties)) open |= GATES.properties;
  if (flow !== undefined) open |= GATES.flow;
  if (receiver.limits.isLimited) open |= GATES.limits;
  if (sender.packets === 0 || opening.code !== 0 || sender.disconnect !== undefined) open |= GATES.unsettled;
  if (opening.longestSilence !== Number.POSITIVE_INFINITY) {
    open |= opening.serverKeepAlive === undefined ? GATES['keep-alive'] : GATES['server-keep-alive'];
  }
  if (will !== undefined) open |= GATES.will;
  if (delivery !== undefined) open |= gatesOfDelivery(delivery.publication?.message, packet);
  return open;
}

function gatesOfDelivery(published: Message | undefined, packet: PacketEvent['packet']): number {
  let open = GATES.delivery;
  if ((packet.type === 'PUBLISH' && packet.retain === true) || published?.retain === true) open |= GATES.retained;
  if (published === undefined) return open;
  return published.forwarded === NOTHING_FORWARDED && published.expiry === undefined ? open : open | GATES.forwarded;
}

function isThere(properties: readonly Property[] | undefined): boolean {
  return properties !== undefined && properties.length > 0;
}
