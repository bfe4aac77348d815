// One client identifier at one server, over its connections: subscriptions, unacknowledged messages, expiry, will.

import { Subscriptions } from './subscriptions.js';

export class Session {
  readonly subscriptions = new Subscriptions();

  constructor(readonly clientId: string) {}
}
