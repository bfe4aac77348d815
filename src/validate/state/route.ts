// One topic on its way to one session: which subscriptions match it, and which publications were delivered. Made at the
// first delivery, and made anew (but for what was delivered) when the subscriptions change.

import type { Property } from '../../codec/packet.js';
import type { FrameRef } from '../finding.js';
import { type Forwarded, isThat } from './forwarded.js';
import type { Publication } from './publication.js';
import type { Subscription } from './subscription.js';

/** A publication that a later one was delivered before. */
export interface Skipped {
  readonly publication: Publication;
  /** The later one; of the same publisher and QoS once such a one was delivered. */
  by: Publication;
  /** When that was delivered (ns). */
  time: number;
}

/** A message of which the copies so far do not carry all Subscription Identifiers. */
export interface Incomplete {
  readonly publication: Publication;
  readonly missing: Set<number>;
  /** The first copy. */
  readonly frame: FrameRef;
}

/** A QoS 2 message, and the packet and connection that brought it first. */
interface Copy {
  order: number;
  number: number;
  connection: number;
}

/** A retained message that a subscription asks for. */
export interface Owed {
  readonly publication: Publication;
  readonly subscription: Subscription;
}

type Properties = readonly Property[] | undefined;

const MOST_SKIPPED = 32;
const MOST_INCOMPLETE = 16;
const MOST_COPIES = 8;

export class Route {
  /** Of the subscriptions, when `matching` was found. */
  generation = -1;
  /** Those that are asked for or granted, and not surely taken back. */
  matching: readonly Subscription[] = [];
  /** Those that were refused or taken back, or replaced. */
  former: readonly Subscription[] = [];
  /** The highest QoS of `matching`, -1 for none. */
  most = -1;
  /** When the first of `matching` was asked for, or what it replaced. */
  since = Number.POSITIVE_INFINITY;
  /** The last one that was asked for, and when the last one was granted. */
  lastAsked = Number.NEGATIVE_INFINITY;
  lastAnswered = Number.NEGATIVE_INFINITY;
  /** All of `matching` have No Local. */
  noLocal = false;
  /** One of `matching` has Retain As Published. */
  asPublished = false;
  /** Nothing matches, but it would if wildcards matched a leading $, or if names were normalised: by this filter. */
  almost: { readonly why: 'dollar' | 'normalised'; readonly filter: string } | undefined = undefined;
  /** The topic or a matching filter has something that a server might normalise. */
  isPlain = true;
  /** `matching` is one subscription of which there is nothing to be said but its topic and QoS. */
  isUsual = false;
  /** The latest publication that was delivered, in order. */
  latest: Publication | undefined = undefined;
  skipped: Skipped[] | undefined = undefined;
  incomplete: Incomplete[] | undefined = undefined;
  owed: Owed | undefined = undefined;
  /** The QoS 2 messages that were delivered last, in turn. */
  private copies: Copy[] | undefined = undefined;
  private copied = 0;
  /** The retained message that was delivered last, and when (ns). */
  kept: Publication | undefined = undefined;
  keptAt = Number.NEGATIVE_INFINITY;
  /** What was published with properties and passed on last just so, and over which connection: nobody asks about it twice. */
  private passed: Forwarded | undefined = undefined;
  private passedAs: Properties = undefined;
  private passedOver = -1;
  /** Something was delivered: so the client may read the topic. */
  isUsed = false;

  constructor(readonly topic: string) {}

  /** The subscription that a message comes by; undefined when there are several. */
  get only(): Subscription | undefined {
    return this.matching.length === 1 ? this.matching[0] : undefined;
  }

  /** A publication was delivered after `latest`. */
  deliver(publication: Publication, time: number): void {
    const { latest } = this;
    let one = publication.before;
    for (let i = 0; i < MOST_SKIPPED && one !== undefined && one !== latest; i++) {
      if (latest === undefined && one.time < this.since) break;
      this.passOver(one, publication, time);
      one = one.before;
    }
    for (const skipped of this.skipped ?? []) {
      const { message, publisher } = skipped.publication;
      const { by } = skipped;
      if (by.publisher === publisher && by.message.qos === message.qos) continue;
      if (publication.publisher !== publisher || publication.message.qos !== message.qos) continue;
      skipped.by = publication;
      publication.isHeld = true;
      skipped.time = time;
    }
    if (latest !== undefined) latest.holders--;
    publication.holders++;
    this.latest = publication;
  }

  /** One that was passed over has come after all. */
  caughtUp(publication: Publication): void {
    const at = this.skipped?.findIndex((one) => one.publication === publication) ?? -1;
    if (at >= 0) this.skipped!.splice(at, 1);
  }

  /** Whether a retained message was delivered since a moment. */
  cameSince(publication: Publication, time: number): boolean {
    return this.kept === publication && this.keptAt >= time;
  }

  /** A QoS 2 message was delivered for the first time. */
  copy({ order }: Publication, number: number, connection: number): void {
    this.copies ??= [];
    const at = this.copied++ % MOST_COPIES;
    const one = this.copies[at];
    if (one === undefined) this.copies.push({ order, number, connection });
    else {
      one.order = order;
      one.number = number;
      one.connection = connection;
    }
  }

  /** The packet that brought it first over this connection; undefined when that is not known. */
  firstCopy({ order }: Publication, connection: number): number | undefined {
    return this.copies?.find((one) => one.order === order && one.connection === connection)?.number;
  }

  /** One copy of a message to several subscriptions: which of their identifiers it carries. */
  carries(publication: Publication, identifiers: ReadonlySet<number>, frame: () => FrameRef): void {
    const known = this.incomplete?.find((one) => one.publication === publication);
    if (known !== undefined) {
      for (const one of identifiers) known.missing.delete(one);
      if (known.missing.size === 0) this.incomplete!.splice(this.incomplete!.indexOf(known), 1);
      return;
    }
    const missing = new Set<number>();
    for (const { identifier, isShared } of this.matching) {
      if (identifier !== undefined && !isShared && !identifiers.has(identifier)) missing.add(identifier);
    }
    if (missing.size === 0) return;
    this.incomplete ??= [];
    publication.isHeld = true;
    this.incomplete.push({ publication, missing, frame: frame() });
    if (this.incomplete.length > MOST_INCOMPLETE) this.incomplete.shift();
  }

  /** With properties; all rules have seen it. */
  pass({ forwarded }: Publication, properties: Properties, connection: number): void {
    if (forwarded === this.passed && properties === this.passedAs && connection === this.passedOver) return;
    const isAsPublished = forwarded !== undefined && properties !== undefined && isThat(forwarded, properties);
    this.passed = isAsPublished ? forwarded : undefined;
    this.passedAs = properties;
    this.passedOver = connection;
  }

  /** Whether a message with the same properties was passed on over this connection before, and this one is as it was published. */
  hasPassed({ forwarded }: Publication, properties: Properties, connection: number): boolean {
    if (forwarded === undefined || forwarded !== this.passed || connection !== this.passedOver) return false;
    return properties !== undefined && (properties === this.passedAs || isThat(forwarded, properties));
  }

  private passOver(publication: Publication, by: Publication, time: number): void {
    publication.isHeld = by.isHeld = true;
    this.skipped ??= [];
    this.skipped.push({ publication, by, time });
    if (this.skipped.length > MOST_SKIPPED) this.skipped.shift();
  }
}
