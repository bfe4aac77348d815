// The packets that nearly all traffic is made of, at one look: a PUBLISH that begins an exchange or needs none, the answer that
// is due, of connections about which there is nothing to be said. For these the gates are found, and the state follows, without
// the facts that only rules would look at. The gates are found as gates-of.ts finds them, the state changes as Conversation.apply
// changes it: tests judge every capture both ways.

import type { GlancedPacket } from '../dissect/glanced.js';
import type { PacketEvent } from './event.js';
import { GATES } from './gates.js';
import {
  gatesOfDelivery,
  gatesOfMessage,
  gatesOfPing,
  gatesOfProperties,
  gatesOfStep,
  LONG_TOPIC,
  mayEndOtherwise,
} from './gates-of.js';
import type { Conversation } from './state/conversation.js';
import type { DeliveryFact } from './state/delivery.js';
import type { Exchange, FlowStep } from './state/exchange.js';
import type { Flows } from './state/flows.js';
import type { PublicationLog } from './state/publication.js';
import { traitsOf } from './strings.js';

/** Something is to be said of the packet: it is not for here. */
const UNUSUAL = 0;
/** Of what the state of the connection opens, these make no packet unusual. */
const HARMLESS = GATES.always | GATES.limits | GATES['keep-alive'] | GATES['server-keep-alive'];
/** Signs that something may be wrong. */
const SIGNS = GATES.characters | GATES['odd-property'] | GATES['odd-flow'] | GATES['odd-delivery'];

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
        // What is told of it later is told by its one captured packet.
        gates = event.origins !== undefined || gatesOfPing(event) !== 0 ? UNUSUAL : GATES.always;
    }
    return gates === UNUSUAL || (gates & SIGNS) !== 0 ? UNUSUAL : gates | standing;
  }

  /** The packet of the last look takes effect. */
  follow(): void {
    const { event } = this;
    const { conversation, sender, receiver, fromClient, type, packetId, number, time } = event;
    const { broker, publisher } = conversation;
    const isPing = type === 'PINGREQ' || type === 'PINGRESP';
    // As of the packet before.
    if (isPing) conversation.pings.apply(event, conversation.server.lastTime);
    sender.went(event);
    broker.wills.pass(time);
    if (isPing) return;
    if (type !== 'PUBLISH') {
      (type === 'PUBREL' ? sender : receiver).flows.step(type as FlowStep, this.exchange!, number, time);
      if (type !== 'PUBCOMP') broker.messages.acknowledged(event, packetId!, 0, publisher);
      return;
    }
    if (packetId !== undefined) sender.flows.send(event, packetId);
    if (fromClient) broker.messages.publish(event, publisher, this.log);
    else broker.messages.delivered(event, publisher, this.delivery!);
  }

  private message(): number {
    const { event } = this;
    const { dup, topic, conversation, properties } = event;
    if (dup !== false || topic === undefined || topic === '') return UNUSUAL;
    const log = event.know(topic, this.topicNumber);
    if ((log === undefined ? traitsOf(topic) : log.traits) !== 0 || topic.length > LONG_TOPIC) return UNUSUAL;
    if (conversation.broker.wills.isAbout(topic, log)) return UNUSUAL;
    this.log = log;
    let gates = properties === undefined || properties.length === 0 ? GATES.always : gatesOfProperties(properties);
    if (event.fromClient) {
      // What is retained at the other ports of the server is another matter.
      if (event.retain === true && conversation.broker.hasSiblings) return UNUSUAL;
      this.delivery = undefined;
    } else {
      const delivery = conversation.delivery(event, log);
      this.delivery = delivery;
      if (delivery === undefined) return UNUSUAL;
      // The first message of somebody who was not seen is noted with its packet.
      if (delivery.publication === undefined && delivery.foreign === undefined) return UNUSUAL;
      gates |= gatesOfDelivery(delivery, event);
    }
    return this.begins(gates);
  }

  /** What a PUBLISH begins, too. */
  private begins(gates: number): number {
    const { event, delivery } = this;
    const { qos, packetId, sender } = event;
    if (qos === 0) return gates | GATES['qos-0'];
    const exchange = packetId === undefined || packetId === 0 ? undefined : sender.flows.get(packetId);
    if (packetId === undefined || packetId === 0 || exchange?.isOpen === true) return UNUSUAL;
    return gates | GATES.identified | gatesOfMessage({ kind: 'new', exchange }, delivery, event);
  }

  /** The answer that is due. `flows`: of the sender of the message. */
  private answer(step: FlowStep, flows: Flows): number {
    const { event } = this;
    const exchange = flows.due(step, event.packetId, event.time);
    this.exchange = exchange;
    return exchange === undefined ? UNUSUAL : gatesOfStep({ kind: 'answers', exchange }, event);
  }
}
