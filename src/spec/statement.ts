// A numbered statement of the specification, in our own words. Those of MQTT 3.1.1 and 5.0 stand in a table each; MQTT 3.1
// has none.

export interface StatementRow {
  /** MQTT-3.1.0-1; the same number means something else in another version. */
  readonly id: string;
  /** Number of the heading in whose body it stands: 3.1.2.4. */
  readonly section: string;
  /** The strongest of its words. */
  readonly level: 'must' | 'should' | 'may';
  /** Who must do it, or not do it; both: client and server, or the sender of a packet and its receiver. */
  readonly binds: 'client' | 'server' | 'sender' | 'receiver' | 'both';
  /** A sentence or two. */
  readonly text: string;
}
