// The MQTT packets of a recording as tshark reads them, and as the proxy printed them: for each frame in which packets end
// their types, lengths, Packet Identifiers and topics.

import { tshark } from '../io/recording/reading.js';
import type { Line } from './program.js';

interface InFrame {
  readonly frame: string;
  readonly types: string;
  /** Remaining Lengths. */
  readonly lengths: string;
  readonly packetIds: string;
  /** Of PUBLISH, SUBSCRIBE and UNSUBSCRIBE. */
  readonly topics: string;
}

const TYPES =
  'RESERVED CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK ' +
  'PINGREQ PINGRESP DISCONNECT AUTH';
const NAMES = TYPES.split(' ');
const FIELDS = ['frame.number', 'mqtt.msgtype', 'mqtt.len', 'mqtt.msgid', 'mqtt.topic'];

/** `more`: how ports are decoded, key logs. */
export async function packetsByTshark(path: string, more: readonly string[]): Promise<readonly InFrame[]> {
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const lines = await tshark(path, ...more, '-Y', 'mqtt', '-T', 'fields', ...fields);
  return lines.map((line) => {
    const [frame = '', types = '', lengths = '', packetIds = '', topics = ''] = line.split('\t');
    const names = types.split(',').map((number) => NAMES[Number(number)]);
    return { frame, types: names.join(), lengths, packetIds, topics };
  });
}

export function packetsByUs(lines: readonly Line[]): readonly InFrame[] {
  const frames = new Map<number, Line[]>();
  for (const line of lines) {
    const frame = line.captureFrames.at(-1) ?? 0;
    if (line.type !== undefined) frames.set(frame, [...(frames.get(frame) ?? []), line]);
  }
  const sorted = [...frames].sort(([a], [b]) => a - b);
  return sorted.map(([frame, packets]) => ({
    frame: String(frame),
    types: packets.map(({ type }) => type).join(),
    lengths: packets.map(({ length }) => remainingLength(length!)).join(),
    packetIds: packets.flatMap(({ packet }) => packet?.packetId ?? []).join(),
    topics: packets.flatMap(({ packet }) => topicsOf(packet)).join(),
  }));
}

/** Of a packet of so many bytes. */
function remainingLength(length: number): number {
  return (
    length - 1 - [2 + 127, 3 + 16_383, 4 + 2_097_151, Number.POSITIVE_INFINITY].findIndex((most) => length <= most) - 1
  );
}

interface WithTopics {
  readonly topic?: string;
  readonly topicFilters?: readonly string[];
  readonly subscriptions?: readonly { readonly topicFilter: string }[];
}

function topicsOf(packet: object = {}): readonly string[] {
  const { topic, topicFilters = [], subscriptions = [] } = packet as WithTopics;
  return [...(topic === undefined ? [] : [topic]), ...topicFilters, ...subscriptions.map((one) => one.topicFilter)];
}
