// Every bound of a dissection in one table: what it bounds, its default, and what it is called on the command line. What
// happens at the bound is said where it is enforced; each layer keeps its own defaults, and this table only names them.

import { FRAMER_DEFAULTS } from '../codec/framer-options.js';
import { FRAGMENT_DEFAULTS } from '../net/index.js';
import { TCP_DEFAULTS } from '../tcp/options.js';
import { TLS_DEFAULTS } from '../transport/tls/options.js';
import { SHARED_TLS_DEFAULTS } from '../transport/tls/secrets.js';
import { WEBSOCKET_DEFAULTS } from '../transport/websocket/options.js';
import { CONVERSATION_DEFAULTS, RECOGNITION_DEFAULTS } from './bounds.js';

/** The options of the layers, each under its own name. */
export const LAYER_DEFAULTS = {
  fragments: FRAGMENT_DEFAULTS,
  tcp: TCP_DEFAULTS,
  websocket: WEBSOCKET_DEFAULTS,
  tls: TLS_DEFAULTS,
  framer: FRAMER_DEFAULTS,
  recognition: RECOGNITION_DEFAULTS,
  conversation: CONVERSATION_DEFAULTS,
  secrets: SHARED_TLS_DEFAULTS,
} as const;

export type LayerOptions = {
  readonly [L in keyof typeof LAYER_DEFAULTS]: Partial<(typeof LAYER_DEFAULTS)[L]>;
};

export interface Limit {
  /** Without its dashes: max-held-bytes. */
  readonly option: string;
  readonly layer: keyof LayerOptions;
  readonly name: string;
  /** Nanoseconds inside, seconds outside. */
  readonly unit?: 's';
  readonly what: string;
}

export const LIMITS: readonly Limit[] = [
  {
    option: 'max-fragmented-datagrams',
    layer: 'fragments',
    name: 'maxFragmentedDatagrams',
    what: 'IP datagrams that wait for fragments',
  },
  { option: 'max-fragment-bytes', layer: 'fragments', name: 'maxFragmentBytes', what: 'bytes of all their fragments' },
  {
    option: 'fragment-timeout',
    layer: 'fragments',
    name: 'fragmentTimeout',
    unit: 's',
    what: 'seconds of capture time that one waits',
  },
  {
    option: 'max-connections',
    layer: 'tcp',
    name: 'maxConnections',
    what: 'TCP connections followed at once; the one idle longest is let go',
  },
  { option: 'max-closed', layer: 'tcp', name: 'maxClosed', what: 'closed connections remembered for late segments' },
  {
    option: 'idle-after',
    layer: 'tcp',
    name: 'idleAfter',
    unit: 's',
    what: 'seconds of capture time after which a silent connection is let go',
  },
  {
    option: 'reuse-after',
    layer: 'tcp',
    name: 'reuseAfter',
    unit: 's',
    what: 'seconds of silence after which other sequence numbers are another connection',
  },
  {
    option: 'max-held-bytes',
    layer: 'tcp',
    name: 'maxHeldBytes',
    what: 'bytes of a direction that wait for a lost segment',
  },
  { option: 'max-held-segments', layer: 'tcp', name: 'maxHeldSegments', what: 'segments that do' },
  { option: 'max-held-total', layer: 'tcp', name: 'maxHeldTotal', what: 'bytes that do, over all connections' },
  {
    option: 'ack-slack-segments',
    layer: 'tcp',
    name: 'ackSlackSegments',
    what: 'segments after which an acknowledged hole is lost',
  },
  { option: 'ack-slack', layer: 'tcp', name: 'ackSlackTime', unit: 's', what: 'seconds after which it is' },
  {
    option: 'max-jump',
    layer: 'tcp',
    name: 'maxJump',
    what: 'farther than this, a sequence number belongs to another numbering',
  },
  {
    option: 'recent-bytes',
    layer: 'tcp',
    name: 'recentBytes',
    what: 'bytes kept to compare retransmissions with, over all connections',
  },
  {
    option: 'tls-max-held-bytes',
    layer: 'tls',
    name: 'maxHeldBytes',
    what: 'encrypted bytes of a direction that wait for a secret',
  },
  {
    option: 'tls-max-handshake-bytes',
    layer: 'tls',
    name: 'maxHandshakeBytes',
    what: 'a longer handshake message is stepped over',
  },
  {
    option: 'tls-max-sequence-search',
    layer: 'tls',
    name: 'maxSequenceSearch',
    what: 'records that may be lost in a gap and the next still be read',
  },
  { option: 'tls-max-bad-records', layer: 'tls', name: 'maxBadRecordNotices', what: 'bad records told of one by one' },
  { option: 'ws-max-header-bytes', layer: 'websocket', name: 'maxHeaderBytes', what: 'header of a WebSocket upgrade' },
  { option: 'ws-max-frame-bytes', layer: 'websocket', name: 'maxFrameBytes', what: 'a WebSocket frame' },
  {
    option: 'ws-max-message-bytes',
    layer: 'websocket',
    name: 'maxMessageBytes',
    what: 'a compressed WebSocket message',
  },
  {
    option: 'ws-inflate-allowance',
    layer: 'websocket',
    name: 'inflateAllowance',
    what: 'bytes that a direction may inflate to, and …',
  },
  {
    option: 'ws-max-inflate-ratio',
    layer: 'websocket',
    name: 'maxInflateRatio',
    what: '… for each compressed byte so many more',
  },
  {
    option: 'max-packet-bytes',
    layer: 'framer',
    name: 'maxPacketBytes',
    what: 'bytes kept of one MQTT packet; the rest is counted',
  },
  {
    option: 'recognise-chunks',
    layer: 'recognition',
    name: 'maxChunks',
    what: 'segments after which a connection without a sign of MQTT is left alone',
  },
  { option: 'recognise-bytes', layer: 'recognition', name: 'maxBytes', what: 'bytes after which it is' },
  {
    option: 'recognise-opening-chunks',
    layer: 'recognition',
    name: 'maxOpeningChunks',
    what: 'segments of an opening that reads well so far',
  },
  {
    option: 'version-wait-packets',
    layer: 'conversation',
    name: 'maxWaitingPackets',
    what: 'packets that wait for their version to be known',
  },
  { option: 'version-wait-bytes', layer: 'conversation', name: 'maxWaitingBytes', what: 'bytes that do' },
  {
    option: 'version-wait',
    layer: 'conversation',
    name: 'maxWaitingTime',
    unit: 's',
    what: 'seconds of capture time that they wait',
  },
  {
    option: 'max-alias-characters',
    layer: 'conversation',
    name: 'maxAliasCharacters',
    what: 'characters of topics kept behind aliases, a direction',
  },
  {
    option: 'tls-max-held-total',
    layer: 'secrets',
    name: 'maxHeldTotal',
    what: 'encrypted bytes that wait for secrets, over all connections',
  },
  {
    option: 'tls-max-sessions',
    layer: 'secrets',
    name: 'maxSessions',
    what: 'TLS sessions kept for those that resume them',
  },
  { option: 'tls-max-secrets', layer: 'secrets', name: 'maxSecrets', what: 'secrets kept of key logs' },
];

const NANOSECONDS = 1e9;

/** The default, in the unit of the option. */
export function defaultOf({ layer, name, unit }: Limit): number {
  const value = (LAYER_DEFAULTS[layer] as unknown as Readonly<Record<string, number>>)[name]!;
  return unit === 's' ? value / NANOSECONDS : value;
}

/** Values by option name, in the units of the options, as the layers take them. */
export function layerOptions(values: ReadonlyMap<string, number>): LayerOptions {
  const options: Record<keyof LayerOptions, Record<string, number>> = {
    fragments: {},
    tcp: {},
    websocket: {},
    tls: {},
    framer: {},
    recognition: {},
    conversation: {},
    secrets: {},
  };
  for (const { option, layer, name, unit } of LIMITS) {
    const value = values.get(option);
    if (value !== undefined) options[layer][name] = unit === 's' ? value * NANOSECONDS : value;
  }
  return options;
}
