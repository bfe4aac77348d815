// Messages on their way to a session: sent while the client takes them, else queued up to the limits, sent again when it
// comes back. QoS 0 waits for nobody. Every change of what a session holds is stored when the session is.

import { acknowledgementSize, PUBREL, writeAcknowledgement } from './acknowledgement-packets.js';
import type { Broker } from './broker.js';
import { Delivery } from './delivery.js';
import { Fifo } from './fifo.js';
import type { Message } from './message.js';
import { sendPublish } from './send-publish.js';
import type { Link, Receiver, Session } from './session.js';

/** Gives a message to one who is to get it. `retain`: the flag that it goes out with. */
export function deliver(broker: Broker, message: Message, receiver: Receiver, retain: boolean): void {
  const { session, identifiers } = receiver;
  const { link } = session;
  const qos = message.qos < receiver.qos && !broker.settings.upgradeOutgoingQos ? message.qos : receiver.qos;
  if (qos === 0 && link !== undefined) {
    if (link.congested) dropped(broker, session, 'congested');
    else sendPublish(broker, link, message, 0, retain, false, 0, identifiers);
    return;
  }
  if (qos === 0 && !(broker.settings.queueQos0Messages && session.expiryInterval > 0)) return;
  if (!hasRoomFor(broker, session, message)) return;
  const delivery = new Delivery(message, qos, retain, identifiers);
  broker.keeper.keep(message);
  if (link !== undefined && takesMore(session, link) && (session.queue === undefined || session.queue.length === 0)) {
    delivery.packetId = nextPacketId(session);
    hold(broker, session, delivery);
    transmit(broker, session, link, delivery, false);
  } else {
    hold(broker, session, delivery);
    session.queue ??= new Fifo();
    session.queue.push(delivery);
    session.full = session.queue.length >= broker.settings.maximumQueuedMessages;
  }
}

function takesMore(session: Session, link: Link): boolean {
  return !link.congested && outstanding(session) < link.window;
}

/** Messages of QoS 1 and 2 that this connection has been sent and that are not done (5.0: 4.9). */
function outstanding({ inflight, unsent }: Session): number {
  return inflight === undefined ? 0 : inflight.size - (unsent === undefined ? 0 : unsent.length);
}

function hasRoomFor(broker: Broker, session: Session, message: Message): boolean {
  const { settings, counters } = broker;
  const { size } = message;
  let limit: string | undefined;
  if (session.queue !== undefined && session.queue.length >= settings.maximumQueuedMessages) limit = 'queued-messages';
  else if (session.bytes + size > settings.maximumQueuedBytes) limit = 'queued-bytes';
  else if (counters.storedBytes + size > settings.maximumQueuedTotal) limit = 'queued-total';
  if (limit === undefined) return true;
  dropped(broker, session, limit);
  return false;
}

function dropped(broker: Broker, session: Session, limit: string): void {
  broker.counters.publishDropped++;
  if (session.dropping) return;
  session.dropping = true;
  broker.out.event({ name: 'dropping', clientId: session.clientId, limit });
}

/** 2.3.1: not zero, and not in use. */
function nextPacketId(session: Session): number {
  const { inflight } = session;
  let id = session.lastPacketId;
  do id = id === 0xffff ? 1 : id + 1;
  while (inflight?.has(id) === true);
  session.lastPacketId = id;
  return id;
}

/** Sends a delivery that has its identifier; one that the client cannot take is done (5.0: 3.1.2.11.4). */
function transmit(broker: Broker, session: Session, link: Link, delivery: Delivery, again: boolean): void {
  const { qos, retain, packetId, identifiers } = delivery;
  if (qos > 0) {
    session.inflight ??= new Map();
    session.inflight.set(packetId, delivery);
  }
  const sent = sendPublish(broker, link, delivery.message!, qos, retain, again, packetId, identifiers);
  if (!sent || qos === 0) finish(broker, session, delivery);
}

/** What the client takes now: what it has not got again, then what is queued. */
export function pump(broker: Broker, session: Session): void {
  const { link, unsent } = session;
  if (link === undefined) return;
  while (unsent !== undefined && unsent.length > 0 && takesMore(session, link)) {
    const delivery = unsent.shift()!;
    if (session.inflight?.get(delivery.packetId) === delivery && !delivery.released) {
      transmit(broker, session, link, delivery, true);
    }
  }
  const { queue } = session;
  if (queue !== undefined && queue.length > 0) pumpQueue(broker, session, link, queue);
  if (session.walks !== undefined && takesRetained(broker, session)) broker.walking.add(session);
}

/** Half of the queue is left to what is published meanwhile. */
export function takesRetained({ settings }: Broker, { link, queue }: Session): boolean {
  return link !== undefined && !link.congested && (queue?.length ?? 0) <= settings.maximumQueuedMessages / 2;
}

function pumpQueue(broker: Broker, session: Session, link: Link, queue: Fifo<Delivery>): void {
  while (queue.length > 0 && !link.congested) {
    const delivery = queue.first!;
    if (delivery.message!.hasExpired(broker.now)) {
      queue.shift();
      discard(broker, session, delivery);
      continue;
    }
    if (delivery.qos > 0) {
      if (!takesMore(session, link)) break;
      delivery.packetId = nextPacketId(session);
      if (session.stores) storeDelivery(broker, session, delivery);
    }
    queue.shift();
    transmit(broker, session, link, delivery, false);
  }
  session.full = queue.length >= broker.settings.maximumQueuedMessages;
  if (queue.length === 0) session.dropping = false;
}

/** The client is back: what it has not acknowledged goes out again, in its order, as far as it takes that (4.4). */
export function resume(broker: Broker, session: Session, link: Link): void {
  const { inflight } = session;
  session.unsent = undefined;
  if (inflight === undefined) return;
  let sent = 0;
  for (const delivery of [...inflight.values()]) {
    if (delivery.released) sendRelease(broker, link, delivery.packetId, 0);
    else if (sent < link.window) {
      sent++;
      transmit(broker, session, link, delivery, true);
    } else {
      session.unsent ??= new Fifo();
      session.unsent.push(delivery);
    }
  }
}

/** PUBREC has come: the message is no longer needed. It stands last now, as PUBREL is what was sent last (4.6). */
export function release(broker: Broker, session: Session, delivery: Delivery): void {
  if (!delivery.released) {
    letGo(broker, session, delivery);
    delivery.released = true;
    session.inflight!.delete(delivery.packetId);
    session.inflight!.set(delivery.packetId, delivery);
    if (session.stores) {
      const before = delivery.order;
      delivery.order = ++session.lastOrder;
      storeDelivery(broker, session, delivery);
      broker.store('outgoing', [session.clientId, before], undefined);
    }
  }
}

export function sendRelease(broker: Broker, link: Link, packetId: number, reasonCode: number): void {
  const told = link.v5 ? reasonCode : 0;
  const size = acknowledgementSize(told);
  const lane = broker.out.message(link, size);
  writeAcknowledgement(lane.bytes, lane.at, PUBREL, packetId, told);
  lane.at += size;
}

/** Acknowledged, or given up. */
export function finish(broker: Broker, session: Session, delivery: Delivery): void {
  session.inflight?.delete(delivery.packetId);
  discard(broker, session, delivery);
}

function hold(broker: Broker, session: Session, delivery: Delivery): void {
  const message = delivery.message!;
  const { size } = message;
  message.holders++;
  session.bytes += size;
  broker.counters.stored++;
  broker.counters.storedBytes += size;
  if (!session.stores) return;
  if (message.storeId === 0) {
    message.storeId = ++broker.lastStoreId;
    broker.store('message', [message.storeId], recordOf(message));
  }
  delivery.order = ++session.lastOrder;
  storeDelivery(broker, session, delivery);
}

function storeDelivery(broker: Broker, session: Session, delivery: Delivery): void {
  const { message, packetId, qos, retain, identifiers, released } = delivery;
  const value = { message: message?.storeId ?? 0, packetId, qos, retain, identifiers, released };
  broker.store('outgoing', [session.clientId, delivery.order], value);
}

export function recordOf(message: Message) {
  const { v5, qos, publisher, receivedAt, retain } = message;
  if (!message.isKept) message.own();
  const version = v5 ? ('5.0' as const) : ('3.1.1' as const);
  return { packet: message.packet, version, qos, retain, publisher, receivedAt };
}

/** The delivery no longer needs its message. */
function letGo(broker: Broker, session: Session, delivery: Delivery): void {
  const { message } = delivery;
  if (message === undefined) return;
  delivery.message = undefined;
  message.holders--;
  session.bytes -= message.size;
  broker.counters.stored--;
  broker.counters.storedBytes -= message.size;
  if (message.holders === 0 && message.storeId !== 0) {
    broker.store('message', [message.storeId], undefined);
    message.storeId = 0;
  }
}

function discard(broker: Broker, session: Session, delivery: Delivery): void {
  letGo(broker, session, delivery);
  if (delivery.order > 0) broker.store('outgoing', [session.clientId, delivery.order], undefined);
}

/** The session ends: nothing of it is on its way any more. */
export function discardAll(broker: Broker, session: Session): void {
  const { inflight, queue } = session;
  if (inflight !== undefined) for (const delivery of inflight.values()) discard(broker, session, delivery);
  for (let one = queue?.shift(); one !== undefined; one = queue?.shift()) discard(broker, session, one);
  session.inflight = undefined;
  session.unsent = undefined;
}
