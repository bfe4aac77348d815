// The packets that nearly all traffic is made of, at one look: a PUBLISH that begins an exchange or needs none, the answer that
// is due, of connections about which there is nothing to be said. For these the gates are found, and the state follows, without
// the facts that only rules would look at. The gates are those that gates-of.ts finds, the state changes as Conversation.apply
// changes it: tests judge every capture both ways.

import type { PacketItem } from '../dissect/item.js';
import type { PacketEvent } from './event.js';
import { GATES } from './gates.js';
import { gatesOfProperties, mayEndOtherwise } from './gates-of.js';
import type { PacketOf } from './seen.js';
import type { Conversation } from './state/conversation.js';
import type { DeliveryFact } from './state/delivery.js';
import type { Exchange } from './state/exchange.js';
import type { Flows } from './state/flows.js';
import { NOTHING_FORWARDED } from './state/forwarded.js';

type Answer = PacketOf<'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP'>;

/** Something is to be said of the packet: it is not for here. */
const UNUSUAL = 0;
/** Of what the state of the connection opens, these make no packet unusual. */
const HARMLESS = GATES.always | GATES.limits | GATES['keep-alive'] | GATES['server-keep-alive'];
const OF_PROPERTIES: number = GATES.properties;
const LONG_TOPIC = 0x7fff;

export class Usual {
  private exchange: Exchange | undefined = undefined;
  private delivery: DeliveryFact | undefined = undefined;

  constructor(private readonly event: PacketEvent) {}

  /** The gates of a usual packet; 0 for any other one, and then nothing has changed. */
  look(item: PacketItem, conversation: Conversation): number {
    const { event } = this;
    event.about(item, conversation);
    const { frame, packet, sender, receiver, fromClient, time } = event;
    const { standing } = sender;
    if (standing === 0 || (standing & ~HARMLESS) !== 0 || !conversation.isCalm) return UNUSUAL;
    if (frame.problems.length > 0 || frame.bytes.length < frame.length) return UNUSUAL;
    if ((standing & GATES.limits) !== 0 && frame.length > receiver.limits.maximumPacketSize) return UNUSUAL;
    if (fromClient && !(time - sender.lastTime <= sender.patience * 1e6)) return UNUSUAL;
    let gates: number;
    switch (packet.type) {
      case 'PUBLISH':
        gates = fromClient ? this.publication(packet) : this.delivered(packet);
        break;
      case 'PUBACK':
      case 'PUBREC':
      case 'PUBCOMP':
        gates = this.answer(packet, receiver.flows);
        break;
      case 'PUBREL':
        gates = mayEndOtherwise(event) ? UNUSUAL : this.answer(packet, sender.flows);
        break;
      default:
        return UNUSUAL;
    }
    return gates === UNUSUAL ? UNUSUAL : gates | standing;
  }

  /** The packet of the last look takes effect. */
  follow(): void {
    const { event } = this;
    const { packet, conversation, sender, receiver, fromClient } = event;
    sender.sent(event);
    switch (packet.type) {
      case 'PUBLISH':
        if (packet.qos !== 0) sender.flows.send(event, packet, packet.packetId!);
        if (fromClient) conversation.published(event, packet, event.log!);
        else conversation.delivered(event, packet, this.delivery!);
        return;
      case 'PUBREL':
        sender.flows.step('PUBREL', this.exchange!, event.item.number, event.time);
        conversation.acknowledged(event, packet);
        return;
      case 'PUBACK':
      case 'PUBREC':
      case 'PUBCOMP':
        receiver.flows.step(packet.type, this.exchange!, event.item.number, event.time);
        conversation.acknowledged(event, packet);
    }
  }

  /** A PUBLISH of a client. */
  private publication(packet: PacketOf<'PUBLISH'>): number {
    const { event } = this;
    const { conversation, topic } = event;
    if (packet.dup !== false || packet.retain !== false || packet.payload === undefined) return UNUSUAL;
    if (topic === undefined || topic !== packet.topic) return UNUSUAL;
    const log = event.know(topic);
    if (log === undefined || log.traits !== 0 || topic.length > LONG_TOPIC || topic === '') return UNUSUAL;
    if (conversation.broker.wills.isAbout(topic)) return UNUSUAL;
    return this.message(packet);
  }

  /** A PUBLISH of a server. */
  private delivered(packet: PacketOf<'PUBLISH'>): number {
    const { event } = this;
    const { conversation, topic } = event;
    const { qos, payload } = packet;
    if (packet.dup !== false || packet.retain !== false || payload === undefined || qos === undefined) return UNUSUAL;
    if (topic === undefined || topic !== packet.topic) return UNUSUAL;
    const log = event.know(topic);
    if (log === undefined || log.traits !== 0 || topic.length > LONG_TOPIC || topic === '') return UNUSUAL;
    const { messages, wills } = conversation.broker;
    if (messages.hasMarked || wills.isAbout(topic)) return UNUSUAL;
    const gates = this.message(packet);
    if (gates === UNUSUAL) return UNUSUAL;
    const delivery = conversation.delivery(event, log);
    this.delivery = delivery;
    if (delivery === undefined) return UNUSUAL;
    const { route, publication, origin } = delivery;
    if (!route.isUsual || qos > route.most) return UNUSUAL;
    if (publication === undefined) return messages.foreign === undefined ? UNUSUAL : gates | GATES.delivery;
    const { message, isWill, repeated } = publication;
    if (origin !== 'live' || message.retain || isWill || repeated !== undefined || publication.wasDup) return UNUSUAL;
    if ((message.qos < route.most ? message.qos : route.most) !== qos) return UNUSUAL;
    const isForwarded = message.forwarded !== NOTHING_FORWARDED || message.expiry !== undefined;
    return gates | GATES.delivery | GATES.published | (isForwarded ? GATES.forwarded : 0);
  }

  /** What is the same for both. */
  private message({ qos, packetId, properties }: PacketOf<'PUBLISH'>): number {
    let open = 0;
    if (properties !== undefined && properties.length > 0) {
      open = gatesOfProperties(properties);
      if (open !== OF_PROPERTIES) return UNUSUAL;
    }
    if (qos === 0) return packetId === undefined ? open | GATES['qos-0'] : UNUSUAL;
    const { sender } = this.event;
    if ((qos !== 1 && qos !== 2) || packetId === undefined || packetId === 0 || sender.isAsking) return UNUSUAL;
    if (!sender.flows.isFree(packetId)) return UNUSUAL;
    return open | GATES.identified | GATES.flow | (qos === 1 ? GATES['qos-1'] : GATES['qos-2']);
  }

  /** The answer that is due. `flows`: of the sender of the message. */
  private answer(packet: Answer, flows: Flows): number {
    const { event } = this;
    const { packetId, reasonCode, properties, headerFlags } = packet;
    if (packetId === undefined || reasonCode !== undefined || headerFlags !== undefined) return UNUSUAL;
    if (properties !== undefined && properties.length > 0) return UNUSUAL;
    const exchange = flows.dueTo(packet.type, packetId, event.time);
    if (exchange === undefined) return UNUSUAL;
    this.exchange = exchange;
    const { inFlight, quota, wasFull } = event.sender.flows;
    if (wasFull || inFlight >= quota || event.receiver.usesAliases) return UNUSUAL;
    const { qos, reused } = exchange;
    const open = GATES.flow | (qos === 1 ? GATES['qos-1'] : GATES['qos-2']);
    if (reused === undefined) return open;
    return open | (reused === 'PUBACK' ? GATES.reused : GATES['reused-otherwise']);
  }
}
