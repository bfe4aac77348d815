// The tree of subscriptions, a level of a filter each, and what it answered lately. Finding the receivers of a topic
// costs the filters that begin as it does, not those that exist; the answer for a topic is kept until a subscription
// that may change it comes or goes.

import { Receiver, type Session, Share, type Subscription } from './session.js';

/** Bytes of memory that a level of the tree takes, with its place in the one above, and a subscription with its session's. */
const LEVEL = 150;
const SUBSCRIPTION = 250;

/** One level: its filter is the path to it. A single child has no map. */
class Level {
  name = '';
  above: Level | undefined = undefined;
  only: Level | undefined = undefined;
  children: Map<string, Level> | undefined = undefined;
  subscriptions: Subscription[] | undefined = undefined;
  shares: Map<string, Share> | undefined = undefined;

  child(name: string): Level | undefined {
    if (this.children !== undefined) return this.children.get(name);
    return this.only !== undefined && this.only.name === name ? this.only : undefined;
  }

  add(child: Level): void {
    child.above = this;
    if (this.children !== undefined) this.children.set(child.name, child);
    else if (this.only === undefined) this.only = child;
    else {
      this.children = new Map([
        [this.only.name, this.only],
        [child.name, child],
      ]);
      this.only = undefined;
    }
  }

  remove(child: Level): void {
    if (this.only === child) this.only = undefined;
    else if (this.children !== undefined) {
      this.children.delete(child.name);
      if (this.children.size === 0) this.children = undefined;
    }
  }

  get isEmpty(): boolean {
    return (
      this.only === undefined &&
      this.children === undefined &&
      this.subscriptions === undefined &&
      this.shares === undefined
    );
  }
}

/** Who gets the messages of one topic. */
export class Matches {
  constructor(
    readonly receivers: readonly Receiver[],
    readonly shares: readonly Share[],
  ) {}
}

/** `$share/name/filter` in its parts; the share is undefined for others. */
export function partsOf(topicFilter: string): { share: string | undefined; filter: string } {
  if (!topicFilter.startsWith('$share/')) return { share: undefined, filter: topicFilter };
  const end = topicFilter.indexOf('/', 7);
  return { share: topicFilter.slice(7, end), filter: topicFilter.slice(end + 1) };
}

export class Subscriptions {
  private readonly root = new Level();
  private readonly cache = new Map<string, Matches>();
  private cached = 0;
  count = 0;
  shared = 0;
  /** Bytes, as reckoned. */
  memory = Number.NaN;

  constructor(
    /** Receivers kept in the cache. */
    public cacheEntries: number,
    /** Whether a session may get messages of a topic. */
    private readonly mayReceive: (session: Session, topic: string) => boolean,
  ) {
    this.memory = 0;
  }

  add(subscription: Subscription): void {
    const { share, filter } = partsOf(subscription.topicFilter);
    let level = this.root;
    for (const name of filter.split('/')) {
      let child = level.child(name);
      if (child === undefined) {
        child = new Level();
        child.name = name;
        level.add(child);
        this.memory += LEVEL + name.length;
      }
      level = child;
    }
    const list = share === undefined ? (level.subscriptions ??= []) : this.shareOf(level, share, subscription).members;
    subscription.place = list.length;
    list.push(subscription);
    this.count++;
    this.memory += SUBSCRIPTION + subscription.topicFilter.length;
    if (share !== undefined) this.shared++;
    this.changed(filter);
  }

  private shareOf(level: Level, name: string, subscription: Subscription): Share {
    level.shares ??= new Map();
    let share = level.shares.get(name);
    if (share === undefined) level.shares.set(name, (share = new Share(name)));
    subscription.share = share;
    return share;
  }

  remove(subscription: Subscription): void {
    const { filter } = partsOf(subscription.topicFilter);
    const { share, place } = subscription;
    let level: Level | undefined = this.root;
    for (const name of filter.split('/')) level = level?.child(name);
    if (level === undefined || place < 0) return;
    const list = share === undefined ? level.subscriptions! : share.members;
    const last = list.pop()!;
    if (last !== subscription) {
      list[place] = last;
      last.place = place;
    }
    subscription.place = -1;
    this.count--;
    this.memory -= SUBSCRIPTION + subscription.topicFilter.length;
    if (share !== undefined) this.shared--;
    if (list.length === 0) this.vacate(level, share);
    this.changed(filter);
  }

  private vacate(level: Level, share: Share | undefined): void {
    if (share === undefined) level.subscriptions = undefined;
    else {
      level.shares!.delete(share.name);
      if (level.shares!.size === 0) level.shares = undefined;
    }
    let empty = level;
    while (empty.isEmpty && empty.above !== undefined) {
      const { above } = empty;
      above.remove(empty);
      this.memory -= LEVEL + empty.name.length;
      empty = above;
    }
  }

  /** A filter without wildcards changes one answer. */
  private changed(filter: string): void {
    if (filter.includes('+') || filter.includes('#')) this.forget();
    else {
      const known = this.cache.get(filter);
      if (known === undefined) return;
      this.cached -= costOf(filter, known);
      this.cache.delete(filter);
    }
  }

  /** Empties the cache: what `mayReceive` says has changed. */
  forget(): void {
    if (this.cache.size === 0) return;
    this.cache.clear();
    this.cached = 0;
  }

  /** What is known of a topic; its being there also says that the topic has been checked. */
  known(topic: string): Matches | undefined {
    return this.cache.get(topic);
  }

  match(topic: string): Matches {
    const known = this.cache.get(topic);
    if (known !== undefined) return known;
    const found = this.find(topic);
    const size = costOf(topic, found);
    if (this.cached + size > this.cacheEntries) this.forget();
    if (size <= this.cacheEntries) {
      this.cache.set(topic, found);
      this.cached += size;
    }
    return found;
  }

  private find(topic: string): Matches {
    const lists: (readonly Subscription[])[] = [];
    const shares: Share[] = [];
    collect(this.root, topic.split('/'), 0, lists, shares);
    const receivers: Receiver[] = [];
    if (lists.length === 1) for (const one of lists[0]!) receivers.push(one);
    else if (lists.length > 1) merge(lists, receivers);
    const allowed = receivers.filter((one) => this.mayReceive(one.session, topic));
    return new Matches(allowed.length === receivers.length ? receivers : allowed, shares);
  }
}

/** Adds what matches names[at …] below a level. */
function collect(
  level: Level,
  names: readonly string[],
  at: number,
  lists: (readonly Subscription[])[],
  shares: Share[],
): void {
  // 4.7.2: wildcards in front do not match topics that begin with $.
  const wild = at > 0 || !names[0]!.startsWith('$');
  if (wild) {
    // 4.7.1.2: # includes the level above.
    const rest = level.child('#');
    if (rest !== undefined) take(rest, lists, shares);
  }
  if (at === names.length) {
    take(level, lists, shares);
    return;
  }
  const name = names[at]!;
  const same = level.child(name);
  if (same !== undefined) collect(same, names, at + 1, lists, shares);
  if (!wild) return;
  const any = level.child('+');
  if (any !== undefined) collect(any, names, at + 1, lists, shares);
}

/** In receivers: a long topic counts for more than one. */
function costOf(topic: string, { receivers }: Matches): number {
  return 1 + receivers.length + (topic.length >> 6);
}

function take(level: Level, lists: (readonly Subscription[])[], shares: Share[]): void {
  if (level.subscriptions !== undefined) lists.push(level.subscriptions);
  if (level.shares !== undefined) for (const share of level.shares.values()) shares.push(share);
}

function merge(lists: readonly (readonly Subscription[])[], receivers: Receiver[]): void {
  const bySession = new Map<Session, Subscription[]>();
  for (const list of lists) {
    for (const one of list) {
      const known = bySession.get(one.session);
      if (known === undefined) bySession.set(one.session, [one]);
      else known.push(one);
    }
  }
  for (const several of bySession.values()) receivers.push(together(several)!);
}

function together(several: readonly Subscription[]): Receiver | undefined {
  if (several.length < 2) return several[0];
  const own = several.filter((one) => !one.noLocal);
  const identifiers = several.flatMap((one) => one.identifiers ?? []);
  return new Receiver(
    several[0]!.session,
    several.reduce((highest, one) => Math.max(highest, one.qos), 0),
    several.some((one) => one.retainAsPublished),
    own.length < several.length,
    identifiers.length === 0 ? undefined : identifiers,
    own.length < several.length ? together(own) : undefined,
  );
}
