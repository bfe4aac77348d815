// What holds where a file says nothing: mosquitto's defaults. "No limit" is Infinity here; where there are bounds all the
// same, the settings of the core say so (settings-of.ts).

import { VERSIONS } from '../../spec/versions.js';
import type { BridgeOptions, GlobalOptions, ListenerOptions, SecurityOptions } from './configuration.js';

const UNLIMITED = Number.POSITIVE_INFINITY;

export const GLOBAL_OPTIONS: GlobalOptions = {
  connectionMessages: true,
  globalMaxClients: UNLIMITED,
  logDestinations: ['stderr'],
  logTimestamp: true,
  logTypes: ['error', 'warning', 'notice', 'information'],
  maxInflightMessages: 20,
  maxKeepalive: UNLIMITED,
  maxPacketSize: UNLIMITED,
  maxQueuedBytes: UNLIMITED,
  maxQueuedMessages: 1000,
  messageSizeLimit: UNLIMITED,
  perListenerSettings: false,
  persistence: false,
  persistenceFile: 'mosquitto.db',
  persistentClientExpiration: UNLIMITED,
  queueQos0Messages: false,
  retainAvailable: true,
  sysInterval: 10,
  upgradeOutgoingQos: false,
};

/** allow_anonymous is true only where no listener is configured and it is not said otherwise. */
export const SECURITY_OPTIONS: SecurityOptions = {
  allowAnonymous: false,
  allowZeroLengthClientId: true,
  autoIdPrefix: 'auto-',
};

export const LISTENER_OPTIONS: Omit<ListenerOptions, 'port' | 'security'> = {
  mayFail: false,
  protocol: 'mqtt',
  acceptedVersions: VERSIONS,
  maxConnections: UNLIMITED,
  maxQos: 2,
  maxTopicAlias: 10,
  maxTopicAliasBroker: 10,
  requireCertificate: false,
  useIdentityAsUsername: false,
  useSubjectAsUsername: false,
};

/** Those whose default follows from others, as the name of this host, are made when the bridge is complete. */
type Derived =
  | 'place'
  | 'name'
  | 'addresses'
  | 'topics'
  | 'remoteClientId'
  | 'localClientId'
  | 'localCleanSession'
  | 'notificationTopic';

export const BRIDGE_OPTIONS: Omit<BridgeOptions, Derived> = {
  cleanSession: false,
  attemptUnsubscribe: true,
  idleTimeout: 60,
  keepalive: 60,
  maxPacketSize: UNLIMITED,
  maxTopicAlias: 10,
  notifications: true,
  notificationsLocalOnly: false,
  outgoingRetain: true,
  protocolVersion: '3.1.1',
  restartTimeout: { base: 5, cap: 30 },
  roundRobin: false,
  startType: 'automatic',
  threshold: 10,
  tryPrivate: true,
  insecure: false,
  requireOcsp: false,
  useOsCertificates: false,
};
