// Items for renderers: packets as bytes written by hand, in connections made up for them.

import { decode } from '../../src/codec/frame.js';
import type { EventName, Summary } from '../../src/dissect/item.js';
import { FORMATS } from '../../src/report/index.js';
import type { Renderer, RenderOptions } from '../../src/report/renderer.js';
import type { ConnectionInfo, Shown, ShownEvent, ShownPacket } from '../../src/report/shown.js';
import type { Direction, Version } from '../../src/spec/versions.js';
import { hex } from '../support/hex.js';

/** The formats, loaded. */
export const LOADED = await Promise.all(
  FORMATS.map(async ({ name, load }) => ({ name, create: await load() }) as const),
);

export const OPTIONS: RenderOptions = {
  width: 80,
  colour: false,
  fields: false,
  hex: false,
  showSecrets: false,
  nameSources: false,
  pasted: false,
};

export const SOURCE = { name: 'a.pcap', epoch: 1_700_000_000_000_000_000n };

export function connection(id: number, version: Version, clientId?: string): ConnectionInfo {
  const base = {
    id,
    client: `10.0.0.2:${20000 + id}`,
    server: '10.128.0.1:1883',
    transport: 'tcp',
    version,
    versionFrom: 'connect',
    evidence: [],
  } as const;
  return clientId === undefined ? base : { ...base, clientId };
}

export interface PacketSpec {
  readonly number?: number;
  readonly version?: Version;
  readonly direction?: Direction;
  readonly connection?: ConnectionInfo;
  readonly time?: number;
  readonly origins?: readonly number[];
  readonly aliasTopic?: string;
  /** Length on the wire, when more than the bytes. */
  readonly length?: number;
}

/** A packet from bytes, see support/hex.ts. */
export function packet(bytes: string, spec: PacketSpec = {}): ShownPacket {
  const { version: told = '3.1.1', number = 1, direction = 'client-to-server', time = 61_000, origins = [4] } = spec;
  const data = hex(bytes);
  const { packet, problems, version } = decode(data, told);
  const length = spec.length ?? data.length;
  const frame = { version, direction, bytes: data, length, packet, problems, time, origins };
  const shown = {
    kind: 'packet',
    number,
    connection: spec.connection ?? connection(0, version, 'paho'),
    frame,
  } as const;
  return spec.aliasTopic === undefined ? shown : { ...shown, aliasTopic: spec.aliasTopic };
}

export function event(name: EventName, message: string, more: Partial<ShownEvent> = {}): ShownEvent {
  const base = { kind: 'event', event: name, message, time: 2_000_000_000, origins: [9] } as const;
  return { ...base, connection: connection(0, '3.1.1', 'paho'), ...more };
}

export const SUMMARY: Summary = {
  captureFrames: 1000,
  packets: 123,
  byType: { CONNECT: 4, PUBLISH: 119 },
  byVersion: { '3.1.1': 2, '5.0': 2 },
  connections: 4,
  problems: 2,
  events: { gap: 1, 'connection-closed': 4 },
  skipped: [
    { reason: 'not-ip', what: 'ARP', count: 12 },
    { reason: 'not-tcp', what: 'UDP', count: 3 },
  ],
  otherConnections: 0,
  encrypted: 0,
  otherPorts: [],
};

/** CONNECT of 3.1.1 with a will, user name "bob" and password "hunter2". */
export const CONNECT_BYTES =
  '10 33 00 04 "MQTT" 04 ee 00 3c 00 04 "paho" 00 0d "site/3/status" 00 04 "lost" 00 03 "bob" 00 07 "hunter2"';

const ALARM = connection(1, '5.0', 'alarm-7');

/** One of everything that looks different, the same for every format. */
export const STORY: readonly Shown[] = [
  packet(CONNECT_BYTES),
  packet('20 02 00 05', { number: 2, direction: 'server-to-client', time: 161_000, origins: [6] }),
  packet('32 13 00 0b "site/3/temp" 00 07 "21.5"', { number: 3, time: 1_500_000_000, origins: [7, 8] }),
  event('gap', '1460 bytes not in the capture', { direction: 'client-to-server', length: 1460 }),
  event('lost-sync', '3 bytes skipped: a gap', { direction: 'client-to-server', bytes: hex('01 02 03'), length: 3 }),
  packet('30 15 00 00 0a 23 00 05 26 00 01 "a" 00 01 "b" "温度21"', {
    number: 4,
    version: '5.0',
    connection: ALARM,
    aliasTopic: 'site/3/température',
    time: 3_000_000_000,
    origins: [12],
  }),
  packet('30 07 01 2c "a/b" 00 01', { number: 5, direction: 'server-to-client', time: 3_100_000_000, origins: [13] }),
  packet('30 8c 40 00 03 "a/b" 00 01 02 ff fe', {
    number: 6,
    time: 3_200_000_000,
    origins: [14, 15, 16, 17, 18],
    length: 0x200c + 3,
  }),
  packet('e0 01 8e', { number: 7, version: '5.0', connection: ALARM, direction: 'server-to-client', origins: [20] }),
  event('connection-closed', 'closed by the server (FIN)', { direction: 'server-to-client', origins: [21] }),
];

/** Everything that a renderer says about items, flushed once at the end. */
export function rendered(renderer: Renderer, items: readonly Shown[], summary: Summary = SUMMARY): string {
  let text = renderer.begin() + renderer.source(SOURCE);
  for (const item of items) text += renderer.item(item);
  return text + renderer.flush() + renderer.end(summary);
}
