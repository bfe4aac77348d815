// PUBACK, PUBREC, PUBREL and PUBCOMP of a client (3.4 to 3.7, 4.3), and writing ours.

import type { PublishAckPacket } from '../codec/packet.js';
import { reasonCodeName } from '../spec/reason-codes.js';
import {
  acknowledgementSize,
  PUBACK,
  PUBCOMP,
  PUBREC,
  PUBREL,
  writeAcknowledgement,
} from './acknowledgement-packets.js';
import type { Broker } from './broker.js';
import { propertiesFault } from './checks-properties.js';
import { fail } from './closing.js';
import { type Fault, malformed, protocolError } from './faults.js';
import { finish, pump, release, sendRelease } from './outgoing.js';
import type { Link } from './session.js';

const NOT_FOUND = 0x92;
const REFUSED = 0x80;

/** One with more than its identifier. */
export function acknowledgementFault({
  type,
  packetId,
  reasonCode = 0,
  properties,
}: PublishAckPacket): Fault | undefined {
  if (packetId === 0) return protocolError(`${type} with Packet Identifier 0`);
  if (reasonCodeName(type, reasonCode) === undefined) return malformed(`Reason Code ${reasonCode} in ${type}`);
  return properties === undefined ? undefined : propertiesFault(properties, type);
}

/** `type`: the number of the packet type. */
export function handleAcknowledgement(
  broker: Broker,
  link: Link,
  type: number,
  packetId: number,
  reasonCode: number,
): void {
  if (packetId === 0) fail(broker, link, protocolError('Packet Identifier 0'));
  else if (type === PUBREL) handleRelease(broker, link, packetId);
  else if (type === PUBREC) handleReceived(broker, link, packetId, reasonCode);
  else handleDone(broker, link, type, packetId);
}

/** PUBACK and PUBCOMP: the message is done. One for nothing is left alone: it may belong to an earlier session. */
function handleDone(broker: Broker, link: Link, type: number, packetId: number): void {
  const session = link.session!;
  const delivery = session.inflight?.get(packetId);
  if (delivery === undefined) return;
  if (type === PUBACK ? delivery.qos !== 1 : !delivery.released) {
    fail(broker, link, protocolError(type === PUBACK ? 'PUBACK for QoS 2' : 'PUBCOMP before PUBREC'));
    return;
  }
  finish(broker, session, delivery);
  pump(broker, session);
}

function handleReceived(broker: Broker, link: Link, packetId: number, reasonCode: number): void {
  const session = link.session!;
  const delivery = session.inflight?.get(packetId);
  if (delivery === undefined) {
    // Before 5.0 nothing else ends the exchange that the client is in.
    if (reasonCode < REFUSED) sendRelease(broker, link, packetId, NOT_FOUND);
  } else if (delivery.qos !== 2) fail(broker, link, protocolError('PUBREC for QoS 1'));
  else if (reasonCode < REFUSED) {
    release(broker, session, delivery);
    sendRelease(broker, link, packetId, 0);
  } else if (!delivery.released) {
    finish(broker, session, delivery);
    pump(broker, session);
  }
}

function handleRelease(broker: Broker, link: Link, packetId: number): void {
  const session = link.session!;
  const known = session.incoming?.delete(packetId) === true;
  if (known && session.stores) broker.store('incoming', [session.clientId, packetId], undefined);
  answer(broker, link, PUBCOMP, packetId, known ? 0 : NOT_FOUND);
}

/** Before 5.0 there are no codes. */
export function answer(broker: Broker, link: Link, type: number, packetId: number, reasonCode: number): void {
  const told = link.v5 ? reasonCode : 0;
  const size = acknowledgementSize(told);
  const lane = broker.out.answer(link, size);
  writeAcknowledgement(lane.bytes, lane.at, type, packetId, told);
  lane.at += size;
}
