// Damage to the properties of one packet (5.0).

import { variableByteInteger } from '../../../src/bytes/cursor.js';
import { bytes, type Damage, type Damaged, fieldOf, spliced, values, withProperty } from './damage.js';
import type { Target } from './session.js';

/** Properties with their allowed places, so that each can be put where it is not allowed. */
const SERVER_KEEP_ALIVE = [0x13, 0, 60];
const WILL_DELAY = [0x18, 0, 0, 0, 5];

export const PROPERTIES: readonly Damage[] = [
  {
    name: 'property-unknown',
    does: 'a property that does not exist (0x7E)',
    versions: ['5.0'],
    least: 1,
    make: (target) => withProperty(target, 0x7e, 0),
  },
  {
    name: 'property-not-allowed',
    does: 'a property that this packet may not have',
    versions: ['5.0'],
    least: 1,
    make: (target) => withProperty(target, ...(target.packet.type === 'CONNACK' ? WILL_DELAY : SERVER_KEEP_ALIVE)),
  },
  {
    name: 'property-repeated',
    does: 'a property repeated that may stand once',
    versions: ['5.0'],
    least: 1,
    make: (target) => repeatedProperty(target),
  },
  {
    name: 'property-out-of-range',
    does: 'Receive Maximum 0, Maximum QoS 2 or Subscription Identifier 0',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const property = { CONNECT: [0x21, 0, 0], CONNACK: [0x24, 2], SUBSCRIBE: [0x0b, 0] }[
        target.packet.type as string
      ];
      return property === undefined ? undefined : withProperty(target, ...property);
    },
  },
  {
    name: 'property-length-long',
    does: 'Property Length far beyond the packet',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const length = fieldOf(target, 'propertyLength');
      if (length === undefined) return undefined;
      const longer = variableByteInteger(target.step.bytes.length + 100);
      return bytes(target, spliced(target.step.bytes, length.at, length.length, ...longer));
    },
  },
  {
    name: 'publish-subscription-identifier',
    does: 'a Subscription Identifier in a PUBLISH of the client',
    versions: ['5.0'],
    least: 1,
    make: (target) =>
      target.packet.type === 'PUBLISH' && target.step.from === 'client' ? withProperty(target, 0x0b, 1) : undefined,
  },
  {
    name: 'topic-alias-0',
    does: 'Topic Alias 0',
    versions: ['5.0'],
    least: 1,
    make: (target) => topicAlias(target, 0),
  },
  {
    name: 'topic-alias-too-high',
    does: 'Topic Alias 65,535, more than the receiver allows',
    versions: ['5.0'],
    least: 1,
    make: (target) => topicAlias(target, 0xffff),
  },
];

/** Of User Properties and, in a delivery, Subscription Identifiers there may be many; of two more 3.3.2.3 does not say. */
function repeatedProperty(target: Target): Damaged | undefined {
  const { packet } = target;
  if (!('properties' in packet)) return undefined;
  const many = ['userProperty', 'subscriptionIdentifier'];
  if (packet.type === 'PUBLISH') many.push('payloadFormatIndicator', 'messageExpiryInterval');
  const once = packet.properties?.find(({ name }) => !many.includes(name));
  return once === undefined ? undefined : values(target, { properties: [...packet.properties!, once] });
}

function topicAlias(target: Target, alias: number): Damaged | undefined {
  const { packet } = target;
  if (packet.type !== 'PUBLISH' || packet.topic === '') return undefined;
  if (packet.properties?.some(({ name }) => name === 'topicAlias')) return undefined;
  return withProperty(target, 0x23, alias >> 8, alias & 0xff);
}
