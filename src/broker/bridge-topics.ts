// The two names of a topic: here and at the other broker. A row of the configuration takes its prefix of the one side away
// and puts that of the other in front; the first row with a prefix that the topic matches counts, as in mosquitto, and a
// row without prefixes lets the name as it is. What matches no row of its direction does not go over the bridge.

import { matchesTopic, type TopicFilter, topicFilter } from '../spec/topic-filter.js';
import type { BridgeTopic } from './config/configuration.js';

interface Row {
  readonly filter: TopicFilter;
  readonly takenAway: string;
  readonly putInFront: string;
}

class Mapping {
  private readonly known = new Map<string, string | undefined>();

  constructor(
    private readonly rows: readonly Row[],
    private readonly most: number,
  ) {}

  get(topic: string): string | undefined {
    const known = this.known.get(topic);
    if (known !== undefined || this.known.has(topic)) return known;
    if (this.known.size >= this.most) this.known.clear();
    const mapped = this.find(topic);
    this.known.set(topic, mapped);
    return mapped;
  }

  private find(topic: string): string | undefined {
    let same: string | undefined;
    for (const { filter, takenAway, putInFront } of this.rows) {
      if (!matchesTopic(filter, topic)) continue;
      if (takenAway === '' && putInFront === '') same = topic;
      else return putInFront + (topic.startsWith(takenAway) ? topic.slice(takenAway.length) : topic);
    }
    return same;
  }
}

/** A filter to subscribe to, and how. */
export interface BridgeFilter {
  readonly topicFilter: string;
  readonly qos: 0 | 1 | 2;
}

export class BridgeTopics {
  /** Subscribed to here. */
  readonly local: readonly BridgeFilter[];
  /** Subscribed to at the other broker. */
  readonly remote: readonly BridgeFilter[];
  /** Filters of the other broker for what only goes out: an earlier configuration may have subscribed to them. */
  readonly notRemote: readonly string[];
  private readonly toRemote: Mapping;
  private readonly toLocal: Mapping;

  constructor(topics: readonly BridgeTopic[], mappedTopics: number) {
    const out = topics.filter(({ direction }) => direction !== 'in');
    const into = topics.filter(({ direction }) => direction !== 'out');
    this.local = filtersOf(out, ({ localTopic }) => localTopic);
    this.remote = filtersOf(into, ({ remoteTopic }) => remoteTopic);
    const subscribed = new Set(this.remote.map((one) => one.topicFilter));
    this.notRemote = [...new Set(out.map(({ remoteTopic }) => remoteTopic))].filter((one) => !subscribed.has(one));
    const away = out.map(({ localTopic, localPrefix, remotePrefix }) => rowOf(localTopic, localPrefix, remotePrefix));
    const home = into.map(({ remoteTopic, remotePrefix, localPrefix }) =>
      rowOf(remoteTopic, remotePrefix, localPrefix),
    );
    this.toRemote = new Mapping(away, mappedTopics);
    this.toLocal = new Mapping(home, mappedTopics);
  }

  /** The name at the other broker; undefined: it does not go there. */
  outward(topic: string): string | undefined {
    return this.toRemote.get(topic);
  }

  inward(topic: string): string | undefined {
    return this.toLocal.get(topic);
  }
}

function rowOf(filter: string, takenAway: string, putInFront: string): Row {
  return { filter: topicFilter(filter), takenAway, putInFront };
}

/** Each once, with the highest QoS asked for. */
function filtersOf(topics: readonly BridgeTopic[], filterOf: (topic: BridgeTopic) => string): BridgeFilter[] {
  const found = new Map<string, 0 | 1 | 2>();
  for (const topic of topics) {
    const filter = filterOf(topic);
    found.set(filter, Math.max(found.get(filter) ?? 0, topic.qos) as 0 | 1 | 2);
  }
  return [...found].map(([filter, qos]) => ({ topicFilter: filter, qos }));
}
