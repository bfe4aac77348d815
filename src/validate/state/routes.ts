// How many topics the sessions of a server remember in all. Beyond the bound the sessions that began to first forget theirs:
// fewer verdicts, none wrong.

import type { Route } from './route.js';
import type { Subscriptions } from './subscriptions.js';

const MOST = 200_000;

export class Routes {
  private readonly counts = new Map<Subscriptions, number>();
  private total = 0;

  to(subscriptions: Subscriptions, topic: string): Route {
    const before = subscriptions.routeCount;
    const route = subscriptions.route(topic);
    if (subscriptions.routeCount !== before) this.count(subscriptions);
    return route;
  }

  /** It may remember more than before. */
  count(subscriptions: Subscriptions): void {
    const now = subscriptions.routeCount;
    this.total += now - (this.counts.get(subscriptions) ?? 0);
    this.counts.set(subscriptions, now);
    if (this.total <= MOST) return;
    for (const [oldest, count] of this.counts) {
      if (this.total <= MOST / 2) break;
      if (oldest === subscriptions) continue;
      oldest.forgetRoutes();
      this.counts.delete(oldest);
      this.total -= count;
    }
  }
}
