import { describe, expect, it } from 'vitest';
import { IGNORED_ROWS, REFUSED_ROWS, REMOVED_ROWS } from '../../../src/broker/config/options-other.js';
import { errorsOf, parsed, remarksOf } from './parsed.js';

const B = 'connection b\naddress h\ntopic #\n';

/** Line 1 is wrong: what is said behind `m.conf:1: `. */
const LINES: readonly [line: string, message: string][] = [
  ['listner 1883', 'unknown option "listner": did you mean listener?'],
  ['max-qos 1', 'unknown option "max-qos": did you mean max_qos?'],
  ['zzz', 'unknown option "zzz"'],
  ['port\t1883', 'unknown option "port\\t1883": a space, not a tab, ends the name of an option'],
  ['port=1883', 'unknown option "port=1883": a space stands between port and its value'],
  ['port: 1883', 'unknown option "port:": a space stands between port and its value'],
  [' # indented', 'a comment begins in the first column of its line'],
  ['persistence yes', 'persistence must be true or false, not "yes"'],
  ['persistence', 'persistence has no value (true | false)'],
  ['persistence ', 'persistence has no value (true | false)'],
  ['persistence toString', 'persistence must be true or false, not "toString"'],
  ['max_queued_messages many', 'max_queued_messages must be a whole number, not "many"'],
  ['message_size_limit 10MB', 'message_size_limit must be a whole number, not "10MB"'],
  ['message_size_limit 268435456', 'message_size_limit must be from 0 to 268435455, not 268435456'],
  ['max_packet_size 19', 'max_packet_size must be from 20 to 2147483647, not 19'],
  ['max_keepalive 9', 'max_keepalive must be from 10 to 65535, not 9'],
  ['max_inflight_messages 65536', 'max_inflight_messages must be from 0 to 65535, not 65536'],
  ['sys_interval 65536', 'sys_interval must be from 0 to 65535, not 65536'],
  ['sys_interval -1', 'sys_interval must be from 0 to 65535, not -1'],
  ['log_facility 8', 'log_facility must be from 0 to 7, not 8'],
  ['log_dest nowhere', 'log_dest cannot be "nowhere": it is stdout, stderr, syslog, topic, file, none or dlt'],
  ['log_dest file', 'log_dest file has no path'],
  ['log_dest file \t', 'log_dest file has no path'],
  [
    'persistent_client_expiration 5',
    'persistent_client_expiration must be a number with h, d, w, m or y behind it (2m: two months), not "5"',
  ],
  [
    'persistent_client_expiration 0d',
    'persistent_client_expiration must be a number with h, d, w, m or y behind it (2m: two months), not "0d"',
  ],
  ['pid_file a\x07b', 'pid_file holds a control character (U+0007)'],
  ['pid_file \ufffd', 'pid_file is not UTF-8 text'],
  ['listener', 'listener has no value (port)'],
  ['listener 65536', 'listener must be from 0 to 65535, not 65536'],
  ['listener mqtt', 'listener must be a whole number, not "mqtt"'],
  ['listener 0', 'listener 0 needs the path of a Unix socket'],
  ['listener 0 # /tmp/x', 'listener 0 needs the path of a Unix socket'],
  ['port 0', 'port must be from 1 to 65535, not 0'],
  ['max_qos 3', 'max_qos must be 0, 1 or 2, not "3"'],
  ['protocol mqttsn', 'protocol must be mqtt or websockets, not "mqttsn"'],
  ['socket_domain ipx', 'socket_domain must be ipv4 or ipv6, not "ipx"'],
  ['max_topic_alias 65536', 'max_topic_alias must be from 0 to 65535, not 65536'],
  ['tls_version tlsv1', 'tls_version must be tlsv1.3, tlsv1.2 or tlsv1.1, not "tlsv1"'],
  ['mount_point a/', 'mount_point stands before the first listener'],
  ['accept_protocol_versions 5 6', 'accept_protocol_versions is a list of 3, 4 and 5, not "6"'],
  ['connection', 'connection has no name'],
  ['topic a', 'topic stands before the first connection'],
  ['keepalive_interval 60', 'keepalive_interval stands before the first connection'],
  ['auth_opt_db_host localhost', 'auth_opt_db_host is not supported: plugins of mosquitto cannot be loaded'],
  ['include_dir', 'include_dir has no value (path)'],
];

/** Line 4, in a bridge. */
const BRIDGES: readonly [line: string, message: string][] = [
  ['address h2', 'address is given a second time (first in line 2)'],
  ['topic', `topic has no value (pattern [out | in | both [QoS [local-prefix [remote-prefix]]]])`],
  ['topic a up', 'topic has the direction in, out or both, not "up"'],
  ['topic a out 3', 'topic has the QoS 0, 1 or 2, not "3"'],
  ['topic a out 0 l/+/', 'topic has a wildcard in the prefix "l/+/"'],
  ['topic a out 0 "" r/#', 'topic has a wildcard in the prefix "r/#"'],
  ['topic "" out 0 l', 'topic without a pattern needs a local and a remote prefix, which are the two topics then'],
  ['topic "" out 0 "" r', 'topic without a pattern needs a local and a remote prefix, which are the two topics then'],
  ['topic a#', 'topic is not a topic filter: "a#": # must be a level by itself'],
  ['topic # out 0 l', 'topic is not a topic filter: "l#": # must be a level by itself'],
  ['start_type manual', 'start_type must be automatic, lazy or once, not "manual"'],
  ['keepalive_interval 65536', 'keepalive_interval must be from 5 to 65535, not 65536'],
  ['bridge_protocol_version mqttv4', 'bridge_protocol_version must be mqttv311, mqttv50 or mqttv31, not "mqttv4"'],
  ['restart_timeout 10 5', 'restart_timeout has a cap (5) below its base (10)'],
  ['restart_timeout x', 'restart_timeout must be a whole number, not "x"'],
  ['bridge_psk 0xff', 'bridge_psk is not hexadecimal (without 0x)'],
  ['bridge_tls_version tlsv1', 'bridge_tls_version must be tlsv1.3, tlsv1.2 or tlsv1.1, not "tlsv1"'],
  ['notification_topic a/#', 'notification_topic cannot have a wildcard: "a/#"'],
  ['connection b', 'there is another connection "b" in line 1'],
];

describe('an error is told with its line', () => {
  it.each(LINES)('%j', (line, message) => {
    expect(errorsOf(line)[0]).toBe(`m.conf:1: ${message}`);
  });

  it.each(BRIDGES)('in a bridge: %j', (line, message) => {
    expect(errorsOf(`${B}${line}`)).toEqual([`m.conf:4: ${message}`]);
  });
});

/** Several lines, all that is told. */
const FILES: readonly [text: string, errors: readonly string[]][] = [
  ['pid_file a\npid_file b', ['m.conf:2: pid_file is given a second time (first in line 1)']],
  ['listener 1\nmount_point a\nlistener 2\nmount_point b', []],
  ['listener 1\nmount_point a/+', ['m.conf:2: mount_point cannot have a wildcard: "a/+"']],
  ['listener 1\nlistener 1', ['m.conf:2: port 1 already has a listener in line 1']],
  ['listener 1 a\nlistener 1 b', []],
  ['listener 1 a\nlistener 1 a', ['m.conf:2: port 1 of a already has a listener in line 1']],
  ['listener 1\nport 1', ['m.conf:2: port 1 already has a listener in line 1']],
  ['listener 0 /s\nlistener 0 /s', ['m.conf:2: /s already has a listener in line 1']],
  ['listener 1\ncertfile c', ['m.conf:1: the listener has certfile but no keyfile']],
  ['listener 1\nkeyfile k', ['m.conf:1: the listener has keyfile but no certfile']],
  [
    'listener 1\nrequire_certificate true',
    ['m.conf:1: the listener has require_certificate, but is not TLS (certfile, keyfile)'],
  ],
  [
    'listener 1\ncertfile c\nkeyfile k\nrequire_certificate true',
    ['m.conf:1: the listener has require_certificate, but nothing to check certificates with (cafile, capath)'],
  ],
  [
    'listener 1\npsk_hint h\ncertfile c\nkeyfile k',
    [
      'm.conf:3: certfile: a listener has a certificate or pre-shared keys (psk_hint), not both',
      'm.conf:1: the listener has keyfile but no certfile',
    ],
  ],
  [
    'listener 1\nallow_anonymous true\nper_listener_settings true',
    ['m.conf:3: per_listener_settings stands behind an option that depends on it (in line 2)'],
  ],
  ['listener 1\nallow_anonymous true\nper_listener_settings false', []],
  ['connection b', ['m.conf:1: connection b needs an address and a topic']],
  [
    'connection b\naddress h\ntopic a\nbridge_psk ff',
    ['m.conf:1: connection b needs bridge_identity for its bridge_psk'],
  ],
  [
    'connection b\naddress h\ntopic a\nbridge_identity i',
    ['m.conf:1: connection b needs bridge_psk for its bridge_identity'],
  ],
  [
    'connection b\naddress h\ntopic a\nbridge_cafile i\nbridge_psk ff',
    ['m.conf:5: bridge_psk: a bridge has certificates or a pre-shared key (bridge_psk), not both'],
  ],
  [
    'connection b\naddress h\ntopic a\nlocal_clientid x\nconnection c\naddress h\ntopic a\nlocal_clientid x',
    ['m.conf:5: connection c has the local_clientid of connection b (in line 1)'],
  ],
  [
    'connection b\nadress h\naddress h:0\ntopic a ni',
    [
      'm.conf:2: unknown option "adress": did you mean address?',
      'm.conf:3: address "h:0": the port must be from 1 to 65535, not 0',
      'm.conf:4: topic has the direction in, out or both, not "ni"',
    ],
  ],
];

it.each(FILES)('all errors of a file are told: %j', (text, errors) => {
  expect(errorsOf(text)).toEqual(errors);
});

const WARNINGS: readonly [text: string, remarks: readonly string[]][] = [
  ['port 1', ['m.conf:1: notice: port is outdated: use listener']],
  ['persistence true yes', ['m.conf:1: warning: persistence: "yes" after the value is ignored']],
  ['pid_file a # b', ['m.conf:1: warning: pid_file: the value is the whole line, with "# b"']],
  ['keepalive_interval 60', ['m.conf:1: keepalive_interval stands before the first connection']],
  [`${B}keepalive_interval 1`, ['m.conf:4: warning: keepalive_interval: 1 is too low: 5 is used']],
  ['max_queued_messages -1', ['m.conf:1: warning: max_queued_messages: -1 is too low: no limit is used']],
  [
    'max_topic_alias 5\nlistener 1',
    ['m.conf:1: warning: has no effect: it stands before the first listener, and each listener has its own'],
  ],
  [
    'per_listener_settings true\nallow_anonymous true\nlistener 1',
    ['m.conf:2: warning: has no effect: it stands before the first listener, and each listener has its own'],
  ],
  ['listener 1 a b', ['m.conf:1: warning: listener: "b" after the value is ignored']],
  ['listener 1\npsk_hint h', ['m.conf:1: warning: the listener has psk_hint, but no psk_file: nobody can connect']],
  [
    'listener 1\ncertfile c\nkeyfile k\npsk_hint h',
    ['m.conf:1: warning: psk_hint has no effect in a listener with certfile'],
  ],
  [
    'listener 1\nuse_identity_as_username true',
    ['m.conf:1: warning: the listener takes user names from TLS, but is not TLS'],
  ],
  [
    `${B}bridge_insecure true`,
    ['m.conf:1: warning: connection b does not check the name in the certificate (bridge_insecure)'],
  ],
  [`${B}password p`, ['m.conf:1: warning: connection b has a remote_password without remote_username: it is not sent']],
  [
    `${B}bridge_certfile c\nbridge_keyfile k`,
    ['m.conf:1: warning: connection b has bridge_certfile without bridge_cafile or bridge_capath: it is not TLS'],
  ],
];

it.each(WARNINGS)('what works otherwise than one might think is told: %j', (text, remarks) => {
  expect(remarksOf(text)).toEqual(remarks);
});

describe('what cannot be used is told', () => {
  it.each([...REMOVED_ROWS, ...IGNORED_ROWS].map(({ name }) => name))('%s, as a warning', (name) => {
    const { configuration, remarks } = parsed(`${name} 1`);
    expect(configuration).toBeDefined();
    expect(remarks).toMatchObject([{ level: 'warning', line: 1 }]);
  });

  it.each(REFUSED_ROWS.map(({ name }) => name))('%s, as an error', (name) => {
    expect(errorsOf(`${name} 1`)).toHaveLength(1);
  });
});
