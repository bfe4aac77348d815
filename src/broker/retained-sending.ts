// The retained messages that a new subscription brings (3.3.1.3, 3.8.4): a burst at once, the rest as the client takes it,
// so that a filter that matches a million of them costs neither memory nor the patience of the others.

import { type Broker, mayReceive } from './broker.js';
import type { Message } from './message.js';
import { deliver, takesRetained } from './outgoing.js';
import type { RetainedWalk } from './retained.js';
import { Receiver, type Session, type Subscription } from './session.js';

export function bringRetained(broker: Broker, session: Session, subscription: Subscription): void {
  if (broker.retained.count === 0) return;
  const { topicFilter, qos, noLocal, identifiers } = subscription;
  session.walks ??= new Map();
  // Last, as the one before is void (3.8.4).
  session.walks.delete(topicFilter);
  session.walks.set(topicFilter, { walk: broker.retained.walk(topicFilter), qos, noLocal, identifiers });
  goOn(broker, session);
}

/** Sends a burst of what its walks find, or the rest of it. */
export function goOn(broker: Broker, session: Session): void {
  const { burst, walking } = broker;
  walking.delete(session);
  if (burst.session !== session) burst.begin(session, broker.settings.retainedBurst);
  for (const [topicFilter, walk] of session.walks ?? []) {
    while (!walk.walk.isDone && burst.messages > 0 && burst.steps.left > 0) {
      if (!takesRetained(broker, session)) return;
      const message = walk.walk.next(burst.steps);
      if (message === undefined) continue;
      bring(broker, session, walk, message);
      burst.messages--;
    }
    if (!walk.walk.isDone) break;
    session.walks!.delete(topicFilter);
  }
  if (session.walks !== undefined && session.walks.size > 0) walking.add(session);
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
