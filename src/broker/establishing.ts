// A client is let in: an older connection of it ends, its session begins or goes on, CONNACK says what it gets, and what
// it has not acknowledged goes out again (3.1.4, 3.2, 4.4).

import { copyOf } from '../bytes/copy.js';
import { encode } from '../codec/frame.js';
import type { ConnectPacket, Property } from '../codec/packet.js';
import type { Broker } from './broker.js';
import { propertyOf } from './checks-properties.js';
import { fitsString } from './checks-topics.js';
import { dropWill, end, endSession, fail, refuse, sendWill, storeSession, willRecord } from './closing.js';
import { fault } from './faults.js';
import { packetOf } from './message.js';
import type { Opening } from './opening.js';
import { pump, resume } from './outgoing.js';
import { type Link, Session } from './session.js';
import type { Client } from './settings.js';
import type { Will } from './will.js';

const TAKEN_OVER = 0x8e;
const QUOTA_EXCEEDED = 0x97;
const SECOND = 1e9;
/** What the format can hold: no limit. */
const LONGEST_PACKET = 268_435_460;

export function establish(broker: Broker, link: Link, opening: Opening, data: Uint8Array | undefined): void {
  const { connect, clientId } = opening;
  if (connect.will !== undefined && broker.willBytes >= broker.settings.maximumWillBytes) {
    refuse(broker, link, fault(QUOTA_EXCEEDED, 'too many bytes of wills'));
    return;
  }
  const cleanStart = (link.v5 ? connect.flags.cleanStart : connect.flags.cleanSession) === true;
  const left = takeOver(broker, clientId, cleanStart);
  let session = broker.sessions.get(clientId);
  const sessionPresent = session !== undefined;
  if (session === undefined) {
    if (!makeRoom(broker)) {
      refuse(broker, link, fault(QUOTA_EXCEEDED, 'too many sessions'));
      return;
    }
    session = new Session(clientId, clientOf(link), link.listener);
    broker.sessions.set(clientId, session);
  }
  const bytes = connack(broker, link, opening, sessionPresent, data);
  if (bytes.length > link.maximumPacketSize) {
    if (!sessionPresent) endSession(broker, session, undefined);
    // 3.1.2.11.4: what the client cannot take must not be sent, and without CONNACK there is no connection.
    end(
      broker,
      link,
      { by: 'server', reasonCode: 0x95, reason: 'CONNACK is larger than the client takes' },
      'graceful',
    );
    return;
  }
  join(broker, link, session, opening);
  broker.out.encoded(link, bytes);
  welcome(broker, link, session, opening, cleanStart, sessionPresent);
  if (left !== undefined) sendWill(broker, left.session, left.will);
  resume(broker, session, link);
  pump(broker, session);
}

function clientOf({ clientId, userName, version, listenerIndex, remote }: Link): Client {
  return { clientId, userName, version, listener: listenerIndex, remote };
}

/**
 * 3.1.4: the older connection of this client ends, and on a clean start its session too: then a will that waited for its
 * delay is due, after CONNACK.
 */
function takeOver(
  broker: Broker,
  clientId: string,
  cleanStart: boolean,
): { readonly session: Session; readonly will: Will } | undefined {
  const session = broker.sessions.get(clientId);
  if (session === undefined) return undefined;
  const older = session.link;
  if (older !== undefined) fail(broker, older, fault(TAKEN_OVER, 'another connection has this Client Identifier'));
  // It may have ended with its connection.
  if (broker.sessions.get(clientId) !== session) return undefined;
  const { will } = session;
  // 3.1.3.2.2: it is back before the delay was over.
  dropWill(broker, session);
  if (!cleanStart) return undefined;
  endSession(broker, session, 'clean-start');
  return will === undefined ? undefined : { session, will };
}

/** The one left longest ends when there are too many. */
function makeRoom(broker: Broker): boolean {
  if (broker.sessions.size < broker.settings.maximumSessions) return true;
  for (const session of broker.absent) {
    endSession(broker, session, 'limit');
    return true;
  }
  return false;
}

/** Link and session know each other, and what CONNECT said. */
function join(broker: Broker, link: Link, session: Session, opening: Opening): void {
  const { connect, keepAlive } = opening;
  const { settings } = broker;
  link.state = 'open';
  link.session = session;
  link.patience = keepAlive === 0 ? Number.POSITIVE_INFINITY : 1.5 * SECOND * keepAlive;
  const receiveMaximum = propertyOf(connect.properties, 'receiveMaximum') ?? 0xffff;
  link.window = Math.min(receiveMaximum, settings.maximumInflight);
  link.aliasesLeft = Math.min(propertyOf(connect.properties, 'topicAliasMaximum') ?? 0, link.listener.topicAliasesSent);
  link.plain = link.aliasesLeft === 0 && link.listener.mountPoint === '';
  link.bridge = opening.bridge;
  if (keepAlive === 0) broker.timers.clear(link.timer);
  else broker.timers.set(link.timer, broker.now + link.patience);
  broker.absent.delete(session);
  broker.timers.clear(session.timer);
  const renamed = session.client.userName !== link.userName || session.listener !== link.listener;
  session.link = link;
  session.client = clientOf(link);
  session.listener = link.listener;
  if (renamed) broker.subscriptions.forget();
  setExpiry(broker, session, expiryOf(broker, link, connect));
  setWill(broker, session, link, connect);
}

/** Seconds: what 5.0 asks for; before, a session that is not clean is kept for the longest time there is. */
export function expiryOf(broker: Broker, link: Link, connect: ConnectPacket): number {
  const { sessionExpiryMaximum } = broker.settings;
  if (!link.v5) return connect.flags.cleanSession === true ? 0 : sessionExpiryMaximum;
  return Math.min(propertyOf(connect.properties, 'sessionExpiryInterval') ?? 0, sessionExpiryMaximum);
}

export function setExpiry(broker: Broker, session: Session, expiryInterval: number): void {
  const stored = session.stores;
  session.expiryInterval = expiryInterval;
  session.stores = broker.settings.stores && expiryInterval > 0;
  session.storesWill = broker.settings.stores;
  if (session.stores) storeSession(broker, session);
  else if (stored) unstore(broker, session);
}

/** It ends with this connection: nothing of it is needed after a restart. */
function unstore(broker: Broker, { clientId, inflight, queue, incoming, subscriptions }: Session): void {
  for (const one of inflight?.values() ?? []) broker.store('outgoing', [clientId, one.order], undefined);
  for (let i = 0; queue !== undefined && i < queue.length; i++)
    broker.store('outgoing', [clientId, queue.at(i)!.order], undefined);
  for (const id of incoming ?? []) broker.store('incoming', [clientId, id], undefined);
  for (const filter of subscriptions?.keys() ?? []) broker.store('subscription', [clientId, filter], undefined);
  broker.store('session', [clientId], undefined);
}

function setWill(broker: Broker, session: Session, { listener, v5 }: Link, { will, flags }: ConnectPacket): void {
  dropWill(broker, session);
  if (will === undefined) return;
  const properties = (will.properties ?? []).filter(({ name }) => name !== 'willDelayInterval');
  const topic = listener.mountPoint + will.topic;
  const made: Will = {
    packet: packetOf(topic, properties, copyOf(will.payload)),
    v5: v5 && properties.length > 0,
    topic,
    qos: flags.willQos,
    retain: flags.willRetain,
    delayInterval: propertyOf(will.properties, 'willDelayInterval') ?? 0,
  };
  session.will = made;
  broker.willBytes += made.packet.length;
  if (session.storesWill) broker.store('will', [session.clientId], willRecord(made, undefined));
}

function welcome(
  broker: Broker,
  link: Link,
  session: Session,
  opening: Opening,
  cleanStart: boolean,
  sessionPresent: boolean,
): void {
  const { counters, out } = broker;
  counters.sessions = broker.sessions.size;
  counters.connections++;
  counters.clientsConnected++;
  counters.clientsMaximum = Math.max(counters.clientsMaximum, counters.clientsConnected);
  link.opening = undefined;
  const { clientId } = session;
  const { id: connection, version, userName, remote } = link;
  const { keepAlive } = opening;
  const facts = { version, userName, keepAlive, cleanStart, sessionPresent, remote };
  out.event({ name: 'connected', connection, clientId, ...facts });
}

function connack(
  broker: Broker,
  link: Link,
  opening: Opening,
  sessionPresent: boolean,
  data: Uint8Array | undefined,
): Uint8Array {
  // 3.1 has no Session Present: the byte is reserved.
  const acknowledgeFlags = { reserved: 0, sessionPresent: sessionPresent && link.version !== '3.1' };
  if (!link.v5) return encode({ type: 'CONNACK', acknowledgeFlags, returnCode: 0 }, link.version);
  const properties = connackProperties(broker, link, opening, data);
  return encode({ type: 'CONNACK', acknowledgeFlags, reasonCode: 0, properties }, '5.0');
}

/** Each where it differs from what the specification takes for granted. */
function connackProperties(broker: Broker, link: Link, opening: Opening, data: Uint8Array | undefined): Property[] {
  const { listener } = link;
  const { connect, clientId, assigned, keepAlive } = opening;
  const list: Property[] = [];
  const expiry = expiryOf(broker, link, connect);
  const says = (condition: boolean, property: Property): void => {
    if (condition) list.push(property);
  };
  const asked = propertyOf(connect.properties, 'sessionExpiryInterval') ?? 0;
  says(expiry !== asked, { name: 'sessionExpiryInterval', value: expiry });
  says(listener.receiveMaximum < 0xffff, { name: 'receiveMaximum', value: listener.receiveMaximum });
  says(listener.maximumQos < 2, { name: 'maximumQos', value: listener.maximumQos });
  says(!listener.retainAvailable, { name: 'retainAvailable', value: 0 });
  says(listener.maximumPacketSize < LONGEST_PACKET, { name: 'maximumPacketSize', value: listener.maximumPacketSize });
  says(assigned, { name: 'assignedClientIdentifier', value: clientId });
  says(listener.topicAliasMaximum > 0, { name: 'topicAliasMaximum', value: listener.topicAliasMaximum });
  says(!listener.wildcardSubscriptionAvailable, { name: 'wildcardSubscriptionAvailable', value: 0 });
  says(!listener.subscriptionIdentifierAvailable, { name: 'subscriptionIdentifierAvailable', value: 0 });
  says(!listener.sharedSubscriptionAvailable, { name: 'sharedSubscriptionAvailable', value: 0 });
  says(keepAlive !== connect.keepAlive, { name: 'serverKeepAlive', value: keepAlive });
  const information = listener.responseInformation.replaceAll('%c', clientId);
  const wanted = information !== '' && propertyOf(connect.properties, 'requestResponseInformation') === 1;
  says(wanted && fitsString(information), { name: 'responseInformation', value: information });
  says(link.method !== '', { name: 'authenticationMethod', value: link.method });
  if (data !== undefined) list.push({ name: 'authenticationData', value: data });
  return list;
}
