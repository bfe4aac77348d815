// The options of a bridge (`connection`), one row each.

import { addresses, restartTimeout, topic } from './bridge-values.js';
import type { BridgeOptions } from './configuration.js';
import type { Line } from './lines.js';
import { type OptionRow, readValue, rowsOf, type Section } from './option.js';
import { TLS_VERSIONS, topicName } from './options-listener.js';
import type { Remarks } from './remark.js';
import { boolean, good, integer, MOST_INT, oneOf, path, text, type ValueKind, wrong } from './values.js';

const { stored, storedOnce } = rowsOf<BridgeOptions>();
const NEWER = { since: '2.1' } as const;

const seconds = (least: number): ValueKind<number> => integer({ shown: 'seconds', least, most: 65_535, raised: true });
const aliases = integer({ least: 0, most: 65_535 });

/** Hexadecimal without 0x. */
const key: ValueKind<string> = {
  shown: 'hexadecimal key',
  read: (rest) => (/^[0-9a-fA-F]+$/.test(rest) ? good(rest) : wrong('is not hexadecimal (without 0x)')),
};

function applyTopic(into: Section<BridgeOptions>, line: Line, remarks: Remarks): void {
  const read = readValue(topic, line, remarks);
  if (read !== undefined) into.values.topics = [...(into.values.topics ?? []), read];
  into.places.set('topics', line);
}

const CERTIFICATE = ['caFile', 'caPath', 'certFile', 'keyFile'] as const;
const PSK = ['identity', 'psk'] as const;

/** A bridge is secured by certificates or by a pre-shared key. */
function notBeside(others: readonly (keyof BridgeOptions)[], row: OptionRow<BridgeOptions>): OptionRow<BridgeOptions> {
  const apply = (into: Section<BridgeOptions>, line: Line, remarks: Remarks): void => {
    if (others.every((one) => into.values[one] === undefined)) row.apply(into, line, remarks);
    else remarks.error(line, `${line.name}: a bridge has certificates or a pre-shared key (bridge_psk), not both`);
  };
  return { ...row, apply };
}

export const BRIDGE_ROWS: readonly OptionRow<BridgeOptions>[] = [
  storedOnce('address', 'addresses', addresses, 'Where the other broker is; of several, the first is preferred.', {
    aliases: ['addresses'],
  }),
  storedOnce('bridge_alpn', 'alpn', text('protocol'), 'The protocol that TLS negotiates.'),
  stored(
    'bridge_attempt_unsubscribe',
    'attemptUnsubscribe',
    boolean,
    'Whether topics that only go out are unsubscribed from at the other broker.',
  ),
  storedOnce('bridge_bind_address', 'bindAddress', text('address'), 'The address the connection comes from.'),
  notBeside(
    PSK,
    storedOnce(
      'bridge_cafile',
      'caFile',
      path,
      "Certificates that the other broker's must go back to: with it the bridge is TLS.",
    ),
  ),
  notBeside(PSK, storedOnce('bridge_capath', 'caPath', path, 'The same, a folder of them.')),
  notBeside(PSK, storedOnce('bridge_certfile', 'certFile', path, 'The certificate of this side.')),
  storedOnce('bridge_ciphers', 'ciphers', text('cipher:list'), 'The ciphers up to TLS 1.2.', NEWER),
  storedOnce('bridge_ciphers_tls1.3', 'ciphersTls13', text('cipher:list'), 'The ciphers of TLS 1.3.', NEWER),
  notBeside(
    CERTIFICATE,
    storedOnce('bridge_identity', 'identity', text('identity'), 'Who this side is, with bridge_psk.'),
  ),
  stored('bridge_insecure', 'insecure', boolean, 'Whether the name in the certificate is left unchecked.'),
  notBeside(PSK, storedOnce('bridge_keyfile', 'keyFile', path, 'The private key of bridge_certfile.')),
  stored(
    'bridge_max_packet_size',
    'maxPacketSize',
    integer({ shown: 'bytes', least: 0, most: MOST_INT, raised: true, unlimited: [0] }),
    'The longest packet that is sent.',
  ),
  stored('bridge_max_topic_alias', 'maxTopicAlias', aliases, 'The Topic Aliases used both ways (5.0).', NEWER),
  stored('bridge_outgoing_retain', 'outgoingRetain', boolean, 'Whether retained messages stay so at the other broker.'),
  stored(
    'bridge_protocol_version',
    'protocolVersion',
    oneOf({ mqttv311: '3.1.1', mqttv50: '5.0', mqttv31: '3.1' }),
    'The version it speaks.',
  ),
  notBeside(CERTIFICATE, storedOnce('bridge_psk', 'psk', key, 'The pre-shared key: with it the bridge is TLS.')),
  stored(
    'bridge_receive_maximum',
    'receiveMaximum',
    integer({ least: 1, most: 65_535 }),
    'The Receive Maximum that it asks for (5.0).',
    NEWER,
  ),
  stored(
    'bridge_require_ocsp',
    'requireOcsp',
    boolean,
    'Whether the other broker must prove that its certificate is not revoked.',
  ),
  stored(
    'bridge_session_expiry_interval',
    'sessionExpiryInterval',
    integer({ shown: 'seconds', least: 0, most: 0xffffffff }),
    'The Session Expiry Interval that it asks for (5.0).',
    NEWER,
  ),
  stored(
    'bridge_tls_use_os_certs',
    'useOsCertificates',
    boolean,
    'Whether the certificates of the system are trusted.',
    NEWER,
  ),
  storedOnce('bridge_tls_version', 'tlsVersion', TLS_VERSIONS, 'The lowest version of TLS.'),
  stored(
    'cleansession',
    'cleanSession',
    boolean,
    'Whether the sessions on both sides begin anew with each connection.',
  ),
  stored('idle_timeout', 'idleTimeout', seconds(1), 'After how long without messages a lazy bridge disconnects.'),
  stored('keepalive_interval', 'keepalive', seconds(5), 'The Keep Alive.'),
  stored('local_cleansession', 'localCleanSession', boolean, 'As cleansession, for this side alone.'),
  storedOnce(
    'local_clientid',
    'localClientId',
    text('identifier'),
    'The Client Identifier at this broker; "local." and the remote one without it.',
  ),
  storedOnce('local_password', 'localPassword', text('password'), 'The password at this broker.'),
  storedOnce('local_username', 'localUsername', text('user name'), 'The user name at this broker.'),
  storedOnce(
    'notification_topic',
    'notificationTopic',
    topicName,
    'The topic for 1 and 0: the bridge is connected, or not.',
  ),
  stored('notifications', 'notifications', boolean, 'Whether such messages are published.'),
  stored('notifications_local_only', 'notificationsLocalOnly', boolean, 'On this side only.'),
  storedOnce(
    'remote_clientid',
    'remoteClientId',
    text('identifier'),
    'The Client Identifier at the other broker; the name of this host, a dot and that of the bridge without it.',
    { aliases: ['clientid'] },
  ),
  storedOnce('remote_password', 'remotePassword', text('password'), 'The password at the other broker.', {
    aliases: ['password'],
  }),
  storedOnce('remote_username', 'remoteUsername', text('user name'), 'The user name at the other broker.', {
    aliases: ['username'],
  }),
  stored(
    'restart_timeout',
    'restartTimeout',
    restartTimeout,
    'How long until it connects again: always the same, or at random from base up to cap.',
  ),
  stored(
    'round_robin',
    'roundRobin',
    boolean,
    'Whether all addresses are equal, instead of the first being preferred.',
  ),
  stored(
    'start_type',
    'startType',
    oneOf({ automatic: 'automatic', lazy: 'lazy', once: 'once' }),
    'When it connects: always, when messages wait (threshold), once.',
  ),
  stored(
    'threshold',
    'threshold',
    integer({ shown: 'messages', least: 1, most: MOST_INT, raised: true }),
    'How many messages must wait for a lazy bridge to connect.',
  ),
  {
    name: 'topic',
    field: 'topics',
    shown: topic.shown,
    summary: 'What goes over the bridge; may be given several times.',
    reload: false,
    apply: applyTopic,
  },
  stored(
    'try_private',
    'tryPrivate',
    boolean,
    'Whether it says that it is a bridge, which other brokers than mosquitto may refuse.',
  ),
];
