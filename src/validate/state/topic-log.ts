// The publications of a server that came last, as a ring, and those of each topic among them in the order in which they
// came. What is asked of many of them (payload, neighbours) stands in arrays of numbers: looking for a payload, adding and
// letting go touch no publication but the one concerned. Whoever holds one that was let go holds nothing else.

import type { Property } from '../../codec/packet.js';
import { traitsOf } from '../strings.js';
import type { Forwarded } from './forwarded.js';

const NONE = -1;
const FIRST_CAPACITY = 256;
/** Places of the filter for each publication, and the most that one of them counts. */
const SPREAD = 8;
const MOST_COUNTED = 255;
/** A power of two. */
const NEAR = 4096;

/** A publication, as far as its place among the others goes. */
export interface Entry<P extends Entry<P>> {
  /** Position among all publications of the server, from 1. */
  readonly order: number;
  /** Of its payload. */
  readonly length: number;
  readonly hash: number;
  /** The log that it stands in. */
  log: TopicLog<P> | undefined;
  /** It is no longer among the recent ones. */
  isGone: boolean;
}

export class Recent<P extends Entry<P>> {
  private readonly publications: (P | undefined)[] = [];
  private capacity = 0;
  private lengths = new Int32Array(0);
  private hashes = new Int32Array(0);
  private nexts = new Int32Array(0);
  private befores = new Int32Array(0);
  /** How many there are of each payload of a topic, some taken together: most that are looked for are not there. */
  private counts = new Uint8Array(0);
  private shift = 0;

  /** `limit`: publications, at most. */
  constructor(private readonly limit: number) {}

  /** The one in whose place a publication of this order would stand. */
  displaced(order: number): P | undefined {
    return this.publications[order % this.limit];
  }

  at(slot: number): P | undefined {
    return slot === NONE ? undefined : this.publications[slot];
  }

  slotOf({ order }: P): number {
    return order % this.limit;
  }

  is(slot: number, length: number, hash: number): boolean {
    return this.hashes[slot] === hash && this.lengths[slot] === length;
  }

  next(slot: number): number {
    return this.nexts[slot]!;
  }

  before(slot: number): number {
    return this.befores[slot]!;
  }

  /** Behind the one in slot `last`, if any. */
  put(publication: P, last: number, salt: number): number {
    const slot = publication.order % this.limit;
    if (slot >= this.capacity) this.grow();
    this.publications[slot] = publication;
    this.lengths[slot] = publication.length;
    this.hashes[slot] = publication.hash;
    this.nexts[slot] = NONE;
    this.befores[slot] = last;
    if (last !== NONE) this.nexts[last] = slot;
    this.count(publication.hash, salt, 1);
    return slot;
  }

  /** The first one of a topic goes; returns the slot of the next one. */
  take(slot: number, salt: number): number {
    const next = this.nexts[slot]!;
    if (next !== NONE) this.befores[next] = NONE;
    this.count(this.hashes[slot]!, salt, -1);
    return next;
  }

  /** False: there is none of that payload. */
  mayHave(hash: number, salt: number): boolean {
    return this.counts[this.place(hash, salt)] !== 0;
  }

  private place(hash: number, salt: number): number {
    return Math.imul(hash ^ salt, 0x9e3779b1) >>> this.shift;
  }

  /** A place that was full once stays full. */
  private count(hash: number, salt: number, by: number): void {
    const place = this.place(hash, salt);
    const count = this.counts[place]!;
    if (count !== MOST_COUNTED) this.counts[place] = count + by;
  }

  private grow(): void {
    this.capacity = Math.max(FIRST_CAPACITY, this.capacity * 4);
    this.lengths = larger(this.lengths, this.capacity);
    this.hashes = larger(this.hashes, this.capacity);
    this.nexts = larger(this.nexts, this.capacity);
    this.befores = larger(this.befores, this.capacity);
    this.counts = new Uint8Array(this.capacity * SPREAD);
    this.shift = Math.clz32(this.capacity * SPREAD - 1);
    for (const one of this.publications) if (one?.log !== undefined) this.count(one.hash, one.log.salt, 1);
  }
}

function larger(before: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const after = new Int32Array(length);
  after.set(before);
  return after;
}

/** The publications of one topic, and what is retained for it. */
export class TopicLog<P extends Entry<P>> {
  /** What its characters are (strings.ts). */
  readonly traits: number;
  /** The properties of the latest message that had any, and what they come to: most have the same. */
  properties: readonly Property[] | undefined = undefined;
  forwarded: Forwarded | undefined = undefined;
  expiry: number | undefined = undefined;
  /** Some will has this topic; as of so many changes of the wills. */
  hasWill = false;
  willsAsOf = -1;
  private firstSlot = NONE;
  private lastSlot = NONE;
  private kept: P | undefined = undefined;
  private keptHash = 0;
  private keptLength = NONE;

  constructor(
    readonly topic: string,
    /** Tells its payloads from those of other topics. */
    readonly salt: number,
    readonly recent: Recent<P>,
  ) {
    this.traits = traitsOf(topic);
  }

  get first(): P | undefined {
    return this.recent.at(this.firstSlot);
  }

  get last(): P | undefined {
    return this.recent.at(this.lastSlot);
  }

  get isEmpty(): boolean {
    return this.firstSlot === NONE && this.kept === undefined;
  }

  get start(): number {
    return this.firstSlot;
  }

  get end(): number {
    return this.lastSlot;
  }

  /** The last one with RETAIN 1; with an empty payload it cleared what was retained. Undefined: not known. */
  get retained(): P | undefined {
    return this.kept;
  }

  retain(publication: P | undefined): void {
    this.kept = publication;
    this.keptHash = publication === undefined ? 0 : publication.hash;
    this.keptLength = publication === undefined ? NONE : publication.length;
  }

  isRetained(length: number, hash: number): boolean {
    return this.keptLength === length && this.keptHash === hash;
  }

  /** False: there is none of that payload. */
  mayHave(hash: number): boolean {
    return this.recent.mayHave(hash, this.salt);
  }

  add(publication: P): void {
    publication.log = this;
    this.lastSlot = this.recent.put(publication, this.lastSlot, this.salt);
    if (this.firstSlot === NONE) this.firstSlot = this.lastSlot;
  }

  /** The first one goes. */
  shift(first: P): void {
    this.firstSlot = this.recent.take(this.firstSlot, this.salt);
    if (this.firstSlot === NONE) this.lastSlot = NONE;
    first.log = undefined;
    first.isGone = true;
  }

  slotAfter(publication: P): number {
    return this.recent.next(this.recent.slotOf(publication));
  }

  slotBefore(publication: P): number {
    return this.recent.before(this.recent.slotOf(publication));
  }
}

/** The logs of all topics that have any. */
export class TopicLogs<P extends Entry<P>> {
  private readonly logs = new Map<string, TopicLog<P>>();
  /** Those asked for last, by the lowest bits of the numbers that their topics have. Made with the first that has one. */
  private near: (TopicLog<P> | undefined)[] | undefined = undefined;

  /** The number that the topic has for now helps to find it; -1: it has none. */
  get(topic: string, number = -1): TopicLog<P> | undefined {
    if (number < 0) return this.logs.get(topic);
    this.near ??= new Array<TopicLog<P> | undefined>(NEAR).fill(undefined);
    const near = this.near[number & (NEAR - 1)];
    // One that is empty may have been let go, and another begun.
    if (near !== undefined && near.topic === topic && !near.isEmpty) return near;
    return (this.near[number & (NEAR - 1)] = this.logs.get(topic));
  }

  set(topic: string, log: TopicLog<P>): void {
    this.logs.set(topic, log);
  }

  delete(topic: string): void {
    this.logs.delete(topic);
  }
}
