// What one side announced in CONNECT or CONNACK and the other must keep to (5.0: 3.1.2.11, 3.2.2.3); defaults where it
// said nothing.

import type { Property } from '../../codec/packet.js';
import type { Seen } from '../seen.js';
import { GRACE } from './grace.js';

export class Limits {
  receiveMaximum = 65535;
  maximumPacketSize = Number.POSITIVE_INFINITY;
  topicAliasMaximum = 0;
  /** The rest only a server announces. */
  maximumQos = 2;
  retainAvailable = true;
  wildcardSubscriptionAvailable = true;
  subscriptionIdentifierAvailable = true;
  sharedSubscriptionAvailable = true;
  /** Something that a packet may offend against but Receive Maximum and Topic Alias Maximum was announced. */
  isLimited = false;
  /** Announced and read, as opposed to not seen. */
  known = false;
  /** When (ns). */
  private announcedAt = Number.NaN;
  /** The other side was sending already: what it sends next may have crossed the announcement. */
  private isCrossed = false;

  /** Whether what the other side sends now, it sends in knowledge of this (a client need not wait for CONNACK, 3.1.4). */
  reached(time: number): boolean {
    return this.known && (!this.isCrossed || time - this.announcedAt >= GRACE);
  }

  /** The other side had begun to send before it could know. */
  cross(): void {
    this.isCrossed = true;
  }

  announce(properties: readonly Property[] | undefined, { time, frame }: Seen): void {
    // What could not be read may be a limit.
    this.known = properties !== undefined && frame.problems.length === 0;
    this.announcedAt = time;
    for (const one of properties ?? []) {
      switch (one.name) {
        case 'receiveMaximum':
          this.receiveMaximum = one.value;
          break;
        case 'maximumPacketSize':
          this.maximumPacketSize = one.value;
          break;
        case 'topicAliasMaximum':
          this.topicAliasMaximum = one.value;
          break;
        case 'maximumQos':
          this.maximumQos = one.value;
          break;
        case 'retainAvailable':
          this.retainAvailable = one.value !== 0;
          break;
        case 'wildcardSubscriptionAvailable':
          this.wildcardSubscriptionAvailable = one.value !== 0;
          break;
        case 'subscriptionIdentifierAvailable':
          this.subscriptionIdentifierAvailable = one.value !== 0;
          break;
        case 'sharedSubscriptionAvailable':
          this.sharedSubscriptionAvailable = one.value !== 0;
          break;
      }
    }
    this.isLimited =
      this.maximumPacketSize !== Number.POSITIVE_INFINITY ||
      this.maximumQos !== 2 ||
      !this.retainAvailable ||
      !this.wildcardSubscriptionAvailable ||
      !this.subscriptionIdentifierAvailable ||
      !this.sharedSubscriptionAvailable;
  }
}
