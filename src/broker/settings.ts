// Every setting and bound of the broker core with its default, in two tables: per listener, and for all. What happens at
// a bound is said with it. Seconds are seconds; only `now` and `deadline` are nanoseconds.

import { VERSIONS, type Version } from '../spec/versions.js';
import type { AuthenticationMethod } from './authentication.js';

/** Whom `authorize` is asked about. */
export interface Client {
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly version: Version;
  readonly listener: number;
  readonly remote: string;
}

/**
 * publish: may it send to this topic; subscribe: may it have this filter (without $share/name/); receive: may it get
 * messages of this topic. Topics are with the mount point. The answers for `receive` are kept until the settings are
 * loaded again, so they may depend on nothing else.
 */
export type Authorize = (client: Client, action: 'publish' | 'subscribe' | 'receive', topic: string) => boolean;

export interface ListenerSettings {
  /** Versions that may connect; others get CONNACK 0x84 (before 5.0: 0x01). */
  readonly versions: readonly Version[];
  /** Take the protocol levels 0x83 and 0x84 of mosquitto's bridges: their messages do not come back, retained ones stay so. */
  readonly bridgeProtocol: boolean;
  /** Highest QoS that clients may publish with, 0 to 2; above it: DISCONNECT 0x9B, and CONNACK 0x9B for wills. */
  readonly maximumQos: number;
  /** Whether retained messages are taken; else DISCONNECT 0x9A, and CONNACK 0x9A for wills. */
  readonly retainAvailable: boolean;
  /** Else SUBACK 0xA2. */
  readonly wildcardSubscriptionAvailable: boolean;
  /** Else SUBACK 0x9E. */
  readonly sharedSubscriptionAvailable: boolean;
  /** Else SUBACK 0xA1. */
  readonly subscriptionIdentifierAvailable: boolean;
  /** QoS 2 messages of a client that wait for PUBREL at once, 1 to 65535; more: DISCONNECT 0x93. 5.0 only: others are not told it. */
  readonly receiveMaximum: number;
  /** Bytes of a packet, both ways; a larger one that comes: DISCONNECT 0x95; that would go out: dropped. */
  readonly maximumPacketSize: number;
  /** Bytes of a CONNECT packet; a larger one is closed without an answer. */
  readonly maximumConnectSize: number;
  /** Topic Aliases that a client may set, 0 to 65535; above: DISCONNECT 0x94. */
  readonly topicAliasMaximum: number;
  /** Topic Aliases that the core sets for a client which takes them; 0: none. */
  readonly topicAliasesSent: number;
  /** Seconds, 0 to 65535. A longer Keep Alive: 5.0 gets this one as Server Keep Alive, others are refused (0x05). 0 of a client counts as longest. */
  readonly maximumKeepAlive: number;
  /** Seconds from the connection to its CONNECT, authentication included; then it is closed. */
  readonly connectTimeout: number;
  /** Connections at once. One more gets CONNACK 0x89 (before 5.0: 0x03); with 100 of these waiting, further ones are closed at once. */
  readonly maximumConnections: number;
  /** PUBLISH packets a second that one client may send; more: DISCONNECT 0x96. 0: no bound. */
  readonly maximumMessageRate: number;
  /** Else CONNACK 0x85 (before 5.0: 0x02). */
  readonly allowZeroLengthClientId: boolean;
  /** Begins the identifiers that the server assigns. */
  readonly autoIdPrefix: string;
  /** When there are any, client identifiers must begin with one of them; else CONNACK 0x87. */
  readonly clientIdPrefixes: readonly string[];
  /** Let 3.1 clients have identifiers of more than 23 characters; else CONNACK 0x02 (3.1, CONNECT). */
  readonly longClientIds: boolean;
  /** Whether a client without a user name may come; else CONNACK 0x87 (before 5.0: 0x05). */
  readonly allowAnonymous: boolean;
  /** Ask the edge who comes (output `authenticate`); without it user names and passwords are not looked at. */
  readonly authenticates: boolean;
  /** For Authentication Method of 5.0; another: CONNACK 0x8C. */
  readonly authenticationMethods: readonly AuthenticationMethod[];
  /** undefined: everything is allowed, save publishing to $SYS. */
  readonly authorize: Authorize | undefined;
  /** Goes in front of each topic and filter of its clients, and is taken away again in front of what they get. */
  readonly mountPoint: string;
  /** Response Information for a 5.0 client that asks for it; %c stands for its identifier. '': none. */
  readonly responseInformation: string;
}

export const LISTENER_DEFAULTS: ListenerSettings = {
  versions: VERSIONS,
  bridgeProtocol: true,
  maximumQos: 2,
  retainAvailable: true,
  wildcardSubscriptionAvailable: true,
  sharedSubscriptionAvailable: true,
  subscriptionIdentifierAvailable: true,
  receiveMaximum: 1024,
  maximumPacketSize: 16 * 1024 * 1024,
  maximumConnectSize: 1024 * 1024,
  topicAliasMaximum: 32,
  topicAliasesSent: 16,
  maximumKeepAlive: 65_535,
  connectTimeout: 10,
  maximumConnections: 100_000,
  maximumMessageRate: 0,
  allowZeroLengthClientId: true,
  autoIdPrefix: 'auto-',
  clientIdPrefixes: [],
  longClientIds: false,
  allowAnonymous: true,
  authenticates: false,
  authenticationMethods: [],
  authorize: undefined,
  mountPoint: '',
  responseInformation: '',
};

export interface GlobalSettings {
  /** Emit `store` outputs. */
  readonly stores: boolean;
  /** Emit an event for every message. */
  readonly tellsMessages: boolean;
  /** Messages of QoS 1 and 2 sent to a client and not yet done, 1 to 65535; its Receive Maximum counts as well. The others wait. */
  readonly maximumInflight: number;
  /** Messages waiting for one client; the newest is dropped and counted. */
  readonly maximumQueuedMessages: number;
  /** Bytes of them; likewise. */
  readonly maximumQueuedBytes: number;
  /** Bytes of all that wait or are under way, over all sessions; likewise. */
  readonly maximumQueuedTotal: number;
  /** Bytes of a message's payload; a larger one is acknowledged, to 5.0 with 0x83, and goes to nobody. */
  readonly maximumPayload: number;
  /** Keep QoS 0 messages too for sessions whose client is away. */
  readonly queueQos0Messages: boolean;
  /** Send with the QoS of the subscription even when the message came with a lower one. */
  readonly upgradeOutgoingQos: boolean;
  /** Sessions at once, with and without a connection. When there are more, the one disconnected longest ends; if none: CONNACK 0x97. */
  readonly maximumSessions: number;
  /** Bytes of all wills: beyond, who brings one gets CONNACK 0x97 (before 5.0: 0x03). */
  readonly maximumWillBytes: number;
  /** Seconds: longest Session Expiry Interval (5.0 is told), and that of 3.1 and 3.1.1 sessions without Clean Session. 0xffffffff: no end. */
  readonly sessionExpiryMaximum: number;
  /** Subscriptions of one session, and of one packet; more: SUBACK 0x97. */
  readonly maximumSubscriptions: number;
  /** Subscriptions of all; likewise. */
  readonly maximumSubscriptionsTotal: number;
  /** Bytes of memory that they take, as reckoned; likewise. */
  readonly maximumSubscriptionsMemory: number;
  /** Levels of a topic or filter: more are refused (0x90 in PUBACK and PUBREC, 0x8F in SUBACK). */
  readonly maximumTopicLevels: number;
  /** Retained messages; a further topic is not retained, and counted. */
  readonly maximumRetained: number;
  /** Bytes of them and, as reckoned, of the tree of their topics; likewise. */
  readonly maximumRetainedBytes: number;
  /** Retained messages that new subscriptions of a client send in one go; the rest follow as the client takes them. */
  readonly retainedBurst: number;
  /** Subscribers remembered for topics, over all of them, 64 characters of a topic being worth one: when there are more, the cache begins anew. */
  readonly matchCacheEntries: number;
  /** Bytes of packets that have begun to come, over all connections: beyond, the connection with most of them is closed (0x97). */
  readonly maximumPartialBytes: number;
  /** Seconds between publications of $SYS; 0: none. */
  readonly sysInterval: number;
  /** Of $SYS/broker/version. */
  readonly version: string;
}

export const GLOBAL_DEFAULTS: GlobalSettings = {
  stores: false,
  tellsMessages: false,
  maximumInflight: 100,
  maximumQueuedMessages: 1000,
  maximumQueuedBytes: 64 * 1024 * 1024,
  maximumQueuedTotal: 1024 * 1024 * 1024,
  maximumPayload: Number.POSITIVE_INFINITY,
  queueQos0Messages: false,
  upgradeOutgoingQos: false,
  maximumSessions: 200_000,
  maximumWillBytes: 256 * 1024 * 1024,
  sessionExpiryMaximum: 0xffffffff,
  maximumSubscriptions: 200_000,
  maximumSubscriptionsTotal: 2_000_000,
  maximumSubscriptionsMemory: 2 * 1024 * 1024 * 1024,
  maximumTopicLevels: 200,
  maximumRetained: 2_000_000,
  maximumRetainedBytes: 1024 * 1024 * 1024,
  retainedBurst: 1000,
  matchCacheEntries: 1_000_000,
  maximumPartialBytes: 256 * 1024 * 1024,
  sysInterval: 10,
  version: 'mqtt-dissect',
};

export interface BrokerSettings extends GlobalSettings {
  readonly listeners: readonly ListenerSettings[];
}

/** What differs from the defaults. Without `listeners` there is one. */
export interface BrokerOptions extends Partial<GlobalSettings> {
  readonly listeners?: readonly Partial<ListenerSettings>[];
}

/** RangeError naming the setting for a number that cannot be. */
export function brokerSettings(options: BrokerOptions = {}): BrokerSettings {
  const { listeners = [{}], ...rest } = options;
  const settings = { ...GLOBAL_DEFAULTS, ...rest };
  checkNumbers(settings);
  return {
    ...settings,
    listeners: listeners.map((one) => {
      const listener = { ...LISTENER_DEFAULTS, ...one };
      checkNumbers(listener);
      return listener;
    }),
  };
}

/** Those with another range than 0 and up. */
const RANGES: Readonly<Record<string, readonly [lowest: number, highest: number]>> = {
  maximumQos: [0, 2],
  receiveMaximum: [1, 0xffff],
  maximumPacketSize: [16, 268_435_460],
  topicAliasMaximum: [0, 0xffff],
  topicAliasesSent: [0, 0xffff],
  maximumKeepAlive: [0, 0xffff],
  maximumInflight: [1, 0xffff],
  sessionExpiryMaximum: [0, 0xffffffff],
  maximumTopicLevels: [1, 1000],
  maximumSessions: [1, Number.MAX_SAFE_INTEGER],
  retainedBurst: [1, Number.MAX_SAFE_INTEGER],
};

function checkNumbers(settings: object): void {
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value !== 'number') continue;
    const [lowest, highest] = RANGES[name] ?? [0, Number.POSITIVE_INFINITY];
    if (!(value >= lowest && value <= highest))
      throw new RangeError(`${name}: ${value} is not ${lowest} to ${highest}`);
  }
}
