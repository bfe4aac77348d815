import { describe, expect, it } from 'vitest';
import { LOG_TYPES } from '../../../src/broker/config/configuration.js';
import { BRIDGE_OPTIONS, GLOBAL_OPTIONS, LISTENER_OPTIONS } from '../../../src/broker/config/defaults.js';
import { namesOf, OPTIONS } from '../../../src/broker/config/options.js';
import { configurationOf, errorsOf, parsed, remarksOf } from './parsed.js';

const L = 'listener 1883\n';
const B = 'connection b\naddress h\ntopic #\n';
const NO_LIMIT = Number.POSITIVE_INFINITY;

/** Lines, and what they are stored as. */
const GLOBAL: readonly [line: string, field: string, value: unknown][] = [
  ['allow_duplicate_messages false', 'allowDuplicateMessages', false],
  ['autosave_interval 60', 'autosaveInterval', 60],
  ['autosave_interval -1', 'autosaveInterval', 0],
  ['autosave_on_changes true', 'autosaveOnChanges', true],
  ['check_retain_source 0', 'checkRetainSource', false],
  ['clientid_prefixes secure-', 'clientIdPrefixes', 'secure-'],
  ['connection_messages false', 'connectionMessages', false],
  ['global_max_clients 5', 'globalMaxClients', 5],
  ['global_max_connections -1', 'globalMaxConnections', NO_LIMIT],
  ['log_dest stdout', 'logDestinations', ['stdout']],
  ['log_dest syslog\nlog_dest topic\nlog_dest syslog', 'logDestinations', ['syslog', 'topic']],
  ['log_dest stdout\nlog_dest none', 'logDestinations', []],
  ['log_dest none\nlog_dest stderr', 'logDestinations', ['stderr']],
  ['log_dest file  /var/log/my mosquitto.log', 'logFile', '/var/log/my mosquitto.log'],
  ['log_facility 5', 'logFacility', 5],
  ['log_timestamp false', 'logTimestamp', false],
  ['log_timestamp_format %Y-%m-%dT%H:%M:%S', 'logTimestampFormat', '%Y-%m-%dT%H:%M:%S'],
  ['log_type debug\nlog_type error', 'logTypes', ['debug', 'error']],
  ['log_type all', 'logTypes', LOG_TYPES],
  ['log_type all\nlog_type none\nlog_type notice', 'logTypes', ['notice']],
  ['max_inflight_bytes 0', 'maxInflightBytes', NO_LIMIT],
  ['max_inflight_bytes 1000', 'maxInflightBytes', 1000],
  ['max_inflight_messages 1', 'maxInflightMessages', 1],
  ['max_inflight_messages 0', 'maxInflightMessages', NO_LIMIT],
  ['max_inflight_messages 65535', 'maxInflightMessages', NO_LIMIT],
  ['max_keepalive 10', 'maxKeepalive', 10],
  ['max_keepalive 0', 'maxKeepalive', NO_LIMIT],
  ['max_packet_size 20', 'maxPacketSize', 20],
  ['max_queued_bytes -5', 'maxQueuedBytes', NO_LIMIT],
  ['max_queued_messages 2', 'maxQueuedMessages', 2],
  ['message_size_limit 268435455', 'messageSizeLimit', 268_435_455],
  ['message_size_limit 0', 'messageSizeLimit', NO_LIMIT],
  ['per_listener_settings 1', 'perListenerSettings', true],
  ['persistence true', 'persistence', true],
  ['retained_persistence true', 'persistence', true],
  ['persistence_file db', 'persistenceFile', 'db'],
  ['persistence_location /var/lib/mosquitto/', 'persistenceLocation', '/var/lib/mosquitto/'],
  ['persistent_client_expiration 2m', 'persistentClientExpiration', 2 * 30 * 86_400],
  ['persistent_client_expiration 14d', 'persistentClientExpiration', 14 * 86_400],
  ['persistent_client_expiration 1y', 'persistentClientExpiration', 365 * 86_400],
  ['persistent_client_expiration 3w', 'persistentClientExpiration', 21 * 86_400],
  ['persistent_client_expiration 1h', 'persistentClientExpiration', 3600],
  ['pid_file /run/m.pid', 'pidFile', '/run/m.pid'],
  ['queue_qos0_messages true', 'queueQos0Messages', true],
  ['retain_available false', 'retainAvailable', false],
  ['set_tcp_nodelay true', 'tcpNoDelay', true],
  ['sys_interval 0', 'sysInterval', 0],
  ['upgrade_outgoing_qos true', 'upgradeOutgoingQos', true],
  ['user nobody', 'user', 'nobody'],
  ['websockets_headers_size 2048', 'websocketsHeadersSize', 2048],
  // How a line is split.
  ['  sys_interval   5  ', 'sysInterval', 5],
  ['sys_interval 5 # seconds', 'sysInterval', 5],
  ['sys_interval 5\r', 'sysInterval', 5],
  ['# sys_interval 4\n\n   \nsys_interval 5', 'sysInterval', 5],
  ['sys_interval 4\nsys_interval 5', 'sysInterval', 5],
];

const LISTENER: readonly [lines: string, field: string, value: unknown][] = [
  ['', 'host', undefined],
  ['accept_protocol_versions 4, 5', 'acceptedVersions', ['3.1.1', '5.0']],
  ['bind_interface lo', 'bindInterface', 'lo'],
  ['cafile ca.pem', 'caFile', 'ca.pem'],
  ['capath /ca', 'caPath', '/ca'],
  ['certfile c.pem\nkeyfile k.pem', 'certFile', 'c.pem'],
  ['certfile c.pem\nkeyfile k.pem', 'keyFile', 'k.pem'],
  ['ciphers A:B', 'ciphers', 'A:B'],
  ['ciphers_tls1.3 A:B', 'ciphersTls13', 'A:B'],
  ['crlfile r.pem', 'crlFile', 'r.pem'],
  ['dhparamfile d.pem', 'dhParamFile', 'd.pem'],
  ['max_connections 10', 'maxConnections', 10],
  ['max_connections -1', 'maxConnections', NO_LIMIT],
  ['max_connections 0', 'maxConnections', NO_LIMIT],
  ['max_connections -7', 'maxConnections', NO_LIMIT],
  ['max_qos 1', 'maxQos', 1],
  ['maximum_qos 0', 'maxQos', 0],
  ['max_topic_alias 0', 'maxTopicAlias', 0],
  ['max_topic_alias_broker 7', 'maxTopicAliasBroker', 7],
  ['mount_point a/b/', 'mountPoint', 'a/b/'],
  ['protocol websockets', 'protocol', 'websockets'],
  ['psk_hint h', 'pskHint', 'h'],
  ['certfile c\nkeyfile k\ncafile a\nrequire_certificate true', 'requireCertificate', true],
  ['socket_domain ipv6', 'socketDomain', 'ipv6'],
  ['tls_version tlsv1.2', 'tlsVersion', 'tlsv1.2'],
  ['use_identity_as_username true', 'useIdentityAsUsername', true],
  ['use_subject_as_username true', 'useSubjectAsUsername', true],
  ['use_username_as_clientid true', 'useUsernameAsClientId', true],
];

const BRIDGE: readonly [lines: string, field: string, value: unknown][] = [
  ['', 'name', 'b'],
  ['', 'addresses', [{ host: 'h', port: 1883 }]],
  ['', 'localCleanSession', false],
  ['cleansession true', 'localCleanSession', true],
  ['cleansession true\nlocal_cleansession false', 'localCleanSession', false],
  ['', 'remoteClientId', 'host.b'],
  ['', 'localClientId', 'local.host.b'],
  ['', 'notificationTopic', '$SYS/broker/connection/host.b/state'],
  ['remote_clientid r', 'localClientId', 'local.r'],
  ['clientid r', 'notificationTopic', '$SYS/broker/connection/r/state'],
  ['local_clientid l', 'localClientId', 'l'],
  ['bridge_alpn mqtt', 'alpn', 'mqtt'],
  ['bridge_attempt_unsubscribe false', 'attemptUnsubscribe', false],
  ['bridge_bind_address 127.0.0.1', 'bindAddress', '127.0.0.1'],
  ['bridge_cafile a', 'caFile', 'a'],
  ['bridge_capath a', 'caPath', 'a'],
  ['bridge_certfile a', 'certFile', 'a'],
  ['bridge_keyfile a', 'keyFile', 'a'],
  ['bridge_ciphers a', 'ciphers', 'a'],
  ['bridge_ciphers_tls1.3 a', 'ciphersTls13', 'a'],
  ['bridge_identity i\nbridge_psk 00ff', 'identity', 'i'],
  ['bridge_identity i\nbridge_psk 00ff', 'psk', '00ff'],
  ['bridge_insecure true', 'insecure', true],
  ['bridge_max_packet_size 100', 'maxPacketSize', 100],
  ['bridge_max_packet_size 0', 'maxPacketSize', NO_LIMIT],
  ['bridge_max_topic_alias 3', 'maxTopicAlias', 3],
  ['bridge_outgoing_retain false', 'outgoingRetain', false],
  ['bridge_protocol_version mqttv31', 'protocolVersion', '3.1'],
  ['bridge_protocol_version mqttv311', 'protocolVersion', '3.1.1'],
  ['bridge_protocol_version mqttv50', 'protocolVersion', '5.0'],
  ['bridge_receive_maximum 3', 'receiveMaximum', 3],
  ['bridge_require_ocsp true', 'requireOcsp', true],
  ['bridge_session_expiry_interval 4294967295', 'sessionExpiryInterval', 0xffffffff],
  ['bridge_tls_use_os_certs true', 'useOsCertificates', true],
  ['bridge_tls_version tlsv1.3', 'tlsVersion', 'tlsv1.3'],
  ['idle_timeout 0', 'idleTimeout', 1],
  ['keepalive_interval 4', 'keepalive', 5],
  ['keepalive_interval 65535', 'keepalive', 65_535],
  ['local_username u', 'localUsername', 'u'],
  ['local_password p w', 'localPassword', 'p w'],
  ['notification_topic n/t', 'notificationTopic', 'n/t'],
  ['notifications false', 'notifications', false],
  ['notifications_local_only true', 'notificationsLocalOnly', true],
  ['remote_username u\nremote_password p', 'remotePassword', 'p'],
  ['username u\npassword p', 'remoteUsername', 'u'],
  ['restart_timeout 20', 'restartTimeout', { base: 20 }],
  ['restart_timeout 10 30', 'restartTimeout', { base: 10, cap: 30 }],
  ['restart_timeout 0', 'restartTimeout', { base: 1 }],
  ['round_robin true', 'roundRobin', true],
  ['start_type lazy', 'startType', 'lazy'],
  ['start_type once', 'startType', 'once'],
  ['threshold 0', 'threshold', 1],
  ['try_private false', 'tryPrivate', false],
];

describe('an option is stored', () => {
  it.each(GLOBAL)('%j', (line, field, value) => {
    expect(configurationOf(line).global).toHaveProperty(field, value);
  });

  it.each(LISTENER)('listener: %j', (lines, field, value) => {
    const [listener] = configurationOf(`${L}${lines}`).listeners;
    expect(listener).toHaveProperty('port', 1883);
    expect((listener as unknown as Record<string, unknown>)[field]).toEqual(value);
  });

  it.each(BRIDGE)('bridge: %j', (lines, field, value) => {
    expect(configurationOf(`${B}${lines}`).bridges[0]).toHaveProperty(field, value);
  });

  it('and every option has a test here', () => {
    const lines = [...GLOBAL, ...LISTENER, ...BRIDGE].map(([line]) => line).join('\n');
    const used = new Set(`${lines}\n${L}\n${B}`.split('\n').map((line) => line.trim().split(' ')[0]));
    const stored = OPTIONS.filter(({ kind }) => kind === 'global' || kind === 'listener' || kind === 'bridge');
    expect(
      stored.filter((option) => !namesOf(option).some((name) => used.has(name))).map(({ row }) => row.name),
    ).toEqual([]);
  });
});

it('nothing is anything but a default without being said', () => {
  const { global, bridges, listeners, localOnly } = configurationOf(B);
  expect(global).toEqual(GLOBAL_OPTIONS);
  expect(bridges[0]).toMatchObject(BRIDGE_OPTIONS);
  expect(localOnly).toBe(true);
  const anyone = { allowAnonymous: true, allowZeroLengthClientId: true, autoIdPrefix: 'auto-' };
  expect(listeners).toEqual(
    ['127.0.0.1', '::1'].map((host) => ({ ...LISTENER_OPTIONS, port: 1883, host, mayFail: true, security: anyone })),
  );
});

describe('listeners', () => {
  const sockets = (text: string): unknown[] =>
    configurationOf(text).listeners.map(
      ({ port, host, unixSocketPath }) => unixSocketPath ?? (host === undefined ? port : `${host}:${port}`),
    );

  it.each<[text: string, sockets: unknown[]]>([
    ['listener 1884\nlistener 1885 localhost', [1884, 'localhost:1885']],
    ['listener 0 /tmp/m.sock', ['/tmp/m.sock']],
    ['listener 1884 # here', [1884]],
    ['port 1884', [1884]],
    ['bind_address 127.0.0.1', ['127.0.0.1:1883']],
    ['bind_address 127.0.0.1\nport 1884', ['127.0.0.1:1884']],
    // The one without a name comes last, as with mosquitto.
    ['port 1884\nlistener 1885', [1885, 1884]],
    ['max_connections 5\nlistener 1885', [1885, 1883]],
    ['protocol mqtt\nlistener 1885', [1885]],
    ['max_connections 5', ['127.0.0.1:1883', '::1:1883']],
  ])('%j', (text, expected) => {
    expect(sockets(text)).toEqual(expected);
  });

  it('have their own options each, also behind a bridge', () => {
    const { listeners } = configurationOf(`listener 1\nmax_qos 0\nlistener 2\nmax_qos 1\n${B}max_connections 5`);
    expect(listeners.map(({ maxQos, maxConnections }) => [maxQos, maxConnections])).toEqual([
      [0, NO_LIMIT],
      [1, 5],
    ]);
  });

  it('share the options of access, or have their own with per_listener_settings', () => {
    const lines = 'listener 1\npassword_file a\nallow_anonymous true\nlistener 2\nacl_file b';
    const shared = configurationOf(lines).listeners.map(({ security }) => security);
    expect(shared[0]).toMatchObject({ passwordFile: 'a', allowAnonymous: true, aclFile: 'b' });
    expect(shared[1]).toEqual(shared[0]);
    const own = configurationOf(`per_listener_settings true\n${lines}`).listeners.map(({ security }) => security);
    expect(own[0]).toEqual({
      passwordFile: 'a',
      allowAnonymous: true,
      allowZeroLengthClientId: true,
      autoIdPrefix: 'auto-',
    });
    expect(own[1]).toEqual({
      aclFile: 'b',
      allowAnonymous: false,
      allowZeroLengthClientId: true,
      autoIdPrefix: 'auto-',
    });
  });

  it('let nobody in without a name unless told, save from this machine', () => {
    const anyone = (text: string): boolean[] =>
      configurationOf(text).listeners.map(({ security }) => security.allowAnonymous);
    expect(anyone('listener 1')).toEqual([false]);
    expect(anyone('listener 1\nallow_anonymous true')).toEqual([true]);
    expect(anyone('')).toEqual([true, true]);
    expect(anyone('allow_anonymous false')).toEqual([false, false]);
  });
});

it.each<[line: string, topic: readonly unknown[]]>([
  ['a/#', ['out', 0, 'a/#', '', '', 'a/#', 'a/#']],
  ['a in', ['in', 0, 'a', '', '', 'a', 'a']],
  ['a BOTH 2', ['both', 2, 'a', '', '', 'a', 'a']],
  ['# both 2 local/ remote/', ['both', 2, '#', 'local/', 'remote/', 'local/#', 'remote/#']],
  ['a out 1 l/', ['out', 1, 'a', 'l/', '', 'l/a', 'a']],
  ['a out 1 "" r/', ['out', 1, 'a', '', 'r/', 'a', 'r/a']],
  ['a out 1 l/ ""', ['out', 1, 'a', 'l/', '', 'l/a', 'a']],
  ['"" out 1 l r', ['out', 1, '', 'l', 'r', 'l', 'r']],
  ['a out 1 # all of it', ['out', 1, 'a', '', '', 'a', 'a']],
  ['a out # all of it', ['out', 0, 'a', '', '', 'a', 'a']],
])('bridges the topic %s', (line, expected) => {
  const [bridge] = configurationOf(`connection b\naddress h\ntopic ${line}`).bridges;
  expect(Object.values(bridge!.topics[0]!)).toEqual(expected);
});

it.each<[line: string, addresses: readonly string[]]>([
  ['h', ['h 1883']],
  ['h:1884', ['h 1884']],
  ['a:1 b c:3', ['a 1', 'b 1883', 'c 3']],
  ['::1:1884', ['::1 1884']],
  ['[::1]:1884', ['::1 1884']],
  ['[::1]', ['::1 1883']],
  ['a # b', ['a 1883']],
])('bridges to %s', (line, expected) => {
  const [bridge] = configurationOf(`connection b\naddresses ${line}\ntopic #`).bridges;
  expect(bridge!.addresses.map(({ host, port }) => `${host} ${port}`)).toEqual(expected);
});

describe('include_dir', () => {
  const folder = { d: { 'a.conf': 'listener 1\nmax_qos 1\n', 'b.conf': 'max_connections 3\nsys_interval 4\n' } };

  it('reads files at its place, each beginning without a listener', () => {
    const { global, listeners } = configurationOf('listener 2\ninclude_dir d\nmax_qos 0', folder);
    expect(global.sysInterval).toBe(4);
    expect(listeners.map(({ port, maxQos, maxConnections }) => [port, maxQos, maxConnections])).toEqual([
      [2, 0, NO_LIMIT],
      [1, 1, NO_LIMIT],
      [1883, 2, 3],
    ]);
  });

  it('names the file in which something is wrong', () => {
    expect(errorsOf('pid_file p\ninclude_dir d', { d: { 'a.conf': 'pid_file q\n\nbad\n' } })).toEqual([
      'd/a.conf:1: pid_file is given a second time (first at m.conf:1)',
      'd/a.conf:3: unknown option "bad"',
    ]);
    expect(errorsOf('include_dir e', {})).toEqual(['m.conf:1: e: no such directory']);
  });

  it('works in the main file only', () => {
    expect(remarksOf('include_dir d', { d: { 'a.conf': 'include_dir d' } })).toEqual([
      'd/a.conf:1: warning: include_dir has no effect in a file that is itself included',
    ]);
  });
});

it('goes on behind errors, up to twenty', () => {
  const { configuration, remarks } = parsed(
    Array.from({ length: 30 }, (_, index) => `bad${index}x${index}zz 1`).join('\n'),
  );
  expect(configuration).toBeUndefined();
  expect(remarks).toHaveLength(20);
  expect(remarks.at(-1)).toMatchObject({ file: 'm.conf', line: 20, level: 'error' });
});
