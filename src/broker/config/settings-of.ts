// From a configuration to the settings of the core. What mosquitto leaves without a limit has the core's own bound here:
// memory is bounded whatever a file says (src/broker/settings.ts has the table).

import type { Authorize, BrokerOptions, GlobalSettings, ListenerSettings } from '../settings.js';
import {
  type BrokerConfiguration,
  type GlobalOptions,
  isIdentifiedByTls,
  type ListenerOptions,
} from './configuration.js';

/** Who may do what on a listener, from its acl_file; undefined without one. */
export type AuthorizeOf = (listener: ListenerOptions) => Authorize | undefined;

export function settingsOf({ global, listeners }: BrokerConfiguration, authorizeOf: AuthorizeOf): BrokerOptions {
  return {
    ...commonSettingsOf(global),
    listeners: listeners.map((listener) => listenerSettingsOf(listener, global, authorizeOf(listener))),
  };
}

/** The most that a 5.0 client can be told (3.1.3.4). */
const MOST_INFLIGHT = 65_535;
const MOST_KEEP_ALIVE = 65_535;
const LONGEST_PACKET = 268_435_460;

export function commonSettingsOf(global: GlobalOptions): Partial<GlobalSettings> {
  const { maxQueuedBytes, globalMaxClients, persistentClientExpiration } = global;
  return {
    maximumInflight: Math.min(global.maxInflightMessages, MOST_INFLIGHT),
    maximumQueuedMessages: global.maxQueuedMessages,
    maximumPayload: global.messageSizeLimit,
    queueQos0Messages: global.queueQos0Messages,
    upgradeOutgoingQos: global.upgradeOutgoingQos,
    sysInterval: global.sysInterval,
    ...(Number.isFinite(maxQueuedBytes) ? { maximumQueuedBytes: maxQueuedBytes } : {}),
    ...(Number.isFinite(globalMaxClients) ? { maximumSessions: globalMaxClients } : {}),
    ...(Number.isFinite(persistentClientExpiration)
      ? { sessionExpiryMaximum: Math.min(persistentClientExpiration, 0xffffffff) }
      : {}),
  };
}

export function listenerSettingsOf(
  listener: ListenerOptions,
  global: GlobalOptions,
  authorize: Authorize | undefined,
): Partial<ListenerSettings> {
  const { security } = listener;
  return {
    versions: listener.acceptedVersions,
    maximumQos: listener.maxQos,
    retainAvailable: global.retainAvailable,
    topicAliasMaximum: listener.maxTopicAlias,
    topicAliasesSent: listener.maxTopicAliasBroker,
    maximumKeepAlive: Math.min(global.maxKeepalive, MOST_KEEP_ALIVE),
    // mosquitto looks neither at the length of a 3.1 identifier.
    longClientIds: true,
    allowZeroLengthClientId: security.allowZeroLengthClientId,
    autoIdPrefix: security.autoIdPrefix,
    clientIdPrefixes: global.clientIdPrefixes === undefined ? [] : [global.clientIdPrefixes],
    allowAnonymous: security.allowAnonymous,
    authenticates: authenticates(listener),
    authorize,
    mountPoint: listener.mountPoint ?? '',
    ...(Number.isFinite(listener.maxConnections) ? { maximumConnections: listener.maxConnections } : {}),
    ...(Number.isFinite(global.maxPacketSize)
      ? { maximumPacketSize: Math.min(global.maxPacketSize, LONGEST_PACKET) }
      : {}),
  };
}

/** Without a password_file a user name is worth nothing: with allow_anonymous all come in, else none. */
function authenticates(listener: ListenerOptions): boolean {
  if (isIdentifiedByTls(listener)) return false;
  return listener.security.passwordFile !== undefined || !listener.security.allowAnonymous;
}
