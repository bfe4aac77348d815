// Which retained messages a subscription asks for that was granted just now (3.3.1.3, 3.8.4). Of many retained messages
// and a filter with wildcards only some are looked at.

import type { Publication, PublicationLog } from './publication.js';
import type { RequestFact } from './requests.js';
import type { Subscription } from './subscription.js';
import type { Subscriptions } from './subscriptions.js';

const MOST = 128;

/** `kept`: topics with a known retained message. */
export function owe(
  kept: ReadonlyMap<string, PublicationLog>,
  subscriptions: Subscriptions,
  { request }: RequestFact,
): void {
  for (const { filter } of request!.filters) {
    const subscription = subscriptions.get(filter);
    if (subscription === undefined || subscription.frame !== request!.frame || !asks(subscription)) continue;
    if (!subscription.hasWildcard) note(subscription, subscriptions, filter, kept.get(filter)?.retained);
    else overAll(kept, subscription, subscriptions);
  }
}

function asks({ granted, isShared, isNew, options }: Subscription): boolean {
  if (granted === undefined || isShared) return false;
  const { retainHandling } = options;
  return retainHandling === 0 || (retainHandling === 1 && isNew);
}

function overAll(
  kept: ReadonlyMap<string, PublicationLog>,
  subscription: Subscription,
  subscriptions: Subscriptions,
): void {
  let count = 0;
  for (const [topic, { retained }] of kept) {
    if (++count > MOST) return;
    if (subscription.matches(topic)) note(subscription, subscriptions, topic, retained);
  }
}

function note(
  subscription: Subscription,
  subscriptions: Subscriptions,
  topic: string,
  publication: Publication | undefined,
): void {
  if (publication === undefined || publication.message.length === 0 || publication.isRejected) return;
  const route = subscriptions.route(topic);
  // It may have come before the answer.
  if (!route.cameSince(publication, subscription.asked)) route.owed = { publication, subscription };
}
