// How many retained messages one call of `handle` may still send to one session: it may bring any number of
// subscriptions (3.8.3), in one packet or many, and until the call returns nobody can say that its client takes no more.

import type { Session } from './session.js';

/** Levels of the tree that may be visited for each message that may be sent. */
const STEPS = 50;

export class Burst {
  session: Session | undefined = undefined;
  messages = 0;
  readonly steps = { left: 0 };

  begin(session: Session, messages: number): void {
    this.session = session;
    this.messages = messages;
    this.steps.left = messages * STEPS;
  }
}
