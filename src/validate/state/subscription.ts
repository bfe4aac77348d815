// One subscription of a session as it was asked for and granted. Asking again for the same filter makes a new one that
// remembers the one it replaces.

import { matchesTopic, type TopicFilter, topicFilter } from '../../spec/topic-filter.js';
import type { FrameRef } from '../finding.js';
import type { PendingRequest, RequestedFilter } from './requests.js';

export class Subscription {
  readonly filter: string;
  readonly levels: TopicFilter;
  readonly hasWildcard: boolean;
  readonly identifier: number | undefined;
  /** SUBSCRIBE. */
  readonly frame: FrameRef;
  /** When SUBSCRIBE was captured (ns). */
  readonly asked: number;
  /** The maximum QoS that SUBACK grants; undefined until it comes, and when it refuses. */
  granted: number | undefined = undefined;
  /** The code with which SUBACK refused. */
  refusal: number | undefined = undefined;
  /** When SUBACK was captured: from here on it surely stands. */
  answered = Number.POSITIVE_INFINITY;
  answer: FrameRef | undefined = undefined;
  /** UNSUBSCRIBE, and when it and UNSUBACK were captured. */
  unsubscribe: FrameRef | undefined = undefined;
  ended = Number.POSITIVE_INFINITY;
  surelyEnded = Number.POSITIVE_INFINITY;

  constructor(
    request: PendingRequest,
    readonly options: RequestedFilter,
    /** Position in its SUBSCRIBE. */
    readonly index: number,
    /** The one with the same filter that stood, or was being taken back, when this was asked for. */
    public replaces: Subscription | undefined,
  ) {
    this.filter = options.filter;
    this.levels = topicFilter(options.filter);
    this.hasWildcard = this.levels.levels.some((level) => level === '+' || level === '#');
    this.identifier = request.subscriptionIdentifier;
    this.frame = request.frame;
    this.asked = request.frame.time;
  }

  get isShared(): boolean {
    return this.levels.share !== undefined;
  }

  matches(topic: string): boolean {
    return matchesTopic(this.levels, topic);
  }

  /** No subscription with this filter stood when it was asked for. */
  get isNew(): boolean {
    const { replaces } = this;
    return replaces === undefined || replaces.ended < this.asked;
  }

  /** The highest QoS that it may give: what was asked for, until the answer is here. */
  get most(): number {
    return this.granted ?? this.options.qos;
  }

  /** Surely in force for a message that came to the server at this time. */
  coveredAt(time: number): boolean {
    return this.answered < time && this.ended > time && this.granted !== undefined;
  }
}
