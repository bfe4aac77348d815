// What is known of mosquitto.conf beside options that are stored: those that begin a section or a listener, those that
// mosquitto no longer has, those that can be ignored without harm, and those that cannot and are therefore refused.

import { boolean, integer, MOST_INT, path, text, type ValueKind } from './values.js';

/** Read by the parser itself. */
export interface StructureRow {
  readonly name: string;
  readonly shown: string;
  readonly summary: string;
  readonly outdated?: string;
}

export const STRUCTURE_ROWS: readonly StructureRow[] = [
  {
    name: 'bind_address',
    shown: 'address',
    summary: 'The address of the listener that is there without `listener`.',
    outdated: 'use listener',
  },
  { name: 'connection', shown: 'name', summary: 'Begins a bridge.' },
  {
    name: 'include_dir',
    shown: 'path',
    summary: 'A folder whose *.conf files are read at this place; in the main file only.',
  },
  { name: 'listener', shown: 'port [address] | 0 path', summary: 'Begins a listener, on TCP or a Unix socket.' },
  {
    name: 'port',
    shown: 'port',
    summary: 'The port of the listener that is there without `listener`.',
    outdated: 'use listener',
  },
];

export interface UnusedRow {
  readonly name: string;
  /** What whoever uses it is told. */
  readonly why: string;
  readonly since?: string;
  /** Its value is looked at all the same, as that of any option. */
  readonly value?: ValueKind<unknown>;
}

const number = integer({ least: -MOST_INT, most: MOST_INT });

/** mosquitto took them away, or knows them from others. */
export const REMOVED_ROWS: readonly UnusedRow[] = [
  { name: 'retry_interval', why: 'messages are sent again when a client connects again, not after a time' },
  { name: 'store_clean_interval', why: 'what is no longer needed is freed at once' },
];

export const IGNORED_ROWS: readonly UnusedRow[] = [
  {
    name: 'allow_duplicate_messages',
    why: 'how often a message is sent is as the version of the protocol has it',
    value: boolean,
  },
  { name: 'bridge_reload_type', why: 'bridges are not changed by a reload', since: '2.1' },
  { name: 'bridge_tcp_keepalive', why: 'the system decides about TCP', since: '2.1' },
  { name: 'bridge_tcp_user_timeout', why: 'the system decides about TCP', since: '2.1' },
  {
    name: 'check_retain_source',
    why: 'retained messages are sent whatever has become of who published them',
    value: boolean,
  },
  { name: 'dhparamfile', why: 'the parameters of Diffie and Hellman are chosen by OpenSSL', value: path },
  { name: 'global_max_connections', why: 'use max_connections in each listener', value: number, since: '2.1' },
  { name: 'http_dir', why: 'no files are served', value: path },
  { name: 'max_inflight_bytes', why: 'use max_inflight_messages and max_queued_bytes', value: number },
  { name: 'memory_limit', why: 'memory is bounded by the limits of messages and connections', value: number },
  { name: 'tls_keyform', why: 'keys are files in PEM', value: text() },
  { name: 'websockets_headers_size', why: 'it has a bound of its own', value: number },
  { name: 'websockets_log_level', why: 'WebSocket is logged like everything else', value: number },
];

/** They say what is so anyway: nobody needs to be told. */
export const NEEDLESS_ROWS: readonly UnusedRow[] = [
  { name: 'autosave_interval', why: 'what must persist is written when it changes', value: number },
  { name: 'autosave_on_changes', why: 'what must persist is written when it changes', value: boolean },
  { name: 'set_tcp_nodelay', why: 'small packets are never held back', value: boolean },
];

/** Without them a broker would let in, or show, what its owner forbade: it does not start. */
export const REFUSED_ROWS: readonly UnusedRow[] = [
  { name: 'auth_plugin', why: 'plugins of mosquitto cannot be loaded' },
  { name: 'auth_plugin_deny_special_chars', why: 'plugins of mosquitto cannot be loaded' },
  { name: 'disable_client_cert_date_checks', why: 'certificates are always checked wholly', since: '2.1' },
  { name: 'enable_control_api', why: 'there is no $CONTROL', since: '2.1' },
  { name: 'enable_proxy_protocol', why: 'the PROXY protocol is not spoken by the broker', since: '2.1' },
  { name: 'global_plugin', why: 'plugins of mosquitto cannot be loaded', since: '2.1' },
  { name: 'plugin', why: 'plugins of mosquitto cannot be loaded' },
  { name: 'plugin_load', why: 'plugins of mosquitto cannot be loaded', since: '2.1' },
  { name: 'plugin_use', why: 'plugins of mosquitto cannot be loaded', since: '2.1' },
  { name: 'proxy_protocol_v2_require_tls', why: 'the PROXY protocol is not spoken by the broker', since: '2.1' },
  { name: 'tls_engine', why: 'keys are read from files, not from engines' },
  { name: 'tls_engine_kpass_sha1', why: 'keys are read from files, not from engines' },
  { name: 'use_username_as_clientid', why: 'a user name cannot take the place of a Client Identifier' },
  { name: 'websockets_origin', why: 'origins of WebSocket requests are not checked', since: '2.1' },
];

/** Of a plugin: auth_opt_name. */
export const REFUSED_PREFIXES: readonly string[] = ['auth_opt_', 'plugin_opt_'];
