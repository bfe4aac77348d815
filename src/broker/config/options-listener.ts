// The options of a listener, and those of access, which belong to a listener or to all of them (per_listener_settings).

import type { Version } from '../../spec/versions.js';
import type { ListenerOptions, SecurityOptions, TlsVersion } from './configuration.js';
import type { Line } from './lines.js';
import { type OptionRow, rowsOf, type Section } from './option.js';
import type { Remarks } from './remark.js';
import { boolean, good, integer, MOST_INT, oneOf, path, quoted, text, type ValueKind, wrong } from './values.js';

const listener = rowsOf<ListenerOptions>();
const security = rowsOf<SecurityOptions>();
const RELOAD = { reload: true } as const;

export const TLS_VERSIONS: ValueKind<TlsVersion> = oneOf({
  'tlsv1.3': 'tlsv1.3',
  'tlsv1.2': 'tlsv1.2',
  'tlsv1.1': 'tlsv1.1',
});

const aliases = integer({ least: 0, most: 65_535 });
const connections = integer({ least: 0, most: MOST_INT, raised: true, unlimited: [-1, 0] });

const LEVELS: Readonly<Record<string, Version>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };

const versions: ValueKind<readonly Version[]> = {
  shown: '3, 4, 5',
  read: (rest) => {
    const given = rest.split(/[, \t]+/).filter((one) => one !== '');
    const unknown = given.find((one) => !Object.hasOwn(LEVELS, one));
    if (unknown !== undefined) return wrong(`is a list of 3, 4 and 5, not ${quoted(unknown)}`);
    return good(given.map((one) => LEVELS[one]!));
  },
};

/** A topic, which has no wildcards; with `what` it is named in messages. */
export const topicName: ValueKind<string> = {
  shown: 'topic prefix',
  read: (rest) => {
    const read = text().read(rest);
    return read.ok && /[+#]/.test(read.value) ? wrong(`cannot have a wildcard: ${quoted(read.value)}`) : read;
  },
};

/** mosquitto takes a certificate beside psk_hint in one order and not in the other; here one of them is meant. */
function notBesidePsk(row: OptionRow<ListenerOptions>): OptionRow<ListenerOptions> {
  const apply = (into: Section<ListenerOptions>, line: Line, remarks: Remarks): void => {
    if (into.values.pskHint === undefined) row.apply(into, line, remarks);
    else remarks.error(line, `${line.name}: a listener has a certificate or pre-shared keys (psk_hint), not both`);
  };
  return { ...row, apply };
}

const MINIMAL_TLS = 'The lowest version of TLS.';

export const LISTENER_ROWS: readonly OptionRow<ListenerOptions>[] = [
  listener.stored(
    'accept_protocol_versions',
    'acceptedVersions',
    versions,
    'The versions that clients may speak: 3 is MQTT 3.1, 4 is 3.1.1.',
    { since: '2.1' },
  ),
  listener.storedOnce(
    'bind_interface',
    'bindInterface',
    text('device'),
    'The network interface on whose addresses it listens.',
  ),
  notBesidePsk(listener.storedOnce('cafile', 'caFile', path, 'Certificates that client certificates must go back to.')),
  listener.storedOnce('capath', 'caPath', path, 'The same, a folder of them.'),
  notBesidePsk(
    listener.storedOnce(
      'certfile',
      'certFile',
      path,
      'The certificate of the broker: with it the listener is TLS. The file is read again on reload.',
    ),
  ),
  listener.storedOnce('ciphers', 'ciphers', text('cipher:list'), 'The ciphers up to TLS 1.2, as OpenSSL names them.'),
  listener.storedOnce('ciphers_tls1.3', 'ciphersTls13', text('cipher:list'), 'The ciphers of TLS 1.3.'),
  listener.storedOnce(
    'crlfile',
    'crlFile',
    path,
    'Certificates that have been revoked. The file is read again on reload.',
  ),
  listener.storedOnce(
    'keyfile',
    'keyFile',
    path,
    'The private key of the certificate. The file is read again on reload.',
  ),
  listener.stored('max_connections', 'maxConnections', connections, 'The most clients on this listener; -1: no limit.'),
  listener.stored('max_qos', 'maxQos', oneOf({ 0: 0, 1: 1, 2: 2 }), 'The highest QoS that clients may publish with.', {
    aliases: ['maximum_qos'],
  }),
  listener.stored('max_topic_alias', 'maxTopicAlias', aliases, 'The highest Topic Alias that a client may use.'),
  listener.stored(
    'max_topic_alias_broker',
    'maxTopicAliasBroker',
    aliases,
    'The most Topic Aliases used towards a client.',
    { since: '2.1' },
  ),
  listener.storedOnce(
    'mount_point',
    'mountPoint',
    topicName,
    'What is put before all topics of clients of this listener, and taken away again.',
  ),
  listener.stored(
    'protocol',
    'protocol',
    oneOf({ mqtt: 'mqtt', websockets: 'websockets' }),
    'What the listener speaks.',
  ),
  listener.storedOnce(
    'psk_hint',
    'pskHint',
    text('hint'),
    'With it the listener is TLS with pre-shared keys (psk_file).',
  ),
  listener.stored('require_certificate', 'requireCertificate', boolean, 'Whether clients need a certificate.'),
  listener.stored('socket_domain', 'socketDomain', oneOf({ ipv4: 'ipv4', ipv6: 'ipv6' }), 'IPv4 or IPv6 only.'),
  listener.storedOnce('tls_version', 'tlsVersion', TLS_VERSIONS, MINIMAL_TLS),
  listener.stored(
    'use_identity_as_username',
    'useIdentityAsUsername',
    boolean,
    'The common name of the client certificate, or the identity of the pre-shared key, is the user name.',
  ),
  listener.stored(
    'use_subject_as_username',
    'useSubjectAsUsername',
    boolean,
    'The subject of the client certificate is the user name.',
  ),
];

export const SECURITY_ROWS: readonly OptionRow<SecurityOptions>[] = [
  security.storedOnce('acl_file', 'aclFile', path, 'Who may read and write which topics.', RELOAD),
  security.stored(
    'allow_anonymous',
    'allowAnonymous',
    boolean,
    'Whether clients without a user name may connect.',
    RELOAD,
  ),
  security.stored(
    'allow_zero_length_clientid',
    'allowZeroLengthClientId',
    boolean,
    'Whether clients may leave the Client Identifier to the broker.',
    RELOAD,
  ),
  security.storedOnce(
    'auto_id_prefix',
    'autoIdPrefix',
    text('prefix'),
    'What such Client Identifiers begin with.',
    RELOAD,
  ),
  security.storedOnce(
    'password_file',
    'passwordFile',
    path,
    'Users and their passwords, as mosquitto_passwd writes them.',
    RELOAD,
  ),
  security.storedOnce('psk_file', 'pskFile', path, 'Identities and their pre-shared keys.', RELOAD),
];
