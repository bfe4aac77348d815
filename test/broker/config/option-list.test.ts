import { expect, it } from 'vitest';
import { optionList } from '../../../src/broker/config/option-list.js';
import { namesOf, OPTIONS, optionNamed } from '../../../src/broker/config/options.js';

const HEAD = `# mosquitto.conf

\`mqtt-dissect broker -c FILE\` reads mosquitto's own format, and does what mosquitto 2.0 does with it. Where it differs:

- All errors of a file are told, up to twenty, each as \`file:line: what\`; with one nothing starts. \`--test-config\` only reads.
- A number must be one (\`10MB\` is not 10), a listener with a certificate but no key does not listen in the clear, and
  \`allow_anonymous false\` counts also where no listener is configured.
- "No limit" is that of mosquitto; memory has its bounds all the same.

A signal to hang up (SIGHUP) reads the file again: options marked under "reload" change, and so do the contents of the files
that options name; what cannot change is told. With an error, or a listener that is new, nothing changes.

`;

it('the list for people is that of the rows', async () => {
  await expect(`${HEAD}${optionList()}`).toMatchFileSnapshot('../../../docs/mosquitto-conf.md');
});

it('no name stands for two options', () => {
  const names = OPTIONS.flatMap(namesOf);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  for (const option of OPTIONS) for (const name of namesOf(option)) expect(optionNamed(name)).toBe(option);
});

// As issue 5 lists them, and what else mosquitto 2.0 knows.
const KNOWN = `retry_interval sys_interval store_clean_interval pid_file user max_inflight_messages max_queued_messages
queue_qos0_messages message_size_limit max_packet_size persistent_client_expiration bind_address port listener max_connections
protocol socket_domain mount_point cafile capath certfile keyfile require_certificate use_identity_as_username
use_subject_as_username psk_hint psk_file ciphers tls_version crlfile autosave_interval autosave_on_changes persistence
persistence_file persistence_location log_dest log_type connection_messages log_timestamp clientid_prefixes allow_anonymous
password_file acl_file per_listener_settings allow_zero_length_clientid auto_id_prefix max_keepalive upgrade_outgoing_qos
include_dir connection address addresses topic remote_clientid cleansession notifications notification_topic keepalive_interval
start_type restart_timeout idle_timeout try_private bridge_protocol_version remote_username remote_password bridge_cafile
bridge_capath bridge_certfile bridge_keyfile bridge_insecure bridge_psk allow_duplicate_messages auth_opt_x auth_plugin
auth_plugin_deny_special_chars bind_interface bridge_alpn bridge_attempt_unsubscribe bridge_bind_address bridge_identity
bridge_max_packet_size bridge_outgoing_retain bridge_require_ocsp bridge_tls_version check_retain_source ciphers_tls1.3 clientid
dhparamfile http_dir local_cleansession local_clientid local_password local_username log_facility log_timestamp_format
max_inflight_bytes max_qos max_queued_bytes max_topic_alias maximum_qos memory_limit notifications_local_only password plugin
plugin_opt_x retain_available retained_persistence round_robin set_tcp_nodelay threshold tls_engine tls_engine_kpass_sha1
tls_keyform use_username_as_clientid username websockets_headers_size websockets_log_level`.split(/\s+/);

it.each(KNOWN)('%s is known', (name) => {
  expect(optionNamed(name)).toBeDefined();
});
