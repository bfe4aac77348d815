// What rules about deliveries share: what they say, and dialogues for their examples.

import type { FrameRef } from './finding.js';
import type { DeliveryFact } from './state/delivery.js';
import type { Subscription } from './state/subscription.js';

/** A server may read what it retains a while after it granted a subscription (ns). */
const READING = 0.5e9;

/** "packet #12 (PUBLISH)" */
export function packetText({ number, type }: FrameRef): string {
  return `packet #${number} (${type})`;
}

/** "a/+" and "a/b", at most three. */
export function filtersText(subscriptions: Iterable<Subscription>): string {
  const filters = [...subscriptions].map(({ filter }) => `"${filter}"`);
  const shown = filters.slice(0, 3).join(', ');
  return filters.length > 3 ? `${shown} and ${filters.length - 3} more` : shown;
}

/** Neither Retain As Published is asked for, nor is the receiver a bridge, which keeps the flag on its own account. */
export function clearsRetain({ route }: DeliveryFact): boolean {
  for (const { options } of route.matching) if (options.retainAsPublished) return false;
  return route.matching.length > 0;
}

/** Published so long before anybody of this session asked for the topic that only a stored copy can have come. */
export function isFromStore({ publication, route }: DeliveryFact): boolean {
  return publication !== undefined && !publication.isWill && publication.settledAt < route.since;
}

/** Published while the subscriptions stood, and not what one of them made the server read from its store. */
export function isFromFlow(fact: DeliveryFact): boolean {
  if (!fact.isCovered) return false;
  const { time } = fact.publication!;
  const { matching, former, keptAt } = fact.route;
  for (const one of matching) if (mayRead(one, keptAt, time)) return false;
  for (const one of former) if (mayRead(one, keptAt, time)) return false;
  return true;
}

/** It asks for retained messages, and at this time the server may not have looked for them yet. */
function mayRead({ options, isNew, asked, answered }: Subscription, keptAt: number, time: number): boolean {
  if (keptAt >= asked || time > answered + READING) return false;
  return options.retainHandling === 0 || (options.retainHandling === 1 && isNew);
}

/** A client connects on a connection: two packets. */
export function joined(connection: number, clientId: string): string {
  return `${connection}> 10 { proto 02 003c p "${clientId}" }\n${connection}< 20 { 00 00 p }\n`;
}

/** It subscribes under Packet Identifier 1 with these options (hex) and is granted this: two packets. */
export function subscribed(connection: number, filter: string, options: string, granted = options): string {
  return `${connection}> 82 { 0001 p "${filter}" ${options} }\n${connection}< 90 { 0001 p ${granted} }\n`;
}

/** Connection 1 is subscribed to this, connection 2 publishes: six packets, and time for every packet to be there. */
export function between(filter: string, options: string, granted = options): string {
  return `${joined(1, 'sub')}${joined(2, 'pub')}${subscribed(1, filter, options, granted)}wait 3s\n`;
}
