// What a packet means for the exchange of a QoS 1 or 2 message that it belongs to.

import type { PacketOf, Seen } from '../seen.js';
import { type Exchange, type FlowKind, type FlowMeaning, type FlowStep, isSame, kindOf, stepOf } from './exchange.js';
import type { Flows } from './flows.js';

/** One object is used again: do not keep it. */
export interface FlowFact extends FlowMeaning {
  /** Those of the message's sender. */
  readonly flows: Flows;
}

class Fact implements FlowFact {
  kind: FlowKind = 'new';
  flows!: Flows;
  packetId = 0;
  exchange: Exchange | undefined = undefined;
}

/** Of the packet at hand. */
const fact = new Fact();

/** Nothing is changed. Undefined when the packet belongs to no exchange that the side of these flows begins. */
export function flowOf(flows: Flows, seen: Seen): FlowFact | undefined {
  const isClient = flows.owner === 'client';
  const { packet } = seen;
  switch (packet.type) {
    case 'PUBLISH':
      if (packet.qos === 0 || packet.packetId === undefined || seen.fromClient !== isClient) return undefined;
      return published(flows, seen, packet, packet.packetId);
    case 'PUBREL':
      if (packet.packetId === undefined || seen.fromClient !== isClient) return undefined;
      return stepped(flows, 'PUBREL', packet.packetId, seen.time);
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBCOMP':
      if (packet.packetId === undefined || seen.fromClient === isClient) return undefined;
      return stepped(flows, stepOf(packet), packet.packetId, seen.time);
    default:
      return undefined;
  }
}

function published(flows: Flows, seen: Seen, packet: PacketOf<'PUBLISH'>, packetId: number): FlowFact {
  const exchange = flows.get(packetId);
  fact.flows = flows;
  fact.packetId = packetId;
  fact.exchange = exchange;
  if (exchange === undefined) fact.kind = 'new';
  else if (exchange.isOpen) fact.kind = sentAgain(seen, packet, exchange);
  else fact.kind = packet.dup === true && isSame(exchange, seen, packet, seen.wholePayload) ? 'late' : 'new';
  return fact;
}

function sentAgain(seen: Seen, packet: PacketOf<'PUBLISH'>, exchange: Exchange): FlowKind {
  if (!isSame(exchange, seen, packet, seen.wholePayload)) return 'in-use';
  if (exchange.state === 'released') return packet.dup === true ? 'released' : 'in-use';
  if (!exchange.isHere) return 'resumed';
  // 5.0 knows no sending again on the same connection (4.4): without DUP it is taken for a message of its own.
  return packet.dup === true || seen.frame.version !== '5.0' ? 'repeated' : 'in-use';
}

function stepped(flows: Flows, step: FlowStep, packetId: number, time: number): FlowFact {
  const exchange = flows.get(packetId);
  fact.flows = flows;
  fact.packetId = packetId;
  fact.exchange = exchange;
  if (exchange === undefined) fact.kind = 'unasked';
  else fact.kind = time < exchange.stepAt ? 'delayed' : kindOf(step, exchange);
  return fact;
}
