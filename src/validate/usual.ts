// The packets that nearly all traffic is made of, at one look: a PUBLISH that begins an exchange or needs none, the answer that
// is due, of connections about which there is nothing to be said. For these the gates are found, and the state follows, without
// the facts that only rules would look at. The gates are those that gates-of.ts finds, the state changes as Conversation.apply
// changes it: tests judge every capture both ways.

import type { GlancedPacket } from '../dissect/glanced.js';
import type { PacketEvent } from './event.js';
import { GATES } from './gates.js';
import { gatesOfProperties, mayEndOtherwise } from './gates-of.js';
import type { Conversation } from './state/conversation.js';
import type { DeliveryFact } from './state/delivery.js';
import type { Exchange, FlowStep } from './state/exchange.js';
import type { Flows } from './state/flows.js';
import { NOTHING_FORWARDED } from './state/forwarded.js';
import type { PublicationLog } from './state/publication.js';
import { traitsOf } from './strings.js';

/** Something is to be said of the packet: it is not for here. */
const UNUSUAL = 0;
/** Of what the state of the connection opens, these make no packet unusual. */
const HARMLESS = GATES.always | GATES.limits | GATES['keep-alive'] | GATES['server-keep-alive'];
const LONG_TOPIC = 0x7fff;

export class Usual {
  private topicNumber = -1;
  private log: PublicationLog | undefined = undefined;
  private exchange: Exchange | undefined = undefined;
  private delivery: DeliveryFact | undefined = undefined;

  constructor(private readonly event: PacketEvent) {}

  /** The gates of a usual packet; 0 for any other one, and then nothing has changed. */
  look(glanced: GlancedPacket, conversation: Conversation): number {
    const { event } = this;
    this.topicNumber = glanced.topicNumber;
    event.aboutUsual(glanced, conversation);
    const { sender, receiver, fromClient, time, type } = event;
    const { standing } = sender;
    if (standing === 0 || (standing & ~HARMLESS) !== 0 || !conversation.isCalm) return UNUSUAL;
    if ((standing & GATES.limits) !== 0 && event.length > receiver.limits.maximumPacketSize) return UNUSUAL;
    if (fromClient && !(time - sender.lastTime <= sender.patience * 1e6)) return UNUSUAL;
    let gates: number;
    switch (type) {
      case 'PUBLISH':
        gates = this.message();
        break;
      case 'PUBACK':
      case 'PUBREC':
      case 'PUBCOMP':
        gates = this.answer(type, receiver.flows);
        break;
      case 'PUBREL':
        gates = mayEndOtherwise(event) ? UNUSUAL : this.answer(type, sender.flows);
        break;
      default:
        return UNUSUAL;
    }
    return gates === UNUSUAL ? UNUSUAL : gates | standing;
  }

  /** The packet of the last look takes effect. */
  follow(): void {
    const { event } = this;
    const { conversation, sender, receiver, fromClient, type, packetId } = event;
    sender.went(event);
    if (type === 'PUBLISH') {
      if (packetId !== undefined) sender.flows.send(event, packetId);
      if (fromClient) conversation.published(event, this.log);
      else conversation.delivered(event, this.delivery!);
    } else {
      const { flows } = type === 'PUBREL' ? sender : receiver;
      flows.step(type as FlowStep, this.exchange!, event.number, event.time);
      conversation.acknowledged(event, packetId!);
    }
  }

  private message(): number {
    const { event } = this;
    const { dup, topic, conversation, properties } = event;
    if (dup !== false || topic === undefined || topic === '') return UNUSUAL;
    const log = event.know(topic, this.topicNumber);
    if ((log === undefined ? traitsOf(topic) : log.traits) !== 0 || topic.length > LONG_TOPIC) return UNUSUAL;
    if (conversation.broker.wills.isAbout(topic, log)) return UNUSUAL;
    this.log = log;
    let open = 0;
    if (properties !== undefined && properties.length > 0) {
      open = gatesOfProperties(properties);
      if (open !== GATES.properties) return UNUSUAL;
    }
    const exchange = this.begins();
    if (exchange === UNUSUAL) return UNUSUAL;
    const delivery = event.fromClient ? this.publication() : this.deliveryOf(log);
    return delivery === UNUSUAL ? UNUSUAL : open | exchange | delivery;
  }

  /** What a PUBLISH begins. */
  private begins(): number {
    const { qos, packetId, sender } = this.event;
    if (qos === 0) return GATES['qos-0'];
    if (packetId === undefined || packetId === 0 || sender.isAsking || !sender.flows.isFree(packetId)) return UNUSUAL;
    return GATES.identified | GATES.flow | (qos === 1 ? GATES['qos-1'] : GATES['qos-2']);
  }

  /** Of a PUBLISH of a client. */
  private publication(): number {
    const { retain, conversation } = this.event;
    // What is retained at the other ports of the server is another matter.
    return retain === true && conversation.broker.hasSiblings ? UNUSUAL : GATES.always;
  }

  /** Of a PUBLISH of a server. */
  private deliveryOf(log: PublicationLog | undefined): number {
    const { event } = this;
    const { conversation } = event;
    const { messages } = conversation.broker;
    const qos = event.qos!;
    const delivery = messages.hasMarked || event.retain === true ? undefined : conversation.delivery(event, log);
    this.delivery = delivery;
    if (delivery === undefined) return UNUSUAL;
    const { route, publication, origin } = delivery;
    if (!route.isUsual || qos > route.most) return UNUSUAL;
    if (publication === undefined) return messages.foreign === undefined ? UNUSUAL : GATES.delivery;
    const { message, isWill, repeated } = publication;
    if (origin !== 'live' || message.retain || isWill || repeated !== undefined || publication.wasDup) return UNUSUAL;
    if ((message.qos < route.most ? message.qos : route.most) !== qos) return UNUSUAL;
    const isForwarded = message.forwarded !== NOTHING_FORWARDED || message.expiry !== undefined;
    return GATES.delivery | GATES.published | (isForwarded ? GATES.forwarded : 0);
  }

  /** The answer that is due. `flows`: of the sender of the message. */
  private answer(step: FlowStep, flows: Flows): number {
    const { packetId, time, sender, receiver } = this.event;
    const exchange = packetId === undefined ? undefined : flows.dueTo(step, packetId, time);
    if (exchange === undefined) return UNUSUAL;
    this.exchange = exchange;
    const { inFlight, quota, wasFull } = sender.flows;
    if (wasFull || inFlight >= quota || receiver.usesAliases) return UNUSUAL;
    const { qos, reused } = exchange;
    const open = GATES.flow | (qos === 1 ? GATES['qos-1'] : GATES['qos-2']);
    if (reused === undefined) return open;
    return open | (reused === 'PUBACK' ? GATES.reused : GATES['reused-otherwise']);
  }
}
