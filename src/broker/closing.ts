// How connections end: refused before CONNACK, ended by an error with the Reason Code that 5.0 has for it, left by the
// client, lost. What becomes of the session and its will is decided here too (3.1.2.4, 3.1.2.5, 4.1).

import { encode } from '../codec/frame.js';
import type { Property } from '../codec/packet.js';
import type { Broker } from './broker.js';
import { isBridgeState, isSystemTopic } from './checks-topics.js';
import { publish } from './fan-out.js';
import { type Fault, returnCodeOf } from './faults.js';
import { Message } from './message.js';
import { discardAll } from './outgoing.js';
import type { Link, Session } from './session.js';
import type { Will } from './will.js';

export const NEVER = 0xffffffff;
const SECOND = 1e9;
const SHUTTING_DOWN = 0x8b;
const LONGEST_REASON = 250;

/** What a connection ends with. */
export interface Ending {
  readonly by: 'client' | 'server' | 'network';
  readonly reasonCode: number | undefined;
  readonly reason: string;
}

/** Something is wrong with what the client sends: it is told as its version allows, and closed (5.0: 4.13). */
export function fail(
  broker: Broker,
  link: Link,
  { reasonCode, reason }: Fault,
  properties: readonly Property[] = [],
): void {
  if (link.state === 'closed') return;
  if (link.state !== 'open') {
    refuse(broker, link, { reasonCode, reason }, properties);
    return;
  }
  if (link.v5) sendDisconnect(broker, link, reasonCode, reason, properties);
  end(broker, link, { by: 'server', reasonCode, reason }, 'graceful');
}

function sendDisconnect(
  broker: Broker,
  link: Link,
  reasonCode: number,
  reason: string,
  properties: readonly Property[],
): void {
  const full = [...reasonStrings(link, reason), ...properties];
  for (const list of [full, properties, []]) {
    const bytes = encode({ type: 'DISCONNECT', reasonCode, ...(list.length > 0 ? { properties: list } : {}) }, '5.0');
    if (bytes.length > link.maximumPacketSize) continue;
    broker.out.encoded(link, bytes);
    return;
  }
}

/** A long one is left out: what the client sent may stand in it. */
function reasonStrings(link: Link, reason: string): Property[] {
  if (reason === '' || reason.length > LONGEST_REASON || !link.problemInformation) return [];
  return [{ name: 'reasonString', value: reason }];
}

/** Before CONNACK 0x00: a CONNACK that refuses, where the version has one for it, and the end (3.1.4). */
export function refuse(
  broker: Broker,
  link: Link,
  { reasonCode, reason }: Fault,
  properties: readonly Property[] = [],
): void {
  const bytes = refusal(link, reasonCode, reason, properties);
  if (bytes !== undefined && link.announced) broker.out.encoded(link, bytes);
  const { remote, clientId } = link;
  forget(broker, link, 'graceful');
  broker.out.event({ name: 'refused', connection: link.id, clientId, reasonCode, reason, remote });
}

function refusal(link: Link, code: number, reason: string, properties: readonly Property[]): Uint8Array | undefined {
  const acknowledgeFlags = { reserved: 0, sessionPresent: false };
  if (!link.v5) {
    const returnCode = returnCodeOf(code);
    return returnCode === undefined ? undefined : encode({ type: 'CONNACK', acknowledgeFlags, returnCode }, '3.1.1');
  }
  const full = [...reasonStrings(link, reason), ...properties];
  for (const list of [full, properties, []]) {
    const bytes = encode({ type: 'CONNACK', acknowledgeFlags, reasonCode: code, properties: list }, '5.0');
    if (bytes.length <= link.maximumPacketSize) return bytes;
  }
  return undefined;
}

/** The connection is over, whoever ended it. */
export function end(broker: Broker, link: Link, ending: Ending, how: 'graceful' | 'reset' | 'gone'): void {
  if (link.state === 'closed') return;
  const { session } = link;
  forget(broker, link, how);
  if (session === undefined) return;
  const { clientId } = session;
  broker.out.event({ name: 'disconnected', connection: link.id, clientId, ...ending });
  broker.counters.clientsConnected--;
  session.link = undefined;
  session.unsent = undefined;
  session.walks = undefined;
  session.leftAt = broker.now;
  broker.walking.delete(session);
  // 3.14.4: DISCONNECT with 0x00 takes the will away.
  if (ending.by === 'client' && ending.reasonCode === 0) dropWill(broker, session);
  leave(broker, session);
}

/** The server stops (5.0: 0x8B). Sessions and wills stay as they are: what is stored is found at the next start. */
export function stopLink(broker: Broker, link: Link): void {
  const { session } = link;
  if (link.v5 && link.state === 'open') sendDisconnect(broker, link, SHUTTING_DOWN, '', []);
  forget(broker, link, 'graceful');
  if (session === undefined) return;
  const { clientId } = session;
  session.link = undefined;
  broker.counters.clientsConnected--;
  const ending = { by: 'server', reasonCode: SHUTTING_DOWN, reason: 'the server shuts down' } as const;
  broker.out.event({ name: 'disconnected', connection: link.id, clientId, ...ending });
}

/** The client of a session has gone: its will, and the session itself, are due at once or later. */
function leave(broker: Broker, session: Session): void {
  const { expiryInterval, will, clientId } = session;
  if (expiryInterval === 0) {
    endSession(broker, session, undefined);
    return;
  }
  broker.absent.add(session);
  if (expiryInterval !== NEVER) broker.timers.set(session.timer, broker.now + expiryInterval * SECOND);
  if (session.stores) storeSession(broker, session);
  if (will === undefined) return;
  if (will.delayInterval === 0) publishWill(broker, session);
  else {
    broker.timers.set(session.willTimer, broker.now + will.delayInterval * SECOND);
    if (session.storesWill) broker.store('will', [clientId], willRecord(will, session.willTimer.at));
  }
}

/** Nothing more comes from it or goes to it. */
function forget(broker: Broker, link: Link, how: 'graceful' | 'reset' | 'gone'): void {
  if (how !== 'gone') broker.out.close(link, how);
  else broker.out.flush();
  link.state = 'closed';
  broker.timers.clear(link.timer);
  broker.links.delete(link.id);
  broker.connections[link.listenerIndex]!--;
  if (link.surplus) broker.surplus--;
  if (link.partial !== undefined) broker.counters.partialBytes -= link.partial.size;
  link.partial = undefined;
  link.opening = undefined;
  link.again = undefined;
  link.aliases = undefined;
  link.aliasOf = undefined;
}

/**
 * 4.1: the state of a session is gone; a will that waits does so no longer (5.0: 3.1.2.5). On a clean start the caller
 * publishes it, once the new session is there.
 */
export function endSession(
  broker: Broker,
  session: Session,
  why: 'expired' | 'clean-start' | 'limit' | undefined,
): void {
  const { clientId } = session;
  broker.timers.clear(session.timer);
  broker.timers.clear(session.willTimer);
  if (broker.sessions.get(clientId) === session) broker.sessions.delete(clientId);
  broker.absent.delete(session);
  broker.counters.sessions = broker.sessions.size;
  if (session.subscriptions !== undefined) {
    for (const one of session.subscriptions.values()) {
      broker.subscriptions.remove(one);
      if (session.stores) broker.store('subscription', [clientId, one.topicFilter], undefined);
    }
    session.subscriptions = undefined;
    countSubscriptions(broker);
  }
  discardAll(broker, session);
  if (session.stores) {
    if (session.incoming !== undefined)
      for (const id of session.incoming) broker.store('incoming', [clientId, id], undefined);
    broker.store('session', [clientId], undefined);
  }
  if (why !== undefined) broker.out.event({ name: 'session-ended', clientId, why });
  if (why !== 'clean-start') publishWill(broker, session);
}

export function countSubscriptions({ counters, subscriptions }: Broker): void {
  counters.subscriptions = subscriptions.count;
  counters.sharedSubscriptions = subscriptions.shared;
}

/** Publishes the will if there is one, and takes it away. */
export function publishWill(broker: Broker, session: Session): void {
  const { will } = session;
  dropWill(broker, session);
  if (will !== undefined) sendWill(broker, session, will);
}

/** One that has been taken away from its session. */
export function sendWill(broker: Broker, session: Session, will: Will): void {
  const { client } = session;
  const { packet, v5, topic, qos, retain } = will;
  const { authorize } = session.listener;
  if (
    (isSystemTopic(topic) && !isBridgeState(topic)) ||
    (authorize !== undefined && !authorize(client, 'publish', topic))
  )
    return;
  publish(broker, new Message(packet, v5, topic, qos, retain, session.clientId, broker.now), session);
}

export function dropWill(broker: Broker, session: Session): void {
  if (session.will === undefined) return;
  broker.willBytes -= session.will.packet.length;
  session.will = undefined;
  broker.timers.clear(session.willTimer);
  if (session.storesWill) broker.store('will', [session.clientId], undefined);
}

export function willRecord({ packet, v5, qos, retain, delayInterval }: Will, dueAt: number | undefined) {
  return { packet, version: v5 ? ('5.0' as const) : ('3.1.1' as const), qos, retain, delayInterval, dueAt };
}

export function storeSession(broker: Broker, { clientId, expiryInterval, timer, link, client }: Session): void {
  const expiresAt = link === undefined && timer.place >= 0 ? timer.at : undefined;
  broker.store('session', [clientId], { expiryInterval, expiresAt, version: client.version });
}
