// Where a PUBLISH of a server comes from: the subscriptions of its receiver that match, the message that a client sent.

export interface DeliveryFact {
  readonly kind: 'delivery';
}
