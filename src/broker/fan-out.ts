// Passes a message to all whose subscriptions match: each session once, one member of each share; and retains it.

import type { Broker } from './broker.js';
import { mayReceive } from './broker.js';
import type { Message } from './message.js';
import { deliver, recordOf } from './outgoing.js';
import type { Session } from './session.js';
import type { Matches } from './subscriptions.js';

/** Retains it if it says so, and delivers it. How many sessions it was for. */
export function publish(broker: Broker, message: Message, from: Session | undefined): number {
  if (broker.settings.tellsMessages) tell(broker, message);
  if (message.retain) retain(broker, message);
  return distribute(broker, message, broker.subscriptions.match(message.topic), from);
}

export function distribute(broker: Broker, message: Message, matches: Matches, from: Session | undefined): number {
  const { receivers, shares } = matches;
  let count = 0;
  for (let i = 0; i < receivers.length; i++) {
    let receiver = receivers[i]!;
    if (receiver.noLocal && receiver.session === from) {
      if (receiver.own === undefined) continue;
      receiver = receiver.own;
    }
    count++;
    deliver(broker, message, receiver, receiver.retainAsPublished && message.retain);
  }
  for (let i = 0; i < shares.length; i++) {
    const member = shares[i]!.pick(message.qos, (session) => mayReceive(session, message.topic));
    if (member === undefined) continue;
    count++;
    deliver(broker, message, member, member.retainAsPublished && message.retain);
  }
  return count;
}

export function tell(broker: Broker, { publisher, topic, payload, qos, retain: retained }: Message): void {
  const event = { name: 'published', clientId: publisher, topic, payload: new Uint8Array(payload), qos } as const;
  broker.out.event({ ...event, retain: retained });
}

/** 3.3.1.3: in place of the one before; an empty one only removes it. */
function retain(broker: Broker, message: Message): void {
  const { retained, settings, counters } = broker;
  const { topic } = message;
  const stores = settings.stores && !topic.startsWith('$SYS/');
  if (message.payloadLength === 0) {
    if (retained.delete(topic) && stores) broker.store('retained', [topic], undefined);
  } else {
    const before = retained.get(topic);
    const bytes = retained.bytes + retained.treeBytes + message.size - (before?.size ?? 0);
    const isFull = retained.count >= settings.maximumRetained && before === undefined;
    if (isFull || bytes > settings.maximumRetainedBytes) {
      counters.publishDropped++;
      // What is kept must not be older than what was sent last.
      if (before !== undefined && retained.delete(topic) && stores) broker.store('retained', [topic], undefined);
    } else {
      message.own();
      retained.set(topic, message);
      if (stores) broker.store('retained', [topic], recordOf(message));
    }
  }
  counters.retained = retained.count;
  counters.retainedBytes = retained.bytes;
}
