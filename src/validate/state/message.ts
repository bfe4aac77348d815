// The Application Message of a packet, as it is kept: not its payload, but what tells it from another.

import type { Property } from '../../codec/packet.js';
import type { PacketOf, Seen } from '../seen.js';
import { forwardedOf } from './forwarded.js';
import { hashOf } from './payload.js';
import type { Message } from './publication.js';

/** The message of a PUBLISH; undefined when it was not read whole. */
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
  if (properties !== undefined) {
    for (const one of properties) if (one.name === 'messageExpiryInterval') expiry = one.value;
  }
  const forwarded = forwardedOf(properties, true);
  return { topic, qos, retain, length: payload.length, hash: hashOf(payload), forwarded, expiry, frame: seen.ref() };
}
