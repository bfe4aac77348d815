// The subscriptions of one session: asked for, granted, replaced, taken back, and which of them a topic matches. Both
// ends of a change are kept, since a server may act on a request before its answer and deliver what it holds after it.

import { matchesTopic } from '../../spec/topic-filter.js';
import type { Seen } from '../seen.js';
import { isNormal, normalisedPairs } from './normalised.js';
import type { PendingRequest, RequestFact } from './requests.js';
import { Route } from './route.js';
import { Subscription } from './subscription.js';

/** Topics whose way is remembered, and subscriptions that stood once. */
const MOST_ROUTES = 1024;
const MOST_FORMER = 256;
/** Looked at to tell by which wrong comparison a delivery came. */
const MOST_COMPARED = 64;

export class Subscriptions {
  /** How often those of any session have changed, or their ways were let go: a way found before may be another by now. */
  static changes = 0;
  /** By filter. */
  private readonly standing = new Map<string, Subscription>();
  /** Of those, the ones whose filter is not a topic: looked at one by one. */
  private readonly patterns = new Set<Subscription>();
  private former: Subscription[] = [];
  private readonly routes = new Map<string, Route>();
  private generation = 0;
  /** Why not all of them are known; undefined when they are. */
  doubt: string | undefined = undefined;

  /** `most`: so many that stand are known. */
  constructor(private readonly most: number) {}

  get size(): number {
    return this.standing.size;
  }

  get(filter: string): Subscription | undefined {
    return this.standing.get(filter);
  }

  all(): IterableIterator<Subscription> {
    return this.standing.values();
  }

  allFormer(): readonly Subscription[] {
    return this.former;
  }

  get routeCount(): number {
    return this.routes.size;
  }

  /** What is known of deliveries is let go: fewer verdicts, none wrong. */
  forgetRoutes(): void {
    this.routes.clear();
    changed();
  }

  *allRoutes(): IterableIterator<Route> {
    for (const route of this.routes.values()) {
      if (route.generation !== this.generation) this.find(route);
      yield route;
    }
  }

  /** The way of a topic to this session. */
  route(topic: string): Route {
    let route = this.routes.get(topic);
    if (route === undefined) {
      if (this.routes.size >= MOST_ROUTES) this.forgetRoutes();
      route = new Route(topic);
      this.routes.set(topic, route);
    }
    if (route.generation !== this.generation) this.find(route);
    return route;
  }

  apply(seen: Seen, fact: RequestFact | undefined): void {
    if (fact?.request === undefined) return;
    const { request } = fact;
    if (fact.kind === 'new' || fact.kind === 'in-use') this.ask(request);
    else if (fact.kind === 'answer') this.answer(request, fact.codes, seen);
    else return;
    this.generation++;
    changed();
  }

  /** Requests that were made before the session was known. */
  askAll(requests: Iterable<PendingRequest>): void {
    for (const request of [...requests].sort((a, b) => a.frame.number - b.frame.number)) this.ask(request);
    this.generation++;
    changed();
  }

  private ask(request: PendingRequest): void {
    if (!request.isWhole)
      this.doubt ??= `not all of the ${request.type} of packet #${request.frame.number} could be read`;
    if (request.isAmbiguous) this.doubt ??= `two requests wait under Packet Identifier ${request.packetId}`;
    request.filters.forEach((options, index) => {
      const before = this.standing.get(options.filter);
      if (request.type === 'SUBSCRIBE') this.add(new Subscription(request, options, index, before));
      else if (before !== undefined && before.ended === Number.POSITIVE_INFINITY) {
        before.ended = request.frame.time;
        before.unsubscribe = request.frame;
      }
    });
  }

  private add(subscription: Subscription): void {
    const { replaces, filter } = subscription;
    if (replaces !== undefined) this.patterns.delete(replaces);
    if (this.standing.size >= this.most && replaces === undefined) {
      this.doubt ??= `more than ${this.most} subscriptions`;
      return;
    }
    this.standing.set(filter, subscription);
    if (subscription.hasWildcard || subscription.isShared) this.patterns.add(subscription);
  }

  private answer(request: PendingRequest, codes: readonly number[] | undefined, seen: Seen): void {
    request.filters.forEach(({ filter }, index) => {
      if (request.type === 'UNSUBSCRIBE') {
        const one = this.unsubscribed(this.standing.get(filter), request);
        if (one !== undefined) this.end(one, codes?.[index], seen.time);
        return;
      }
      const one = this.asked(this.standing.get(filter), request, index);
      const code = codes?.[index];
      if (one === undefined || one.answer !== undefined || code === undefined) return;
      one.answer = seen.ref();
      one.answered = seen.time;
      if (code < 0x80) this.grant(one, code & 3);
      else this.refuse(one, code);
    });
  }

  /** The subscription that this request made, or one that it replaced since. */
  private asked(last: Subscription | undefined, request: PendingRequest, index: number): Subscription | undefined {
    let one = last;
    while (one !== undefined && (one.frame !== request.frame || one.index !== index)) one = one.replaces;
    return one;
  }

  private unsubscribed(last: Subscription | undefined, request: PendingRequest): Subscription | undefined {
    let one = last;
    while (one !== undefined && one.unsubscribe !== request.frame) one = one.replaces;
    return one;
  }

  private grant(one: Subscription, qos: number): void {
    one.granted = qos;
    const { replaces } = one;
    if (replaces === undefined) return;
    // One step back is enough to know what may still be on its way.
    replaces.replaces = undefined;
    this.keep(replaces);
  }

  /** The one before it stands as it stood. */
  private refuse(one: Subscription, code: number): void {
    one.refusal = code;
    this.keep(one);
    if (this.standing.get(one.filter) !== one) return;
    this.patterns.delete(one);
    const { replaces } = one;
    one.replaces = undefined;
    if (replaces === undefined || replaces.refusal !== undefined) this.standing.delete(one.filter);
    else this.add(replaces);
  }

  private end(one: Subscription, code: number | undefined, time: number): void {
    if (code !== undefined && code >= 0x80) {
      one.ended = Number.POSITIVE_INFINITY;
      one.unsubscribe = undefined;
      return;
    }
    one.surelyEnded = time;
    one.replaces = undefined;
    this.keep(one);
    if (this.standing.get(one.filter) !== one) return;
    this.standing.delete(one.filter);
    this.patterns.delete(one);
  }

  private keep(one: Subscription): void {
    if (this.former.includes(one)) return;
    this.former.push(one);
    if (this.former.length > MOST_FORMER) this.former.shift();
  }

  private find(route: Route): void {
    const { topic } = route;
    const matching: Subscription[] = [];
    const exact = this.standing.get(topic);
    if (exact !== undefined && !exact.hasWildcard && !exact.isShared) matching.push(exact);
    for (const one of this.patterns) if (matchesTopic(one.levels, topic)) matching.push(one);
    route.generation = this.generation;
    route.matching = matching;
    route.former = this.former.filter((one) => matchesTopic(one.levels, topic));
    route.most = matching.reduce((most, one) => Math.max(most, one.most), -1);
    route.since = Number.POSITIVE_INFINITY;
    route.lastAsked = route.lastAnswered = Number.NEGATIVE_INFINITY;
    route.noLocal = matching.length > 0 && matching.every(({ options }) => options.noLocal);
    route.asPublished = matching.some(({ options }) => options.retainAsPublished);
    for (const one of route.former) route.since = Math.min(route.since, one.asked);
    for (const one of matching) {
      route.since = Math.min(route.since, one.asked, one.replaces?.asked ?? one.asked);
      route.lastAsked = Math.max(route.lastAsked, one.asked);
      route.lastAnswered = Math.max(route.lastAnswered, one.answered);
    }
    route.isPlain = isNormal(topic) && matching.every(({ filter }) => isNormal(filter));
    route.almost = matching.length > 0 ? undefined : this.almost(topic);
    route.isUsual = isUsual(route);
  }

  private almost(topic: string): Route['almost'] {
    let looked = 0;
    for (const { filter, levels } of this.standing.values()) {
      if (++looked > MOST_COMPARED) break;
      // The $ is nothing but a character then.
      if (topic.startsWith('$') && matchesTopic(levels, `_${topic}`) && /^[+#]/.test(levels.levels[0]!)) {
        return { why: 'dollar', filter };
      }
      for (const [its, name] of normalisedPairs(levels.levels.join('/'), topic)) {
        if (matchesTopic({ levels: its.split('/') }, name)) return { why: 'normalised', filter };
      }
    }
    return undefined;
  }
}

function changed(): void {
  Subscriptions.changes = (Subscriptions.changes + 1) | 0;
}

function isUsual({ only, isPlain, noLocal, topic }: Route): boolean {
  if (only === undefined || !isPlain || noLocal || topic.startsWith('$')) return false;
  return only.replaces === undefined && only.identifier === undefined && !only.isShared;
}
