// The $SYS topics as mosquitto names them: one row a topic. What has changed is published every interval, retained; the
// load averages are of one, five and fifteen minutes.

import { encodeUtf8 } from '../bytes/utf8.js';
import type { Broker } from './broker.js';
import type { Counters } from './counters.js';
import { publish } from './fan-out.js';
import { messageOf } from './message.js';

const SECOND = 1e9;

/** Below $SYS/broker/. */
const VALUES: readonly (readonly [topic: string, value: (counters: Counters, broker: Broker) => number | string])[] = [
  ['version', (_counters, { settings }) => settings.version],
  ['uptime', (_counters, { now, startedAt }) => `${Math.floor((now - startedAt) / SECOND)} seconds`],
  ['clients/total', ({ sessions }) => sessions],
  ['clients/connected', ({ clientsConnected }) => clientsConnected],
  ['clients/active', ({ clientsConnected }) => clientsConnected],
  ['clients/disconnected', ({ sessions, clientsConnected }) => sessions - clientsConnected],
  ['clients/inactive', ({ sessions, clientsConnected }) => sessions - clientsConnected],
  ['clients/maximum', ({ clientsMaximum }) => clientsMaximum],
  ['clients/expired', ({ clientsExpired }) => clientsExpired],
  ['subscriptions/count', ({ subscriptions }) => subscriptions],
  ['shared_subscriptions/count', ({ sharedSubscriptions }) => sharedSubscriptions],
  ['retained messages/count', ({ retained }) => retained],
  ['messages/stored', ({ stored, retained }) => stored + retained],
  ['store/messages/count', ({ stored, retained }) => stored + retained],
  ['store/messages/bytes', ({ storedBytes, retainedBytes }) => storedBytes + retainedBytes],
  ['messages/received', ({ packetsReceived }) => packetsReceived],
  ['messages/sent', ({ packetsSent }) => packetsSent],
  ['publish/messages/received', ({ publishReceived }) => publishReceived],
  ['publish/messages/sent', ({ publishSent }) => publishSent],
  ['publish/messages/dropped', ({ publishDropped }) => publishDropped],
  ['publish/bytes/received', ({ publishBytesReceived }) => publishBytesReceived],
  ['publish/bytes/sent', ({ publishBytesSent }) => publishBytesSent],
  ['bytes/received', ({ bytesReceived }) => bytesReceived],
  ['bytes/sent', ({ bytesSent }) => bytesSent],
];

/** Counts a minute, below $SYS/broker/load/. */
const LOADS: readonly (readonly [topic: string, counter: keyof Counters])[] = [
  ['messages/received', 'packetsReceived'],
  ['messages/sent', 'packetsSent'],
  ['publish/received', 'publishReceived'],
  ['publish/sent', 'publishSent'],
  ['publish/dropped', 'publishDropped'],
  ['bytes/received', 'bytesReceived'],
  ['bytes/sent', 'bytesSent'],
  ['sockets', 'sockets'],
  ['connections', 'connections'],
];
const MINUTES = [1, 5, 15] as const;

export class SystemTopics {
  private readonly said = new Map<string, string>();
  private readonly before = new Map<keyof Counters, number>();
  private readonly averages = new Map<string, number>();
  private lastAt = Number.NaN;
  /** As of the moments at which it was looked at. */
  private heapMaximum = 0;

  /** Topics and texts that have changed since the last time. */
  changes(broker: Broker): readonly (readonly [topic: string, text: string])[] {
    const { counters, now } = broker;
    const changed: [string, string][] = [];
    const say = (topic: string, text: string): void => {
      if (this.said.get(topic) === text) return;
      this.said.set(topic, text);
      changed.push([`$SYS/broker/${topic}`, text]);
    };
    for (const [topic, value] of VALUES) say(topic, String(value(counters, broker)));
    const heap = broker.tools.heapBytes?.();
    if (heap !== undefined) {
      this.heapMaximum = Math.max(this.heapMaximum, heap);
      say('heap/current', String(heap));
      say('heap/maximum', String(this.heapMaximum));
    }
    const seconds = Number.isNaN(this.lastAt) ? 0 : (now - this.lastAt) / SECOND;
    this.lastAt = now;
    for (const [topic, counter] of LOADS) {
      const count = counters[counter];
      const perMinute = seconds > 0 ? ((count - (this.before.get(counter) ?? 0)) * 60) / seconds : 0;
      this.before.set(counter, count);
      for (const minutes of MINUTES) {
        const name = `load/${topic}/${minutes}min`;
        const average = this.averages.get(name) ?? 0;
        const next = perMinute + Math.exp(-seconds / (60 * minutes)) * (average - perMinute);
        this.averages.set(name, next);
        say(name, next.toFixed(2));
      }
    }
    return changed;
  }
}

export function publishSystemTopics(broker: Broker, topics: SystemTopics): void {
  for (const [topic, text] of topics.changes(broker)) {
    publish(broker, messageOf({ topic, payload: encodeUtf8(text), qos: 0, retain: true }, broker.now), undefined);
  }
}
