// What must outlive the process, one record a fact. A `store` output puts or deletes one; after a restart the edge hands
// all that are left to `restore`, in any order. Times are in the clock of `handle`, so an edge that stores uses one that
// goes on over restarts (nanoseconds since 1970). Bytes in records may be views: copy them if they are kept in memory.

export interface SessionRecord {
  /** Seconds after the connection's end; 0xffffffff: never. */
  readonly expiryInterval: number;
  /** When it ends if the client does not come back; undefined while it is connected, and for never. */
  readonly expiresAt: number | undefined;
  readonly version: '3.1' | '3.1.1' | '5.0';
}

export interface SubscriptionRecord {
  readonly qos: number;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: number;
  readonly identifier: number | undefined;
}

export interface MessageRecord {
  /** A PUBLISH packet of QoS 0 of `version`: topic, properties and payload as they are to be passed on. */
  readonly packet: Uint8Array;
  readonly version: '3.1.1' | '5.0';
  readonly qos: number;
  /** As it was published. */
  readonly retain: boolean;
  /** Client identifier of the publisher, for No Local. */
  readonly publisher: string;
  /** When it was received; Message Expiry counts from there. */
  readonly receivedAt: number;
}

/** A message on its way to a client: queued while `packetId` is 0, else sent or about to be. */
export interface OutgoingRecord {
  /** Key of a 'message' record; 0 once it is released. */
  readonly message: number;
  readonly packetId: number;
  readonly qos: number;
  readonly retain: boolean;
  readonly identifiers: readonly number[] | undefined;
  /** PUBREL is what is sent now (PUBREC has come). */
  readonly released: boolean;
}

export interface WillRecord {
  /** As MessageRecord. */
  readonly packet: Uint8Array;
  readonly version: '3.1.1' | '5.0';
  readonly qos: number;
  readonly retain: boolean;
  readonly delayInterval: number;
  /** When it is due; undefined while the client is connected: then it is due `delayInterval` after the restart. */
  readonly dueAt: number | undefined;
}

/** Key and value of each table. Within a table keys are unique; [clientId, …] keys come with a session record or are stale. */
export interface StoreTables {
  readonly session: { readonly key: readonly [clientId: string]; readonly value: SessionRecord };
  readonly subscription: {
    readonly key: readonly [clientId: string, topicFilter: string];
    readonly value: SubscriptionRecord;
  };
  /** Shared by all `outgoing` that name it. */
  readonly message: { readonly key: readonly [id: number]; readonly value: MessageRecord };
  /** `order` grows: what is sent or queued later has a higher one. */
  readonly outgoing: { readonly key: readonly [clientId: string, order: number]; readonly value: OutgoingRecord };
  /** QoS 2 messages of the client that wait for PUBREL. */
  readonly incoming: { readonly key: readonly [clientId: string, packetId: number]; readonly value: true };
  readonly retained: { readonly key: readonly [topic: string]; readonly value: MessageRecord };
  readonly will: { readonly key: readonly [clientId: string]; readonly value: WillRecord };
}

export type StoreTable = keyof StoreTables;

/** `value` undefined: delete. */
export type StoreOutput = {
  [T in StoreTable]: {
    readonly kind: 'store';
    readonly table: T;
    readonly key: StoreTables[T]['key'];
    readonly value: StoreTables[T]['value'] | undefined;
  };
}[StoreTable];

/** What is left of the stores: for `restore`. */
export type StoredRecord = {
  [T in StoreTable]: {
    readonly table: T;
    readonly key: StoreTables[T]['key'];
    readonly value: StoreTables[T]['value'];
  };
}[StoreTable];
