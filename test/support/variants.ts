// The session that all variants carry, and what the dissector makes of it: each MQTT packet as its JSON line, without what
// may differ (numbers, times, addresses, how the version came to be known).

import type { CapturedPacket } from '../../src/capture/packet.js';
import { Dissector, type DissectorOptions } from '../../src/dissect/dissector.js';
import type { Item } from '../../src/dissect/item.js';
import { createItemJson } from '../../src/report/json-item.js';
import { fixtureBytes, packetsOf } from './fixtures.js';
import { type Step, stepsOf } from './variants-session.js';

/** 3.1.1 and 5.0 together, topic aliases, 3.1. */
const RECORDED = ['thermostat.pcapng', 'topic-alias-v5.pcap', 'qos-mosquitto-v31.pcap'];
const MAY_DIFFER = ['number', 'captureFrames', 'time', 'source', 'destination', 'transport', 'versionFrom'];
const OPTIONS = {
  width: 80,
  colour: false,
  fields: true,
  hex: true,
  showSecrets: true,
  nameSources: false,
  pasted: false,
};

export interface SeenPacket {
  /** JSON, by name. */
  readonly text: string;
  readonly connection: number;
  readonly client: string;
  readonly direction: string;
  /** Capture frames. */
  readonly origins: readonly number[];
}

export interface Seen {
  readonly packets: readonly SeenPacket[];
  /** "tls not-decrypted", "gap", …: all but closings. */
  readonly events: readonly string[];
}

/** What is seen of captured packets; connections count from `first`. */
export function seenOf(packets: Iterable<CapturedPacket>, options: Partial<DissectorOptions> = {}, first = 0): Seen {
  const dissector = new Dissector(options);
  const json = createItemJson(OPTIONS);
  const seen: SeenPacket[] = [];
  const events: string[] = [];
  const take = (items: readonly Item[]): void => {
    for (const item of items) {
      if (item.kind === 'event') {
        if (item.event !== 'connection-closed') events.push([item.event, item.code ?? []].flat().join(' '));
        continue;
      }
      const { connection, frame } = item;
      const line = JSON.parse(json.item(item)) as Record<string, unknown>;
      for (const key of MAY_DIFFER) delete line[key];
      const id = first + connection.id;
      const text = JSON.stringify({ ...line, connection: id });
      seen.push({
        text,
        connection: id,
        client: connection.client,
        direction: frame.direction,
        origins: [...frame.origins],
      });
    }
  };
  for (const packet of packets) take(dissector.push(packet));
  take(dissector.end());
  return { packets: seen, events };
}

export interface Session {
  readonly steps: readonly Step[];
  /** As recorded. */
  readonly bare: Seen;
}

/** The recordings one after the other, a second apart. */
export function readSession(): Session {
  const steps: Step[] = [];
  const packets: SeenPacket[] = [];
  const events: string[] = [];
  for (const name of RECORDED) {
    const recording = packetsOf(fixtureBytes(name));
    const first = Math.max(-1, ...steps.map(({ connection }) => connection)) + 1;
    const from = steps.length === 0 ? 0 : steps.at(-1)!.time + 1e9;
    steps.push(...stepsOf(recording, first).map((step) => ({ ...step, time: step.time + from })));
    const seen = seenOf(recording, {}, first);
    packets.push(...seen.packets);
    events.push(...seen.events);
  }
  return { steps, bare: { packets, events } };
}

/** What the one has and the other has not, and then where their order differs: few words, so that a failure can be read. */
export function differenceOf(seen: readonly SeenPacket[], expected: readonly SeenPacket[]): string[] {
  const lacks = (some: readonly SeenPacket[], others: readonly SeenPacket[], how: string): string[] => {
    const left = textsOf(others);
    return some.flatMap(({ text }) => {
      const at = left.indexOf(text);
      if (at >= 0) left.splice(at, 1);
      return at >= 0 ? [] : [`${how} ${text.replace(/,"fields".*/, '')}`];
    });
  };
  const found = [...lacks(expected, seen, 'missing'), ...lacks(seen, expected, 'instead')];
  if (found.length > 0) return found;
  const at = seen.findIndex(({ text }, i) => text !== expected[i]!.text);
  return at < 0 ? [] : [`the order differs from packet ${at} on`];
}

export const textsOf = (packets: readonly SeenPacket[]): string[] => packets.map(({ text }) => text);

/** In each direction of each connection in order, where the order between them may differ. */
export const streamsOf = (packets: readonly SeenPacket[]): readonly SeenPacket[] =>
  packets.toSorted((a, b) => a.connection - b.connection || a.direction.localeCompare(b.direction));
