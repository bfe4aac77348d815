// The subscriptions of one session: asked for, granted, and which of them a topic matches.

import type { Seen } from '../seen.js';
import type { RequestFact } from './requests.js';

export class Subscriptions {
  apply(_seen: Seen, _request: RequestFact | undefined): void {}
}
