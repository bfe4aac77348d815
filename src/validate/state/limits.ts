// What one side announced in CONNECT or CONNACK and the other must keep to (5.0: 3.1.2.11, 3.2.2.3); defaults where it
// said nothing.

import type { Property } from '../../codec/packet.js';

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
  /** Announced, as opposed to not seen. */
  known = false;

  announce(properties: readonly Property[] | undefined): void {
    this.known = true;
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
  }
}
