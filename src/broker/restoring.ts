// Takes over what an earlier run stored: the inverse of the `store` outputs. Records come in any order, and some may be
// left over from a change that was not finished: what belongs to nothing is left out and deleted.

import type { Broker } from './broker.js';
import { countSubscriptions, endSession, NEVER, publishWill, storeSession } from './closing.js';
import { Delivery } from './delivery.js';
import { Fifo } from './fifo.js';
import { Message } from './message.js';
import type { MessageRecord, OutgoingRecord, SessionRecord, StoredRecord, WillRecord } from './records.js';
import { Session, Subscription } from './session.js';

const SECOND = 1e9;

type Of<T extends StoredRecord['table']> = Extract<StoredRecord, { table: T }>;

export function restore(broker: Broker, records: Iterable<StoredRecord>): void {
  const all = [...records];
  const of = <T extends StoredRecord['table']>(table: T) => all.filter((one): one is Of<T> => one.table === table);
  for (const { key, value } of of('retained')) restoreRetained(broker, key[0], value);
  for (const { key, value } of of('session')) restoreSession(broker, key[0], value);
  for (const { key, value } of of('subscription')) {
    const session = broker.sessions.get(key[0]);
    if (session === undefined) broker.store('subscription', key, undefined);
    else restoreSubscription(broker, session, key[1], value);
  }
  const messages = new Map(of('message').map(({ key, value }) => [key[0], messageFrom(value)]));
  for (const id of messages.keys()) broker.lastStoreId = Math.max(broker.lastStoreId, id);
  for (const { key, value } of of('outgoing').sort((a, b) => a.key[1] - b.key[1])) {
    const session = broker.sessions.get(key[0]);
    const message = messages.get(value.message);
    const fits = session !== undefined && (value.released || message !== undefined);
    if (fits) restoreDelivery(broker, session, key[1], value, message);
    else broker.store('outgoing', key, undefined);
  }
  for (const [id, message] of messages) {
    if (message.holders === 0) broker.store('message', [id], undefined);
    else message.storeId = id;
  }
  for (const { key } of of('incoming')) {
    const session = broker.sessions.get(key[0]);
    if (session === undefined) broker.store('incoming', key, undefined);
    else (session.incoming ??= new Set()).add(key[1]);
  }
  for (const { key, value } of of('will')) restoreWill(broker, key[0], value);
  countSubscriptions(broker);
  broker.counters.sessions = broker.sessions.size;
  broker.counters.retained = broker.retained.count;
  broker.counters.retainedBytes = broker.retained.bytes;
  endOverdue(broker);
}

function messageFrom({ packet, version, qos, retain, publisher, receivedAt }: MessageRecord): Message {
  const v5 = version === '5.0';
  const message = new Message(packet, v5, topicOf(packet), qos, retain, publisher, receivedAt);
  message.own();
  return message;
}

function topicOf(packet: Uint8Array): string {
  let at = 1;
  while (packet[at]! >= 0x80) at++;
  const start = at + 3;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    packet.subarray(start, start + packet[at + 1]! * 256 + packet[at + 2]!),
  );
}

function restoreRetained(broker: Broker, topic: string, record: MessageRecord): void {
  const message = messageFrom(record);
  if (message.hasExpired(broker.now)) broker.store('retained', [topic], undefined);
  else broker.retained.set(topic, message);
}

/** Its client is away; if it was connected, it has been since now. */
function restoreSession(broker: Broker, clientId: string, { expiryInterval, expiresAt, version }: SessionRecord): void {
  const listener = broker.settings.listeners[0]!;
  const client = { clientId, userName: undefined, version, listener: 0, remote: '' };
  const session = new Session(clientId, client, listener);
  session.expiryInterval = expiryInterval;
  session.stores = broker.settings.stores;
  session.storesWill = broker.settings.stores;
  session.leftAt = broker.now;
  broker.sessions.set(clientId, session);
  broker.absent.add(session);
  if (expiryInterval === NEVER) return;
  broker.timers.set(session.timer, expiresAt ?? broker.now + expiryInterval * SECOND);
  if (expiresAt === undefined) storeSession(broker, session);
}

function restoreSubscription(
  broker: Broker,
  session: Session,
  topicFilter: string,
  { qos, noLocal, retainAsPublished, retainHandling, identifier }: Of<'subscription'>['value'],
): void {
  const made = new Subscription(session, topicFilter, qos, retainAsPublished, noLocal, retainHandling, identifier);
  session.subscriptions ??= new Map();
  session.subscriptions.set(topicFilter, made);
  broker.subscriptions.add(made);
}

function restoreDelivery(
  broker: Broker,
  session: Session,
  order: number,
  { packetId, qos, retain, identifiers, released }: OutgoingRecord,
  message: Message | undefined,
): void {
  const delivery = new Delivery(released ? undefined : message, qos, retain, identifiers);
  delivery.order = order;
  delivery.packetId = packetId;
  delivery.released = released;
  session.lastOrder = Math.max(session.lastOrder, order);
  if (!released) {
    message!.holders++;
    session.bytes += message!.size;
    broker.counters.stored++;
    broker.counters.storedBytes += message!.size;
  }
  if (packetId > 0) {
    session.inflight ??= new Map();
    session.inflight.set(packetId, delivery);
    session.lastPacketId = packetId;
  } else {
    session.queue ??= new Fifo();
    session.queue.push(delivery);
    session.full = session.queue.length >= broker.settings.maximumQueuedMessages;
  }
}

/** A will without a session is one whose session ended with its connection: it is due. */
function restoreWill(broker: Broker, clientId: string, record: WillRecord): void {
  const { packet, version, qos, retain, delayInterval, dueAt } = record;
  const will = { packet, v5: version === '5.0', topic: topicOf(packet), qos, retain, delayInterval };
  const known = broker.sessions.get(clientId);
  const client = { clientId, userName: undefined, version, listener: 0, remote: '' };
  const session = known ?? new Session(clientId, client, broker.settings.listeners[0]!);
  session.will = will;
  broker.willBytes += will.packet.length;
  session.storesWill = broker.settings.stores;
  if (known === undefined || delayInterval === 0) publishWill(broker, session);
  else broker.timers.set(session.willTimer, dueAt ?? broker.now + delayInterval * SECOND);
}

/** What ended while nobody was looking. */
function endOverdue(broker: Broker): void {
  for (let timer = broker.timers.take(broker.now); timer !== undefined; timer = broker.timers.take(broker.now)) {
    if (timer.kind === 'session') endSession(broker, timer.owner as Session, 'expired');
    else if (timer.kind === 'will') publishWill(broker, timer.owner as Session);
  }
}
