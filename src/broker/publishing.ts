// PUBLISH of a client (3.3): checked, given to all whom it is for, then acknowledged as its QoS asks. A message of QoS 2 is
// passed on when it comes and its identifier remembered until PUBREL (4.3.3, method B).

import { illFormedAt } from '../bytes/utf8.js';
import type { PublishPacket } from '../codec/packet.js';
import { PUBACK, PUBREC } from './acknowledgement-packets.js';
import { answer } from './acknowledging.js';
import type { Batch, Places } from './batch.js';
import type { Broker } from './broker.js';
import { responseTopicFault } from './checks-connect.js';
import { propertiesFault, propertyOf } from './checks-properties.js';
import { fitsString, isBridgeState, isSystemTopic, levelsOf, topicNameFault } from './checks-topics.js';
import { fail } from './closing.js';
import { publish } from './fan-out.js';
import { type Fault, fault, malformed, protocolError } from './faults.js';
import { Message, packetOf } from './message.js';
import type { Link, Session } from './session.js';

const NO_SUBSCRIBERS = 0x10;
const IMPLEMENTATION_SPECIFIC = 0x83;
const NOT_AUTHORIZED = 0x87;
const TOPIC_NAME_INVALID = 0x90;
const IDENTIFIER_IN_USE = 0x91;
const RECEIVE_MAXIMUM_EXCEEDED = 0x93;
const TOPIC_ALIAS_INVALID = 0x94;
const RATE_TOO_HIGH = 0x96;
const QUOTA_EXCEEDED = 0x97;
const PAYLOAD_FORMAT_INVALID = 0x99;
const RETAIN_NOT_SUPPORTED = 0x9a;
const QOS_NOT_SUPPORTED = 0x9b;
const SECOND = 1e9;
const LONGEST = 268_000_000;

interface MutablePlaces extends Places {
  v5: boolean;
  topicAt: number;
  topicEnd: number;
  payloadAt: number;
}
const places: MutablePlaces = { v5: false, topicAt: 0, topicEnd: 0, payloadAt: 0 };

export function handlePublish(
  broker: Broker,
  link: Link,
  batch: Batch,
  frame: Uint8Array,
  packet: PublishPacket,
): void {
  const { counters } = broker;
  counters.publishReceived++;
  counters.publishBytesReceived += packet.payload.length;
  const { listener } = link;
  const properties = packet.properties !== undefined && packet.properties.length > 0 ? packet.properties : undefined;
  const wrong = publishFault(broker, link, packet) ?? (properties === undefined ? undefined : detailFault(packet));
  if (wrong !== undefined) {
    fail(broker, link, wrong);
    return;
  }
  const alias = properties === undefined ? undefined : propertyOf(properties, 'topicAlias');
  const name = alias === undefined ? packet.topic : aliased(link, packet.topic, alias);
  const topic = listener.mountPoint === '' || name === undefined ? name : listener.mountPoint + name;
  if (name === undefined || topic === undefined) {
    fail(
      broker,
      link,
      fault(alias === 0 || alias! > listener.topicAliasMaximum ? TOPIC_ALIAS_INVALID : 0x82, `Topic Alias ${alias}`),
    );
    return;
  }
  const known = broker.subscriptions.known(topic) !== undefined;
  if (!known || name === '') {
    const bad = topicNameFault(name);
    if (bad !== undefined) {
      fail(broker, link, bad);
      return;
    }
  }
  const refused = refusal(broker, link, packet, topic, known);
  if (refused !== 0) {
    deny(broker, link, packet, refused);
    return;
  }
  const isOwn = alias !== undefined || name !== topic || packet.remainingLengthWidth !== undefined;
  pass(broker, link, batch, frame, packet, topic, isOwn);
}

/** What is wrong with it whatever its topic. */
function publishFault(broker: Broker, link: Link, packet: PublishPacket): Fault | undefined {
  const { qos, packetId, dup, retain } = packet;
  const { listener, session, v5 } = link;
  if (qos > 0) {
    if (qos === 3) return malformed('QoS 3');
    if (packetId === 0) return protocolError('Packet Identifier 0');
    if (qos > listener.maximumQos) return fault(QOS_NOT_SUPPORTED, `QoS ${qos}`);
    if (qos === 2 && v5) {
      const { incoming } = session!;
      if (incoming !== undefined && incoming.size >= listener.receiveMaximum && !incoming.has(packetId!)) {
        return fault(RECEIVE_MAXIMUM_EXCEEDED, 'more than Receive Maximum');
      }
    }
  } else if (dup && link.version !== '3.1') return protocolError('DUP with QoS 0');
  if (retain && !listener.retainAvailable) return fault(RETAIN_NOT_SUPPORTED, 'RETAIN');
  return listener.maximumMessageRate > 0 ? rateFault(broker, link) : undefined;
}

function rateFault(broker: Broker, link: Link): Fault | undefined {
  if (!(broker.now - link.rateSecond < SECOND)) {
    link.rateSecond = broker.now;
    link.rateCount = 0;
  }
  link.rateCount++;
  return link.rateCount > link.listener.maximumMessageRate ? fault(RATE_TOO_HIGH, 'too many messages') : undefined;
}

/** One with properties. */
function detailFault({ properties = [], qos, payload }: PublishPacket): Fault | undefined {
  const wrong = propertiesFault(properties, 'PUBLISH');
  if (wrong !== undefined) return wrong;
  // 3.3.4: only servers send one.
  if (propertyOf(properties, 'subscriptionIdentifier') !== undefined) return protocolError('a Subscription Identifier');
  const invalid = qos === 0 && propertyOf(properties, 'payloadFormatIndicator') === 1 && isNoText(payload);
  return invalid ? fault(PAYLOAD_FORMAT_INVALID, 'the payload is not UTF-8') : responseTopicFault(properties);
}

function isNoText(payload: Uint8Array): boolean {
  return illFormedAt(payload, 0, payload.length) >= 0;
}

/** 3.3.2.3.4: the topic that the alias is set to or stands for; undefined: none. */
function aliased(link: Link, topic: string, alias: number): string | undefined {
  if (alias > link.listener.topicAliasMaximum) return undefined;
  if (topic === '') return link.aliases?.[alias];
  // One that is no topic name fails next, and takes the connection with it.
  link.aliases ??= new Array(link.listener.topicAliasMaximum + 1).fill(undefined);
  link.aliases[alias] = topic;
  return topic;
}

/** The Reason Code of a message that is taken from the client and not passed on; 0: it is. */
function refusal(broker: Broker, link: Link, packet: PublishPacket, topic: string, known: boolean): number {
  const { qos, properties, payload } = packet;
  if (isSystemTopic(topic) && !isBridgeState(topic)) return NOT_AUTHORIZED;
  if (payload.length > broker.settings.maximumPayload) return IMPLEMENTATION_SPECIFIC;
  if (link.allowedTopic !== topic) {
    const { authorize } = link.listener;
    if (authorize !== undefined && !authorize(link.session!.client, 'publish', topic)) return NOT_AUTHORIZED;
    link.allowedTopic = topic;
  }
  if (!known && (levelsOf(topic) > broker.settings.maximumTopicLevels || !fitsString(topic))) return TOPIC_NAME_INVALID;
  // With its mount point it must be a packet still.
  if (topic.length + payload.length > LONGEST) return QUOTA_EXCEEDED;
  if (qos === 1 && link.v5 && link.session!.incoming?.has(packet.packetId!) === true) return IDENTIFIER_IN_USE;
  if (properties === undefined || properties.length === 0 || qos === 0) return 0;
  const invalid = propertyOf(properties, 'payloadFormatIndicator') === 1 && isNoText(payload);
  return invalid ? PAYLOAD_FORMAT_INVALID : 0;
}

/** Before 5.0 it is acknowledged as if it had been passed on (3.3.5). */
function deny(broker: Broker, link: Link, { qos, packetId = 0 }: PublishPacket, reasonCode: number): void {
  if (qos === 1) answer(broker, link, PUBACK, packetId, reasonCode);
  else if (qos === 2) {
    if (!link.v5) remember(broker, link.session!, packetId);
    answer(broker, link, PUBREC, packetId, reasonCode);
  }
}

function remember(broker: Broker, session: Session, packetId: number): void {
  session.incoming ??= new Set();
  session.incoming.add(packetId);
  if (session.stores) broker.store('incoming', [session.clientId, packetId], true);
}

/** `isOwn`: the packet cannot be passed on as it came. */
function pass(
  broker: Broker,
  link: Link,
  batch: Batch,
  frame: Uint8Array,
  packet: PublishPacket,
  topic: string,
  isOwn: boolean,
): void {
  const { qos, packetId = 0, retain, payload } = packet;
  const session = link.session!;
  const { settings } = broker;
  if (qos === 0 && frame[0] === 0x30 && !isOwn && !settings.tellsMessages && !settings.upgradeOutgoingQos) {
    const matches = broker.subscriptions.match(topic);
    if (batch.add(matches, frame, placesOf(frame, link.v5, payload.length), session)) return;
  }
  // 4.3.3: a message that has been passed on already is only acknowledged again.
  if (qos === 2 && session.incoming?.has(packetId) === true) {
    answer(broker, link, PUBREC, packetId, 0);
    return;
  }
  const message = isOwn ? ownOf(link, packet, topic, broker.now) : undefined;
  const count = publish(
    broker,
    message ?? new Message(frame, link.v5, topic, qos, retain, session.clientId, broker.now),
    session,
  );
  const reasonCode = count === 0 ? NO_SUBSCRIBERS : 0;
  if (qos === 1) answer(broker, link, PUBACK, packetId, reasonCode);
  else if (qos === 2) {
    remember(broker, session, packetId);
    answer(broker, link, PUBREC, packetId, reasonCode);
  }
}

function ownOf(
  link: Link,
  { qos, retain, payload, properties = [] }: PublishPacket,
  topic: string,
  now: number,
): Message {
  const kept = properties.filter(({ name }) => name !== 'topicAlias');
  const packet = packetOf(topic, kept, payload);
  return new Message(packet, kept.length > 0, topic, qos, retain, link.clientId, now);
}

function placesOf(frame: Uint8Array, v5: boolean, payloadLength: number): Places {
  let at = 1;
  while (frame[at]! >= 0x80) at++;
  at++;
  places.v5 = v5;
  places.topicAt = at;
  places.topicEnd = at + 2 + frame[at]! * 256 + frame[at + 1]!;
  places.payloadAt = frame.length - payloadLength;
  return places;
}
