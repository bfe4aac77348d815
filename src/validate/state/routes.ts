// How many topics the sessions of a server remember in all. Beyond the bound the sessions that began to first forget theirs:
// fewer verdicts, none wrong. The ways used of late are found by connection and topic, without a look at the session.

import type { PublicationLog } from './publication.js';
import type { Route } from './route.js';
import type { Session } from './session.js';
import { Subscriptions } from './subscriptions.js';

const MOST = 200_000;
/** Ways used of late, a power of two, and the numbers by which each is known again. */
const PLACES_BITS = 11;
const KEYS = 4;

export class Routes {
  private readonly counts = new Map<Subscriptions, number>();
  private total = 0;
  private readonly latest: (Route | undefined)[] = [];
  private keys: Int32Array | undefined = undefined;

  /** The way to the session of a connection, which has but one. */
  over(connection: number, session: Session, { topic, salt }: PublicationLog): Route {
    if (this.keys === undefined) {
      this.keys = new Int32Array(KEYS << PLACES_BITS);
      for (let i = 0; i < 1 << PLACES_BITS; i++) this.latest.push(undefined);
    }
    const { keys, latest } = this;
    const place = Math.imul(connection ^ salt, 0x9e3779b1) >>> (32 - PLACES_BITS);
    const key = place * KEYS;
    const known = latest[place];
    const { changes } = Subscriptions;
    if (known !== undefined && keys[key] === connection && keys[key + 1] === salt && keys[key + 2] === changes) {
      return known;
    }
    const route = this.to(session.subscriptions, topic);
    latest[place] = route;
    keys[key] = connection;
    keys[key + 1] = salt;
    keys[key + 2] = Subscriptions.changes;
    return route;
  }

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
