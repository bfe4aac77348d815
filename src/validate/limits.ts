// What the judge keeps, at most. Beyond a bound the oldest is let go, and verdicts that would have needed it are
// inconclusive. QoS 1 and 2 exchanges need no bound of their own: there are at most as many as Packet Identifiers.

export interface JudgeLimits {
  /** Findings of one rule in one connection; further ones are counted. */
  readonly findingsPerRule: number;
  /** Connections of which the report tells one by one; further ones are counted. */
  readonly connectionsListed: number;
  /** SUBSCRIBE and UNSUBSCRIBE of a connection that wait for their answer. */
  readonly openRequests: number;
  /** Sessions (client identifiers) of one server, and servers. */
  readonly sessions: number;
  readonly servers: number;
  /** Subscriptions of a session. */
  readonly subscriptions: number;
  /** Retained messages of a server. */
  readonly retained: number;
  /** Recent publications of a server, to which deliveries are matched. */
  readonly publications: number;
}

export const JUDGE_LIMITS: JudgeLimits = {
  findingsPerRule: 10,
  connectionsListed: 10_000,
  openRequests: 1_024,
  sessions: 65_536,
  servers: 1_024,
  subscriptions: 10_000,
  retained: 100_000,
  publications: 10_000,
};
