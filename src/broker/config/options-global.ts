// The options that hold for the whole broker, one row each.

import type { GlobalOptions } from './configuration.js';
import { type OptionRow, rowsOf } from './option.js';
import { LOG_ROWS } from './options-log.js';
import { boolean, duration, integer, MOST_INT, path, text } from './values.js';

const { stored, storedOnce } = rowsOf<GlobalOptions>();
const RELOAD = { reload: true } as const;

const bytes = integer({ shown: 'bytes', least: 0, most: MOST_INT, raised: true, unlimited: [0] });
const MOST_PAYLOAD = 268_435_455;
/** A Maximum Packet Size in words, as short as mosquitto allows. */
const LEAST_PACKET = 20;

export const GLOBAL_ROWS: readonly OptionRow<GlobalOptions>[] = [
  storedOnce(
    'clientid_prefixes',
    'clientIdPrefixes',
    text('prefix'),
    'Only Client Identifiers that begin so may connect.',
    {
      ...RELOAD,
      outdated: 'an acl_file does more',
    },
  ),
  stored(
    'connection_messages',
    'connectionMessages',
    boolean,
    'Whether connections and disconnections are logged.',
    RELOAD,
  ),
  stored(
    'global_max_clients',
    'globalMaxClients',
    integer({ least: 1, most: MOST_INT, unlimited: [-1] }),
    'The most sessions, of clients connected or not.',
    { since: '2.1' },
  ),
  stored(
    'log_facility',
    'logFacility',
    integer({ shown: '0 to 7', least: 0, most: 7 }),
    'The facility of syslog: local0 to local7; daemon without it.',
    RELOAD,
  ),
  stored('log_timestamp', 'logTimestamp', boolean, 'Whether log lines begin with the time.', RELOAD),
  storedOnce(
    'log_timestamp_format',
    'logTimestampFormat',
    text('format of strftime'),
    'How the time is written; seconds since 1970 without it.',
    RELOAD,
  ),
  ...LOG_ROWS,
  stored(
    'max_inflight_messages',
    'maxInflightMessages',
    integer({ least: 0, most: 65_535, raised: true, unlimited: [0, 65_535] }),
    'QoS 1 and 2 messages on their way to a client; 0: as many as it takes.',
    RELOAD,
  ),
  stored(
    'max_keepalive',
    'maxKeepalive',
    integer({ shown: 'seconds', least: 10, most: 65_535, unlimited: [0] }),
    'The longest Keep Alive: longer ones are answered with a Server Keep Alive (5.0).',
    RELOAD,
  ),
  stored(
    'max_packet_size',
    'maxPacketSize',
    integer({ shown: 'bytes', least: LEAST_PACKET, most: MOST_INT }),
    'The longest packet that is accepted.',
    RELOAD,
  ),
  stored('max_queued_bytes', 'maxQueuedBytes', bytes, 'Bytes of messages that wait for a client.', RELOAD),
  stored(
    'max_queued_messages',
    'maxQueuedMessages',
    integer({ least: 0, most: MOST_INT, raised: true, unlimited: [0] }),
    'Messages that wait for a client.',
    RELOAD,
  ),
  stored(
    'message_size_limit',
    'messageSizeLimit',
    integer({ shown: 'bytes', least: 0, most: MOST_PAYLOAD, unlimited: [0] }),
    'The longest payload that is passed on.',
    {
      ...RELOAD,
      outdated: 'use max_packet_size',
    },
  ),
  stored(
    'per_listener_settings',
    'perListenerSettings',
    boolean,
    'Whether the options of access stand in each listener. Before any of them.',
    RELOAD,
  ),
  stored(
    'persistence',
    'persistence',
    boolean,
    'Whether sessions, messages and retained messages survive an end of the broker.',
    {
      aliases: ['retained_persistence'],
    },
  ),
  storedOnce('persistence_file', 'persistenceFile', text('file name'), 'The name of the database.'),
  storedOnce(
    'persistence_location',
    'persistenceLocation',
    path,
    'The folder of the database; the current one without it.',
  ),
  stored(
    'persistent_client_expiration',
    'persistentClientExpiration',
    duration,
    'After how long without its client a session is removed.',
    RELOAD,
  ),
  storedOnce('pid_file', 'pidFile', path, 'Where the number of the process is written.'),
  stored(
    'queue_qos0_messages',
    'queueQos0Messages',
    boolean,
    'Whether QoS 0 messages wait for clients that are away.',
    RELOAD,
  ),
  stored('retain_available', 'retainAvailable', boolean, 'Whether messages can be retained.', RELOAD),
  stored(
    'sys_interval',
    'sysInterval',
    integer({ shown: 'seconds', least: 0, most: 65_535 }),
    'How often the $SYS topics are published; 0: never.',
    RELOAD,
  ),
  stored(
    'upgrade_outgoing_qos',
    'upgradeOutgoingQos',
    boolean,
    'Whether messages are sent with the QoS of the subscription, even when published with a lower one.',
    RELOAD,
  ),
  storedOnce('user', 'user', text('user name'), 'The user that the broker becomes when root has started it.'),
];
