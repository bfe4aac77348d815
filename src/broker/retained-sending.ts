// The retained messages that a new subscription brings (3.3.1.3, 3.8.4): a burst at once, the rest as the client takes it,
// so that a filter that matches a million of them costs neither memory nor the patience of the others.

import { type Broker, mayReceive } from './broker.js';
import type { Message } from './message.js';
import { deliver, takesRetained } from './outgoing.js';
import type { RetainedWalk } from './retained.js';
import { Receiver, type Session, type Subscription } from './session.js';

/** Levels of the tree that one burst may visit for each message that it may send. */
const STEPS = 50;

export function bringRetained(broker: Broker, session: Session, subscription: Subscription): void {
  if (broker.retained.count === 0) return;
  const { topicFilter, qos, noLocal, identifiers } = subscription;
  session.walks = session.walks?.filter((one) => one.topicFilter !== topicFilter) ?? [];
  session.walks.push({ walk: broker.retained.walk(topicFilter), topicFilter, qos, noLocal, identifiers });
  goOn(broker, session);
}

/** Sends a burst of what its walks find. */
export function goOn(broker: Broker, session: Session): void {
  broker.walking.delete(session);
  const steps = { left: broker.settings.retainedBurst * STEPS };
  let left = broker.settings.retainedBurst;
  while (session.walks !== undefined && session.walks.length > 0) {
    const walk = session.walks[0]!;
    if (!takesRetained(broker, session)) return;
    const message = walk.walk.next(steps);
    if (message !== undefined) {
      bring(broker, session, walk, message);
      left--;
    } else if (walk.walk.isDone) session.walks.shift();
    if (left <= 0 || steps.left <= 0) break;
  }
  if (session.walks !== undefined && session.walks.length > 0) broker.walking.add(session);
  else session.walks = undefined;
}

function bring(broker: Broker, session: Session, walk: RetainedWalk, message: Message): void {
  const { topic, publisher } = message;
  if (message.hasExpired(broker.now)) {
    forgetRetained(broker, topic);
    return;
  }
  if ((walk.noLocal && publisher === session.clientId) || !mayReceive(session, topic)) return;
  deliver(broker, message, new Receiver(session, walk.qos, true, false, walk.identifiers, undefined), true);
}

function forgetRetained(broker: Broker, topic: string): void {
  broker.retained.delete(topic);
  broker.counters.retained = broker.retained.count;
  broker.counters.retainedBytes = broker.retained.bytes;
  if (broker.settings.stores) broker.store('retained', [topic], undefined);
}
