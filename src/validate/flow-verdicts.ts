// What rules about message flows have in common: how they name an exchange, and when they cannot be sure because a part of it
// lies in a connection that was not seen.

import { blame } from './doubt.js';
import type { FrameRef } from './finding.js';
import type { Fault, Verdict } from './rule.js';
import type { Exchange } from './state/exchange.js';
import type { FlowFact } from './state/flow-fact.js';

const WANTED: Readonly<Record<Exchange['state'], string>> = {
  'published-1': 'has no PUBACK yet',
  'published-2': 'has no PUBREC yet',
  received: 'has no PUBREL yet',
  released: 'has no PUBCOMP yet',
  acknowledged: 'is acknowledged',
  refused: 'was refused',
  completed: 'is complete',
};

/** "the PUBLISH of packet #12, which has no PUBACK yet" */
export function named({ type, number, state }: Exchange): string {
  return `the ${type} of packet #${number}, which ${WANTED[state]}`;
}

/** The packet that began an exchange. */
export function refOf(exchange: Exchange, owner: 'client' | 'server'): FrameRef {
  return exchange.ref(owner === 'client' ? 'client-to-server' : 'server-to-client');
}

/** A violation that rests on what is known of an exchange: not sure when earlier connections of the session were not seen. */
export function accuseFlow(verdict: Verdict, { flows, exchange }: FlowFact, fault: Fault): void {
  blame(verdict, exchange?.isHere === true ? undefined : flows.unknown, fault);
}
