// The gates (gates.ts) that a packet opens. One look at what every rule would look at, made once; it may open a gate too
// many, never one too few.

import type { Property } from '../codec/packet.js';
import type { PacketEvent } from './event.js';
import { GATES } from './gates.js';
import type { PacketOf } from './seen.js';
import type { DeliveryFact } from './state/delivery.js';
import type { FlowMeaning } from './state/exchange.js';
import { NOTHING_FORWARDED } from './state/forwarded.js';
import { Subscriptions } from './state/subscriptions.js';
import { CHARACTER_KINDS, kindsIn, kindsOfAny, traitsOf, WILDCARD_CHARACTER } from './strings.js';

type Acknowledgement = PacketOf<'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP'>;

/** Longer topics have something to be said of (3.1: 3.3). */
export const LONG_TOPIC = 0x7fff;
/** Small numbers cost no memory of their own (ms). */
const LONGEST_PATIENCE = 1 << 30;
const { coded: CODED, identified: IDENTIFIED, odd: ODD } = GATES;
const ODD_PROPERTY = GATES['odd-property'];
const ODD_FLOW = GATES['odd-flow'];
const ODD_DELIVERY = GATES['odd-delivery'];
const RETAINED = GATES.retained | GATES['odd-retain'];
const WITH_PROBLEMS = GATES.problems | GATES.properties | ODD | ODD_PROPERTY;
const WITH_CHARACTERS = GATES.characters | ODD_PROPERTY;
const WITH_FLOW = GATES.flow | GATES['qos-1'] | GATES['qos-2'] | ODD_FLOW;
/** Everything that can be said of an exchange. */
const ASTRAY = WITH_FLOW | GATES.quota | GATES.aliased | GATES.followed | GATES.reused | GATES['reused-otherwise'];
/** Packets of which there are few: every rule of their type is asked. */
const RARE = ODD | ODD_PROPERTY | IDENTIFIED | CODED;

export function gatesOf(event: PacketEvent): number {
  const { packet, frame, sender, fromClient, time } = event;
  let open = sender.standing;
  if (open === 0) open = gatesThatStand(event);
  if (frame.problems.length > 0) open |= WITH_PROBLEMS;
  if ((open & GATES.limits) !== 0 && frame.length > event.receiver.limits.maximumPacketSize) open |= ODD;
  // Not a number before the first packet.
  if (fromClient && !(time - sender.lastTime <= sender.patience * 1e6)) open |= GATES.overdue;
  switch (packet.type) {
    case 'PUBLISH':
      return open | gatesOfPublish(packet, event);
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
      return open | gatesOfAcknowledgement(packet, event);
    case 'PINGREQ':
    case 'PINGRESP':
      return open | (packet.headerFlags === undefined ? gatesOfPing(event) : ODD);
    default:
      return open | RARE | gatesOfStrings(event);
  }
}

/** The gates that the state of the connection opens for what the sender sends, until that changes. */
function gatesThatStand({ sender, receiver, fromClient, conversation }: PacketEvent): number {
  const { opening } = conversation;
  const { longestSilence, serverKeepAlive } = opening;
  let open: number = GATES.always;
  if (receiver.limits.isLimited) open |= GATES.limits;
  if (sender.packets === 0 || opening.code !== 0 || sender.disconnect !== undefined) open |= GATES.unsettled;
  if (fromClient && longestSilence !== Number.POSITIVE_INFINITY) {
    open |= serverKeepAlive === undefined ? GATES['keep-alive'] : GATES['server-keep-alive'];
  }
  // The rule about it is one of the odd ones; most connections want it.
  if (!fromClient && !opening.wantsProblemInformation) open |= ODD;
  sender.isAsking = fromClient && conversation.requests.areWaiting;
  sender.endsAsOf = -1;
  if (sender.packets === 0) return open;
  sender.patience = Math.min(Math.floor(longestSilence / 1.5e6), LONGEST_PATIENCE);
  sender.standing = open;
  return open;
}

function gatesOfStrings({ packet }: PacketEvent): number {
  let open = kindsIn(packet) === 0 ? 0 : WITH_CHARACTERS;
  if ('properties' in packet && isThere(packet.properties)) open |= GATES.properties;
  else if (packet.type === 'CONNECT' && isThere(packet.will?.properties)) open |= GATES.properties;
  return open;
}

function gatesOfPublish(packet: PacketOf<'PUBLISH'>, event: PacketEvent): number {
  const { qos, topic, packetId, properties } = packet;
  const { flow, delivery } = event;
  let open = 0;
  if (qos === 0) open |= packet.dup === false ? GATES['qos-0'] : GATES['qos-0'] | ODD;
  else if (qos === undefined || qos === 3) open |= ODD;
  if (packetId !== undefined) open |= packetId === 0 ? IDENTIFIED | ODD : IDENTIFIED;
  if (topic === undefined || topic === '' || topic.length > LONG_TOPIC) open |= ODD;
  if (topic !== undefined && topic !== '') {
    const traits = event.log === undefined ? traitsOf(topic) : event.log.traits;
    if (traits !== 0) {
      if ((traits & CHARACTER_KINDS) !== 0) open |= WITH_CHARACTERS;
      if ((traits & WILDCARD_CHARACTER) !== 0) open |= ODD;
    }
  }
  if (properties !== undefined && properties.length > 0) open |= gatesOfProperties(properties);
  if (flow !== undefined) open |= gatesOfMessage(flow, delivery, event);
  if (delivery !== undefined) open |= gatesOfDelivery(delivery, event);
  return event.will === undefined ? open : open | GATES.will;
}

/** Of a PUBLISH. */
export function gatesOfProperties(properties: readonly Property[]): number {
  let open: number = GATES.properties;
  let seen = 0;
  for (let i = 0; i < properties.length; i++) {
    const one = properties[i]!;
    let bit = 0;
    switch (one.name) {
      case 'userProperty':
        if ((kindsOfAny(one.value.name) | kindsOfAny(one.value.value)) !== 0) open |= WITH_CHARACTERS;
        continue;
      case 'contentType':
        bit = 1;
        if (kindsOfAny(one.value) !== 0) open |= WITH_CHARACTERS;
        break;
      case 'messageExpiryInterval':
        bit = 2;
        break;
      case 'correlationData':
        bit = 4;
        break;
      default:
        open |= ODD_PROPERTY;
        if (typeof one.value === 'string' && kindsOfAny(one.value) !== 0) open |= WITH_CHARACTERS;
    }
    if ((seen & bit) !== 0) open |= ODD_PROPERTY;
    seen |= bit;
  }
  return open;
}

/** Of a PUBLISH with QoS 1 or 2. */
export function gatesOfMessage(
  { kind, exchange }: Pick<FlowMeaning, 'kind' | 'exchange'>,
  delivery: DeliveryFact | undefined,
  { sender, dup, qos }: PacketEvent,
): number {
  const { flows } = sender;
  if (kind !== 'new' || dup !== false || exchange?.state === 'refused') return ASTRAY;
  if (sender.isAsking) return ASTRAY;
  if (delivery?.publication?.wasDup === true) return ASTRAY;
  const open = GATES.flow | (qos === 1 ? GATES['qos-1'] : qos === 2 ? GATES['qos-2'] : 0);
  return flows.inFlight >= flows.quota ? open | GATES.quota : open;
}

function gatesOfAcknowledgement(packet: Acknowledgement, event: PacketEvent): number {
  const { reasonCode, properties, headerFlags } = packet;
  const { flow } = event;
  let open = 0;
  if (headerFlags !== undefined) open |= ODD;
  if (reasonCode !== undefined) open |= reasonCode === 0 ? CODED : CODED | ODD;
  if (properties !== undefined && properties.length > 0) open |= ODD_PROPERTY | gatesOfStrings(event);
  if (flow === undefined) return open;
  if (packet.type === 'PUBREL' && mayEndOtherwise(event)) return open | ASTRAY;
  return open | gatesOfStep(flow, event);
}

/** Of a PINGREQ or PINGRESP: whether there is anything about it but that it is the one that was due. */
export function gatesOfPing({ type, fromClient, conversation: { pings, server } }: PacketEvent): number {
  if (type === 'PINGREQ') return fromClient && pings.missed(server.lastTime) === undefined ? 0 : ODD;
  const { inFlight, quota, wasFull } = server.flows;
  return fromClient || pings.open.length === 0 || wasFull || inFlight >= quota ? ODD : 0;
}

/** PUBREL of a session that is gone, or to a subscription that may be gone. */
export function mayEndOtherwise({ fromClient, sender, conversation }: PacketEvent): boolean {
  // Another connection may change the session, too.
  if (sender.endsAsOf !== Subscriptions.changes) {
    const { link, session } = conversation;
    const hasFormer = !fromClient && session !== undefined && session.subscriptions.allFormer().length > 0;
    sender.mayEndOtherwise = hasFormer || link?.lostFlows !== undefined;
    sender.endsAsOf = Subscriptions.changes;
  }
  return sender.mayEndOtherwise;
}

/** Of an acknowledgement. */
export function gatesOfStep(
  { kind, exchange }: Pick<FlowMeaning, 'kind' | 'exchange'>,
  { sender, receiver, time }: PacketEvent,
): number {
  if (kind !== 'answers' || exchange === undefined) return ASTRAY;
  const { qos, isHere, isResumed, sends, owed, overtakenBy, expiresAt, reused, after } = exchange;
  if (!isHere || isResumed || sends !== 1 || owed > 0 || overtakenBy > 0 || expiresAt <= time) return ASTRAY;
  let open = GATES.flow | (qos === 1 ? GATES['qos-1'] : GATES['qos-2']);
  if (after !== undefined) open |= GATES.followed;
  const { inFlight, quota, wasFull } = sender.flows;
  if (wasFull || inFlight >= quota) open |= GATES.quota;
  if (receiver.usesAliases) open |= GATES.aliased;
  if (reused !== undefined) open |= reused === 'PUBACK' ? GATES.reused : GATES['reused-otherwise'];
  return open;
}

export function gatesOfDelivery({ route, publication, origin }: DeliveryFact, event: PacketEvent): number {
  const { qos, retain } = event;
  let open: number = retain === true ? GATES.delivery | RETAINED : GATES.delivery;
  const isOdd = !route.isUsual || qos === undefined || qos > route.most || event.conversation.broker.messages.hasMarked;
  if (isOdd) open |= ODD_DELIVERY;
  if (publication === undefined) return open;
  open |= GATES.published;
  const { message, isWill, repeated } = publication;
  if (message.retain) open |= retain === false && origin === 'live' && !route.asPublished ? GATES.retained : RETAINED;
  if (
    origin !== 'live' ||
    isWill ||
    repeated !== undefined ||
    (message.qos < route.most ? message.qos : route.most) !== qos
  )
    open |= ODD_DELIVERY;
  if (message.expiry === undefined) {
    if (message.forwarded === NOTHING_FORWARDED) return open;
    if (route.hasPassed(publication, event.properties, event.connection)) return open;
  }
  return open | GATES.forwarded;
}

function isThere(properties: readonly Property[] | undefined): boolean {
  return properties !== undefined && properties.length > 0;
}
