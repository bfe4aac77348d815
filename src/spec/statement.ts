// A numbered statement of the specification, in our own words.

export interface StatementRow {
  /** MQTT-3.1.0-1; the same number means something else in another version. */
  readonly id: string;
  readonly section: string;
  readonly level: 'must' | 'should' | 'may';
  /** Who must do it, or not do it. */
  readonly binds: 'client' | 'server' | 'sender' | 'receiver' | 'both';
  readonly text: string;
}
