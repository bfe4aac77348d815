// Application Messages of one server: what clients published of late, in the order in which it came, and what the server
// retains. Bounded: the oldest publication goes first; a topic whose retained message is not known says nothing.

import type { Property } from '../../codec/packet.js';
import type { JudgeLimits } from '../limits.js';
import type { PacketOf, Seen } from '../seen.js';
import type { DeliveryFact } from './delivery.js';
import { forwardedOf } from './forwarded.js';
import { hashOf } from './payload.js';
import { type Message, Publication, type Publisher, TopicLog } from './publication.js';
import type { Session } from './session.js';

export class Messages {
  private readonly logs = new Map<string, TopicLog>();
  /** All publications, as a ring. */
  private readonly ring: Publication[] = [];
  private count = 0;

  constructor(readonly limits: JudgeLimits) {}

  /** PUBLISH of the server: where it may come from; nothing is changed. */
  delivery(_seen: Seen, _session: Session | undefined): DeliveryFact | undefined {
    return undefined;
  }

  apply(_seen: Seen, _session: Session | undefined, _delivery: DeliveryFact | undefined): void {}

  /** A message has come to the server. A will: at the earliest moment at which the server may publish it. */
  published(
    message: Message,
    publisher: Publisher,
    time: number,
    isWill: boolean,
    packetId?: number,
  ): Publication | undefined {
    const { topic, retain } = message;
    const publication = new Publication(message, publisher, isWill, packetId, ++this.count, time);
    let log = this.logs.get(topic);
    if (log === undefined) this.logs.set(topic, (log = new TopicLog()));
    log.add(publication);
    if (retain) log.retained = publication;
    const at = publication.order % this.limits.publications;
    const oldest = this.ring[at];
    this.ring[at] = publication;
    if (oldest !== undefined) this.forget(oldest);
    return publication;
  }

  private forget(oldest: Publication): void {
    const { topic } = oldest.message;
    const log = this.logs.get(topic);
    if (log === undefined) return;
    log.shift();
    if (log.first === undefined && log.retained === undefined) this.logs.delete(topic);
  }
}

/** The message of a PUBLISH of a client; undefined when it was not read whole. */
export function messageOf(packet: PacketOf<'PUBLISH'>, seen: Seen): Message | undefined {
  const { qos, retain, payload, properties } = packet;
  const { topic } = seen;
  if (topic === undefined || qos === undefined || retain === undefined || payload === undefined) return undefined;
  return message(topic, qos, retain, payload, properties, seen);
}

/** The will of a CONNECT; undefined when there is none, or it was not read whole. */
export function willOf({ flags, will }: PacketOf<'CONNECT'>, seen: Seen): Message | undefined {
  if (flags === undefined || will === undefined) return undefined;
  return message(will.topic, flags.willQos, flags.willRetain, will.payload, will.properties, seen);
}

function message(
  topic: string,
  qos: number,
  retain: boolean,
  payload: Uint8Array,
  properties: readonly Property[] | undefined,
  seen: Seen,
): Message {
  let expiry: number | undefined;
  for (const one of properties ?? []) if (one.name === 'messageExpiryInterval') expiry = one.value;
  const forwarded = forwardedOf(properties, true);
  return { topic, qos, retain, length: payload.length, hash: hashOf(payload), forwarded, expiry, frame: seen.ref() };
}
