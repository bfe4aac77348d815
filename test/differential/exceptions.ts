// Where tshark (4.0.17) must be told something, and where it is wrong, file by file and packet by packet. What stands
// here is compared as well: an exception that is no longer needed fails.

import type { TsharkOptions } from '../support/tshark.js';

interface Told {
  readonly why: string;
  readonly options: TsharkOptions;
}

const PORT = 'tshark knows MQTT by its port, not by its content';
const NO_CONNECT = 'without the CONNECT tshark has only the version that it is told';

export const TOLD: Readonly<Record<string, Told>> = {
  'bridge-mqttv311.pcap': { why: PORT, options: { ports: [1884] } },
  'bridge-mqttv50.pcap': { why: PORT, options: { ports: [1884] } },
  'port-18830-v311.pcap': { why: PORT, options: { ports: [18830] } },
  'presill__mqtt.pcap': { why: PORT, options: { ports: [1337] } },
  'mid-stream-v5.pcap': { why: NO_CONNECT, options: { version: 'v5.0' } },
  'suricata-verify__mqtt-midstream-split__mqtt-midstream-split.pcap': { why: NO_CONNECT, options: { version: 'v5.0' } },
  'snaplen-100-v311.pcap': {
    why: 'after bytes that were not captured it waits for them forever, unless it takes segments as they come',
    options: { outOfOrder: false },
  },
};

interface Wrong {
  readonly why: string;
  /** What it says otherwise, by frame and place within the frame; undefined for what it does not say. */
  readonly values?: readonly (readonly [frame: number, index: number, values: Readonly<Record<string, unknown>>])[];
  /** Frames in which it sees packets that are none, and the packets that it therefore does not see. */
  readonly lost?: { readonly from: number; readonly to: number; readonly unseen: readonly string[] };
}

const LENGTH_SPLIT =
  'the fixed header is cut between the bytes of its length: tshark waits for two bytes of it, takes the rest of the ' +
  'length to be 0, and is out of step from there on';

export const WRONG: Readonly<Record<string, Wrong>> = {
  'bridge-mqttv311.pcap': {
    why: 'the bridge bit makes level 4 to 0x84, which tshark takes for a version after 5.0',
    values: [
      [6, 0, { returnCode: undefined, reasonCode: 0 }],
      [11, 0, { returnCodes: [] }],
    ],
  },
  'snaplen-100-v311.pcap': {
    why: 'of a payload that was not captured whole it shows nothing',
    values: [[43, 0, { payload: '' }]],
  },
  'topic-alias-both-ways-scripted-server-v5.pcap': {
    why: 'it keeps topic aliases by connection: the aliases of the server replace the same ones of the client',
    values: [16, 22, 28].flatMap((frame) => [
      [frame, 0, { aliasTopic: 'site/3/target' }] as const,
      [frame, 1, { aliasTopic: 'site/3/mode' }] as const,
    ]),
  },
  'small-pieces-v311.pcap': {
    why: LENGTH_SPLIT,
    lost: { from: 300, to: 335, unseen: ['335 PUBLISH 17014', '337 DISCONNECT 0'] },
  },
  'small-pieces-v5.pcap': {
    why: LENGTH_SPLIT,
    lost: { from: 306, to: 341, unseen: ['341 PUBLISH 17015', '343 DISCONNECT 2'] },
  },
};

/** Captures whose MQTT, or part of it, tshark does not find in its layers. */
export const UNSEEN: readonly (readonly [names: RegExp, why: string])[] = [
  [/^websocket-/, 'tshark shows MQTT over WebSocket as WebSocket'],
  [/^proxy-protocol-/, 'behind a PROXY header tshark shows no MQTT'],
  [/^tls-13-websocket-/, 'the same, within TLS'],
  [/^tls-12-(psk|rsa)-/, 'tshark is not given the key here'],
];
