import { expect, it } from 'vitest';
import { settingsOf } from '../../../src/broker/config/settings-of.js';
import { brokerSettings } from '../../../src/broker/settings.js';
import { configurationOf } from './parsed.js';

/** A file, and what the core is told of it: globally, and of the first listener. */
const GLOBAL: readonly [text: string, settings: object][] = [
  // mosquitto's defaults, and ours where it has no limit.
  [
    '',
    {
      maximumInflight: 20,
      maximumQueuedMessages: 1000,
      sysInterval: 10,
      maximumQueuedBytes: 64 * 1024 * 1024,
      sessionExpiryMaximum: 0xffffffff,
    },
  ],
  ['max_inflight_messages 0', { maximumInflight: 65_535 }],
  ['max_inflight_messages 1', { maximumInflight: 1 }],
  ['max_queued_messages 0', { maximumQueuedMessages: Number.POSITIVE_INFINITY }],
  ['max_queued_bytes 100', { maximumQueuedBytes: 100 }],
  ['', { maximumPayload: Number.POSITIVE_INFINITY }],
  ['message_size_limit 5', { maximumPayload: 5 }],
  ['queue_qos0_messages true', { queueQos0Messages: true }],
  ['upgrade_outgoing_qos true', { upgradeOutgoingQos: true }],
  ['sys_interval 0', { sysInterval: 0 }],
  ['persistent_client_expiration 1d', { sessionExpiryMaximum: 86_400 }],
  ['persistent_client_expiration 200y', { sessionExpiryMaximum: 0xffffffff }],
  ['global_max_clients 7', { maximumSessions: 7 }],
];

const LISTENER: readonly [text: string, settings: object][] = [
  [
    '',
    {
      maximumQos: 2,
      topicAliasMaximum: 10,
      topicAliasesSent: 10,
      maximumKeepAlive: 65_535,
      mountPoint: '',
      autoIdPrefix: 'auto-',
    },
  ],
  [
    '',
    {
      maximumConnections: 100_000,
      maximumPacketSize: 16 * 1024 * 1024,
      versions: ['3.1', '3.1.1', '5.0'],
      clientIdPrefixes: [],
    },
  ],
  ['max_packet_size 20', { maximumPacketSize: 20 }],
  ['max_packet_size 2147483647', { maximumPacketSize: 268_435_460 }],
  ['retain_available false', { retainAvailable: false }],
  ['max_keepalive 60', { maximumKeepAlive: 60 }],
  ['clientid_prefixes x-', { clientIdPrefixes: ['x-'] }],
  ['max_qos 1', { maximumQos: 1 }],
  ['max_connections 5', { maximumConnections: 5 }],
  ['max_topic_alias 0', { topicAliasMaximum: 0 }],
  ['max_topic_alias_broker 0', { topicAliasesSent: 0 }],
  ['mount_point a/', { mountPoint: 'a/' }],
  ['accept_protocol_versions 5', { versions: ['5.0'] }],
  ['allow_zero_length_clientid false', { allowZeroLengthClientId: false }],
  ['auto_id_prefix x', { autoIdPrefix: 'x' }],
  // Who is asked for: nobody when all come in, or when TLS tells.
  ['', { allowAnonymous: false, authenticates: true }],
  ['allow_anonymous true', { allowAnonymous: true, authenticates: false }],
  ['allow_anonymous true\npassword_file p', { allowAnonymous: true, authenticates: true }],
  ['certfile c\nkeyfile k\nuse_identity_as_username true', { authenticates: false }],
  ['use_identity_as_username true', { authenticates: true }],
];

it.each(GLOBAL)('%j', (text, expected) => {
  expect(brokerSettings(settingsOf(configurationOf(text), () => undefined))).toMatchObject(expected);
});

it.each(LISTENER)('listener: %j', (text, expected) => {
  const { listeners } = brokerSettings(settingsOf(configurationOf(`listener 1\n${text}`), () => undefined));
  expect(listeners).toHaveLength(1);
  expect(listeners[0]).toMatchObject(expected);
});
