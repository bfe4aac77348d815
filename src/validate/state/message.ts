// The Application Message of a packet, as it is kept: not its payload, but what tells it from another.

import { hashOf } from '../../bytes/sample-hash.js';
import type { Property } from '../../codec/packet.js';
import type { FrameRef } from '../finding.js';
import type { PacketOf, Seen } from '../seen.js';
import { type Forwarded, forwardedOf } from './forwarded.js';

/** What a message is, without where it comes from. */
export interface Message {
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  /** Of its payload. */
  readonly length: number;
  readonly hash: number;
  /** Undefined when it was too much to keep. */
  readonly forwarded: Forwarded | undefined;
  /** Message Expiry Interval in seconds. */
  readonly expiry: number | undefined;
  /** Its packet; of a will, the CONNECT. */
  readonly frame: FrameRef;
}

/** Message Expiry Interval in seconds: the last one, when there are several. */
export function expiryOf(properties: readonly Property[] | undefined): number | undefined {
  let expiry: number | undefined;
  if (properties === undefined) return expiry;
  for (let i = 0; i < properties.length; i++) {
    const one = properties[i]!;
    if (one.name === 'messageExpiryInterval') expiry = one.value;
  }
  return expiry;
}

/** The will of a CONNECT; undefined when there is none, or it was not read whole. */
export function willOf({ flags, will }: PacketOf<'CONNECT'>, seen: Seen): Message | undefined {
  if (flags === undefined || will === undefined) return undefined;
  const { topic, payload, properties } = will;
  const [expiry, forwarded] = [expiryOf(properties), forwardedOf(properties)];
  const content = {
    topic,
    qos: flags.willQos,
    retain: flags.willRetain,
    length: payload.length,
    hash: hashOf(payload),
  };
  return { ...content, forwarded, expiry, frame: seen.ref() };
}
