// What a mosquitto.conf says, as plain data in one shape: global options, listeners, bridges. Defaults are filled in, and
// what mosquitto keeps per listener or for all of them (per_listener_settings) stands in every listener, so that nobody who
// reads this needs to know how it was written. Names of files are as given: src/io/broker-files.ts reads them.

import type { Version } from '../../spec/versions.js';
import type { Place } from './remark.js';

export const LOG_DESTINATIONS = ['stdout', 'stderr', 'syslog', 'topic', 'file', 'dlt'] as const;
export type LogDestination = (typeof LOG_DESTINATIONS)[number];

export const LOG_TYPES = [
  'debug',
  'error',
  'warning',
  'notice',
  'information',
  'subscribe',
  'unsubscribe',
  'websockets',
  'internal',
] as const;
export type LogType = (typeof LOG_TYPES)[number];

/** A number without a limit is Infinity: so it compares as one. */
export interface GlobalOptions {
  /** What each Client Identifier begins with. */
  readonly clientIdPrefixes?: string;
  readonly connectionMessages: boolean;
  readonly globalMaxClients: number;
  readonly logDestinations: readonly LogDestination[];
  readonly logFile?: string;
  /** N of syslog's localN; without it, daemon. */
  readonly logFacility?: number;
  readonly logTimestamp: boolean;
  /** As strftime takes it; without it, seconds since 1970. */
  readonly logTimestampFormat?: string;
  readonly logTypes: readonly LogType[];
  readonly maxInflightMessages: number;
  /** Seconds. */
  readonly maxKeepalive: number;
  readonly maxPacketSize: number;
  readonly maxQueuedBytes: number;
  readonly maxQueuedMessages: number;
  /** Of the payload. */
  readonly messageSizeLimit: number;
  readonly perListenerSettings: boolean;
  readonly persistence: boolean;
  readonly persistenceFile: string;
  readonly persistenceLocation?: string;
  /** Seconds. */
  readonly persistentClientExpiration: number;
  readonly pidFile?: string;
  readonly queueQos0Messages: boolean;
  readonly retainAvailable: boolean;
  /** Seconds; 0: no $SYS topics. */
  readonly sysInterval: number;
  readonly upgradeOutgoingQos: boolean;
  readonly user?: string;
}

/** Who may connect, and do what. */
export interface SecurityOptions {
  readonly aclFile?: string;
  readonly allowAnonymous: boolean;
  readonly allowZeroLengthClientId: boolean;
  readonly autoIdPrefix: string;
  readonly passwordFile?: string;
  readonly pskFile?: string;
}

export type ListenerProtocol = 'mqtt' | 'websockets';
export type SocketDomain = 'ipv4' | 'ipv6';
export type TlsVersion = 'tlsv1.1' | 'tlsv1.2' | 'tlsv1.3';

export interface ListenerOptions {
  /** Where it is configured; undefined for those that mosquitto opens without being told. */
  readonly place?: Place;
  /** 0 with `unixSocketPath`. */
  readonly port: number;
  readonly host?: string;
  readonly unixSocketPath?: string;
  /** One of several that do the same: the others are enough when this cannot be opened. */
  readonly mayFail: boolean;
  readonly bindInterface?: string;
  readonly socketDomain?: SocketDomain;
  readonly protocol: ListenerProtocol;
  readonly acceptedVersions: readonly Version[];
  readonly maxConnections: number;
  readonly maxQos: 0 | 1 | 2;
  /** What a client may use. */
  readonly maxTopicAlias: number;
  /** What is used towards a client. */
  readonly maxTopicAliasBroker: number;
  readonly mountPoint?: string;
  readonly caFile?: string;
  readonly caPath?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly crlFile?: string;
  readonly ciphers?: string;
  readonly ciphersTls13?: string;
  readonly pskHint?: string;
  readonly tlsVersion?: TlsVersion;
  readonly requireCertificate: boolean;
  readonly useIdentityAsUsername: boolean;
  readonly useSubjectAsUsername: boolean;
  readonly security: SecurityOptions;
}

/** How a listener is secured: with a certificate and its key, with pre-shared keys, or not. */
export function encryptionOf({ certFile, pskHint }: ListenerOptions): 'certificate' | 'psk' | 'none' {
  return certFile !== undefined ? 'certificate' : pskHint !== undefined ? 'psk' : 'none';
}

/** Whether TLS says who a client is: then nobody asks for a password. */
export function isIdentifiedByTls(listener: ListenerOptions): boolean {
  if (listener.certFile === undefined && listener.pskHint === undefined) return false;
  return listener.useIdentityAsUsername || listener.useSubjectAsUsername;
}

export interface BridgeAddress {
  readonly host: string;
  readonly port: number;
}

export type BridgeDirection = 'in' | 'out' | 'both';

export interface BridgeTopic {
  readonly direction: BridgeDirection;
  readonly qos: 0 | 1 | 2;
  /** Empty: the prefixes are the whole topics. */
  readonly pattern: string;
  readonly localPrefix: string;
  readonly remotePrefix: string;
  /** Prefix and pattern together. */
  readonly localTopic: string;
  readonly remoteTopic: string;
}

/** How long until the next attempt, in seconds: always `base`, or with jitter from `base` up to `cap`. */
export interface RestartTimeout {
  readonly base: number;
  readonly cap?: number;
}

export interface BridgeOptions {
  readonly place: Place;
  readonly name: string;
  readonly addresses: readonly BridgeAddress[];
  readonly topics: readonly BridgeTopic[];
  readonly remoteClientId: string;
  readonly remoteUsername?: string;
  readonly remotePassword?: string;
  readonly localClientId: string;
  readonly localUsername?: string;
  readonly localPassword?: string;
  readonly cleanSession: boolean;
  readonly localCleanSession: boolean;
  readonly attemptUnsubscribe: boolean;
  readonly bindAddress?: string;
  readonly idleTimeout: number;
  readonly keepalive: number;
  readonly maxPacketSize: number;
  readonly maxTopicAlias: number;
  readonly notifications: boolean;
  readonly notificationsLocalOnly: boolean;
  readonly notificationTopic: string;
  readonly outgoingRetain: boolean;
  readonly protocolVersion: Version;
  readonly receiveMaximum?: number;
  readonly restartTimeout: RestartTimeout;
  readonly roundRobin: boolean;
  readonly sessionExpiryInterval?: number;
  readonly startType: 'automatic' | 'lazy' | 'once';
  readonly threshold: number;
  readonly tryPrivate: boolean;
  readonly alpn?: string;
  readonly caFile?: string;
  readonly caPath?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly ciphers?: string;
  readonly ciphersTls13?: string;
  readonly identity?: string;
  /** Hexadecimal. */
  readonly psk?: string;
  readonly insecure: boolean;
  readonly requireOcsp: boolean;
  readonly tlsVersion?: TlsVersion;
  readonly useOsCertificates: boolean;
}

/** How a bridge secures its connection. */
export function bridgeEncryptionOf(bridge: BridgeOptions): 'certificate' | 'psk' | 'none' {
  if (bridge.psk !== undefined) return 'psk';
  return bridge.caFile !== undefined || bridge.caPath !== undefined || bridge.useOsCertificates
    ? 'certificate'
    : 'none';
}

export interface BrokerConfiguration {
  readonly global: GlobalOptions;
  readonly listeners: readonly ListenerOptions[];
  readonly bridges: readonly BridgeOptions[];
  /** No listener is configured: only this machine may connect. */
  readonly localOnly: boolean;
}
