// Which publication a delivery is: by topic, payload and order. A server sends the messages of a topic in the order in
// which they came, so the next one that looks the same is taken, then one that was passed over, then what is retained.

import type { DeliveryFact } from './delivery.js';
import type { Publication, PublicationLog } from './publication.js';
import type { Route } from './route.js';

/** Publications looked at, of each kind. */
const REACH = 64;
/** When the server also delivers what nobody was seen to publish, no verdict rests on more. */
const REACH_AMONG_FOREIGN = 4;
const NONE = -1;

/** Tells the fact where it comes from, when that is found. */
export function trace(fact: DeliveryFact, log: PublicationLog, length: number, hash: number, isRetain: boolean): void {
  const { route } = fact;
  const { retained, recent } = log;
  fact.retained = retained;
  const isKept = retained !== undefined && length > 0 && log.isRetained(length, hash);
  if (isRetain && isKept && retained.time < route.lastAnswered) {
    fact.come('retained', retained);
    return;
  }
  if (!isKept && !log.mayHave(hash)) return;
  const reach = fact.foreign === undefined ? REACH : REACH_AMONG_FOREIGN;
  const start = startOf(route, log);
  let suppressed: Publication | undefined;
  let slot = start;
  for (let i = 0; i < reach && slot >= 0; i++, slot = recent.next(slot)) {
    if (!recent.is(slot, length, hash)) continue;
    const one = recent.at(slot)!;
    if (one.isRejected) continue;
    if (!isSuppressed(one, fact)) {
      fact.come('live', one);
      return;
    }
    suppressed ??= one;
  }
  const { skipped } = route;
  if (skipped !== undefined) {
    for (let i = 0; i < skipped.length && i < reach; i++) {
      const { publication } = skipped[i]!;
      // What has left the ring is not looked for: whether it would be found would be chance.
      if (publication.isGone || !publication.is(length, hash)) continue;
      fact.come('late', publication);
      return;
    }
  }
  if (isKept && isRetain) fact.come('retained', retained);
  else if (suppressed !== undefined) fact.come('live', suppressed);
  else {
    before(fact, log, start, length, hash, reach);
    if (isKept && fact.origin !== 'again') fact.come('retained', retained);
  }
}

/** What came before: delivered already, or published before anybody asked. */
function before(
  fact: DeliveryFact,
  log: PublicationLog,
  start: number,
  length: number,
  hash: number,
  reach: number,
): void {
  const { latest } = fact.route;
  const { recent } = log;
  const isFollowed = latest !== undefined && !latest.isGone;
  // A will stands in no log.
  if (isFollowed && latest.log === undefined && latest.is(length, hash)) {
    fact.come(latest.time >= fact.route.since ? 'again' : 'old', latest);
    return;
  }
  let slot = start < 0 ? log.end : recent.before(start);
  if (isFollowed) slot = latest.log === undefined ? NONE : recent.slotOf(latest);
  for (let i = 0; i < reach && slot >= 0; i++, slot = recent.before(slot)) {
    if (!recent.is(slot, length, hash)) continue;
    const one = recent.at(slot)!;
    fact.come(isFollowed && one.time >= fact.route.since ? 'again' : 'old', one);
    return;
  }
}

/** The place of the first publication that may be on its way; NONE. */
function startOf({ latest, since }: Route, log: PublicationLog): number {
  if (latest !== undefined) {
    if (latest.isGone) return log.start;
    return latest.log === undefined ? NONE : log.slotAfter(latest);
  }
  const { recent } = log;
  let start = NONE;
  let slot = log.end;
  for (let i = 0; i < REACH && slot >= 0 && recent.at(slot)!.settledAt >= since; i++, slot = recent.before(slot)) {
    start = slot;
  }
  return start;
}

/** It should not come here: No Local, or another member of the shared subscription has got it. */
function isSuppressed(publication: Publication, { route, session }: DeliveryFact): boolean {
  if (route.noLocal && publication.publisher.clientId === session.clientId) return true;
  const { shared } = publication;
  const only = shared === undefined ? undefined : route.only;
  if (shared === undefined || only === undefined) return false;
  for (const one of shared) if (one.filter === only.filter && one.clientId !== session.clientId) return true;
  return false;
}
