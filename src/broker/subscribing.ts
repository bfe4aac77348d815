// SUBSCRIBE and UNSUBSCRIBE (3.8 to 3.11): each filter is judged by itself, one answer for all, then the retained messages.

import { encode } from '../codec/frame.js';
import type { Subscription as Requested, SubscribePacket, UnsubscribePacket } from '../codec/packet.js';
import type { Broker } from './broker.js';
import { propertiesFault, propertyOf } from './checks-properties.js';
import { hasWildcard, levelsOf, mounted, topicFilterFault } from './checks-topics.js';
import { countSubscriptions, fail } from './closing.js';
import { type Fault, fault, malformed, protocolError } from './faults.js';
import { bringRetained } from './retained-sending.js';
import { type Link, type Session, Subscription } from './session.js';
import { partsOf } from './subscriptions.js';

const NO_SUBSCRIPTION = 0x11;
const FAILURE_3_1_1 = 0x80;
const NOT_AUTHORIZED = 0x87;
const TOPIC_FILTER_INVALID = 0x8f;
const IDENTIFIER_IN_USE = 0x91;
const QUOTA_EXCEEDED = 0x97;
const SHARED_NOT_SUPPORTED = 0x9e;
const IDENTIFIERS_NOT_SUPPORTED = 0xa1;
const WILDCARD_NOT_SUPPORTED = 0xa2;

export function handleSubscribe(broker: Broker, link: Link, packet: SubscribePacket): void {
  const { packetId, properties = [], subscriptions } = packet;
  const wrong =
    requestFault(packetId, properties, 'SUBSCRIBE', subscriptions.length) ?? optionsFault(link, subscriptions);
  if (wrong !== undefined) {
    fail(broker, link, wrong);
    return;
  }
  const identifier = propertyOf(properties, 'subscriptionIdentifier');
  const { clientId, id: connection } = link;
  const codes: number[] = [];
  const added: { readonly subscription: Subscription; readonly isNew: boolean }[] = [];
  for (const requested of subscriptions) {
    // A packet of millions of them, the same ones again and again, must not keep the others waiting.
    if (codes.length >= broker.settings.maximumSubscriptions) {
      codes.push(codeOf(link, QUOTA_EXCEEDED, requested));
      continue;
    }
    const topicFilter = mounted(link.listener, requested.topicFilter, true);
    const refused = refusal(broker, link, topicFilter, packetId, identifier);
    const granted = Math.min(requested.options.qos, link.listener.maximumQos);
    codes.push(refused === 0 ? granted : codeOf(link, refused, requested));
    if (refused !== 0) {
      broker.out.event({ name: 'subscribe-refused', connection, clientId, topicFilter, reasonCode: refused });
      continue;
    }
    added.push(subscribe(broker, link, topicFilter, requested, identifier));
    broker.out.event({ name: 'subscribed', connection, clientId, topicFilter, qos: requested.options.qos });
  }
  countSubscriptions(broker);
  const list = link.v5 ? { reasonCodes: codes } : { returnCodes: codes };
  if (!reply(broker, link, encode({ type: 'SUBACK', packetId, ...list }, link.version))) return;
  for (const { subscription, isNew } of added) {
    // 3.8.3.1: 0 always, 1 for a new one, 2 never. A share gets none.
    const { retainHandling: handling, share } = subscription;
    if (share === undefined && (handling === 0 || (handling === 1 && isNew))) {
      bringRetained(broker, link.session!, subscription);
    }
  }
}

function requestFault(
  packetId: number,
  properties: NonNullable<SubscribePacket['properties']>,
  type: 'SUBSCRIBE' | 'UNSUBSCRIBE',
  count: number,
): Fault | undefined {
  if (packetId === 0) return protocolError(`${type} with Packet Identifier 0`);
  if (count === 0) return protocolError(`${type} without a Topic Filter`);
  return propertiesFault(properties, type);
}

function optionsFault(link: Link, subscriptions: readonly Requested[]): Fault | undefined {
  for (const { topicFilter, options } of subscriptions) {
    // 3.1 asks nobody to check the bits above the QoS.
    if (options.reserved !== 0 && link.version !== '3.1') return malformed('reserved bits in Subscription Options');
    if (options.qos === 3) return protocolError('QoS 3 in SUBSCRIBE');
    if (options.retainHandling === 3) return protocolError('Retain Handling 3');
    const wrong = topicFilterFault(topicFilter, true);
    if (wrong !== undefined) return wrong;
    if (options.noLocal === true && topicFilter.startsWith('$share/')) {
      return protocolError('No Local on a shared subscription');
    }
  }
  return undefined;
}

/** Why the filter is not subscribed; 0: it is. */
function refusal(
  broker: Broker,
  link: Link,
  topicFilter: string,
  packetId: number,
  identifier: number | undefined,
): number {
  const { listener, session } = link;
  const { settings, subscriptions } = broker;
  const { share, filter } = partsOf(topicFilter);
  if (link.v5 && session!.incoming?.has(packetId) === true) return IDENTIFIER_IN_USE;
  if (identifier !== undefined && !listener.subscriptionIdentifierAvailable) return IDENTIFIERS_NOT_SUPPORTED;
  if (share !== undefined && !listener.sharedSubscriptionAvailable) return SHARED_NOT_SUPPORTED;
  if (!listener.wildcardSubscriptionAvailable && hasWildcard(filter)) return WILDCARD_NOT_SUPPORTED;
  if (levelsOf(filter) > settings.maximumTopicLevels) return TOPIC_FILTER_INVALID;
  if (listener.authorize?.(session!.client, 'subscribe', filter) === false) return NOT_AUTHORIZED;
  const own = session!.subscriptions;
  if (own?.has(topicFilter) === true) return 0;
  const isFull = (own?.size ?? 0) >= settings.maximumSubscriptions;
  const areFull =
    subscriptions.count >= settings.maximumSubscriptionsTotal ||
    subscriptions.memory >= settings.maximumSubscriptionsMemory;
  return isFull || areFull ? QUOTA_EXCEEDED : 0;
}

/** 3.1 has no code for a failure: the client is told what it asked for, and gets nothing. */
function codeOf({ version }: Link, refused: number, { options }: Requested): number {
  if (version === '5.0') return refused;
  return version === '3.1.1' ? FAILURE_3_1_1 : options.qos;
}

function subscribe(
  broker: Broker,
  link: Link,
  topicFilter: string,
  { options }: Requested,
  identifier: number | undefined,
): { subscription: Subscription; isNew: boolean } {
  const session = link.session!;
  const qos = Math.min(options.qos, link.listener.maximumQos);
  const asPublished = options.retainAsPublished === true || link.bridge;
  const noLocal = options.noLocal === true || (link.bridge && !topicFilter.startsWith('$share/'));
  const handling = options.retainHandling ?? 0;
  const subscription = new Subscription(session, topicFilter, qos, asPublished, noLocal, handling, identifier);
  session.subscriptions ??= new Map();
  const before = session.subscriptions.get(topicFilter);
  // 3.8.4: the new one takes the place of the old one.
  if (before !== undefined) broker.subscriptions.remove(before);
  session.subscriptions.set(topicFilter, subscription);
  broker.subscriptions.add(subscription);
  if (session.stores) storeSubscription(broker, session, subscription);
  return { subscription, isNew: before === undefined };
}

export function storeSubscription(broker: Broker, session: Session, subscription: Subscription): void {
  const { topicFilter, qos, noLocal, retainAsPublished, retainHandling, identifier } = subscription;
  const value = { qos, noLocal, retainAsPublished, retainHandling, identifier };
  broker.store('subscription', [session.clientId, topicFilter], value);
}

export function handleUnsubscribe(broker: Broker, link: Link, packet: UnsubscribePacket): void {
  const { packetId, properties = [], topicFilters } = packet;
  const session = link.session!;
  const wrong = requestFault(packetId, properties, 'UNSUBSCRIBE', topicFilters.length) ?? filtersFault(topicFilters);
  if (wrong !== undefined) {
    fail(broker, link, wrong);
    return;
  }
  const inUse = link.v5 && session.incoming?.has(packetId) === true;
  const codes = topicFilters.map((filter) => (inUse ? IDENTIFIER_IN_USE : unsubscribe(broker, link, session, filter)));
  countSubscriptions(broker);
  reply(broker, link, encode({ type: 'UNSUBACK', packetId, ...(link.v5 ? { reasonCodes: codes } : {}) }, link.version));
}

function filtersFault(topicFilters: readonly string[]): Fault | undefined {
  for (const filter of topicFilters) {
    const wrong = topicFilterFault(filter, true);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function unsubscribe(broker: Broker, link: Link, session: Session, text: string): number {
  const topicFilter = mounted(link.listener, text, true);
  const subscription = session.subscriptions?.get(topicFilter);
  if (subscription === undefined) return NO_SUBSCRIPTION;
  session.subscriptions!.delete(topicFilter);
  session.walks?.delete(topicFilter);
  broker.subscriptions.remove(subscription);
  if (session.stores) broker.store('subscription', [session.clientId, topicFilter], undefined);
  const { id: connection, clientId } = link;
  broker.out.event({ name: 'unsubscribed', connection, clientId, topicFilter });
  return 0;
}

/** Whether it could be sent. */
function reply(broker: Broker, link: Link, bytes: Uint8Array): boolean {
  if (bytes.length <= link.maximumPacketSize) {
    broker.out.encoded(link, bytes);
    return true;
  }
  fail(broker, link, fault(0x95, 'the answer is larger than the client takes'));
  return false;
}
