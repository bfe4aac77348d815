// A connection of which it is not yet known whether it carries MQTT: holds its first chunks, within bounds, until their
// content tells; says which endpoint is the client.

import type { Chunk, GapChunk, Side } from '../bytes/chunk.js';
import { copyOf } from '../bytes/copy.js';
import type { TcpConnection } from '../tcp/connection.js';
import { directionOf, judgeOpening, MQTT_PORT, telling } from '../transport/detect.js';
import { judgeProxyHeader } from '../transport/proxy-protocol.js';
import { judgeRecords, judgeTls } from '../transport/tls/judge.js';
import type { TransportName } from '../transport/transport.js';
import { frameDirection, judgeUpgrade, tellingFrames } from '../transport/websocket/detect.js';
import { RECOGNITION_DEFAULTS, type RecognitionOptions } from './bounds.js';
import type { KnownServers } from './known-servers.js';

/** What packets from the middle of a connection must tell, where MQTT is expected and anywhere else. */
const ENOUGH_WHERE_EXPECTED = 1;
const ENOUGH = 3;

export type Verdict = 'mqtt' | TransportName | 'other' | 'more';

/** Layers that an opening may announce, from the outside in: each stands at most once, and in this order. */
const LAYERS: readonly { name: TransportName; judge: (bytes: Uint8Array) => string }[] = [
  { name: 'proxy-protocol', judge: judgeProxyHeader },
  { name: 'tls', judge: judgeTls },
  { name: 'websocket', judge: (bytes) => judgeUpgrade(bytes) },
];

export class Recognition {
  readonly held: { side: Side; chunk: Chunk }[] = [];
  private bytes = 0;
  private weight = 0;
  private opening: Uint8Array = new Uint8Array(0);
  private client: Side | undefined = undefined;
  private late = false;
  private readonly bounds: RecognitionOptions;
  /** The end that spoke MQTT before. */
  private readonly server: Side | undefined;

  constructor(
    private readonly tcp: TcpConnection<unknown>,
    private readonly forcedPorts: ReadonlySet<number>,
    servers: KnownServers,
    /** Layers around this one. */
    private readonly outer: readonly TransportName[] = [],
    bounds: Partial<RecognitionOptions> = {},
  ) {
    this.bounds = { ...RECOGNITION_DEFAULTS, ...bounds };
    this.server = servers.sideOf(tcp, outer);
  }

  /** Takes the next chunk; it is held when the answer is 'more' or 'mqtt'. */
  chunk(side: Side, chunk: Chunk): Verdict {
    const verdict = this.judge(side, chunk);
    if (verdict === 'other' || (chunk.kind === 'gap' && verdict === 'more' && this.isJoined(side, chunk)))
      return verdict;
    this.held.push({ side, chunk: verdict === 'mqtt' || chunk.kind === 'gap' ? chunk : copied(chunk) });
    if (chunk.kind === 'data') this.bytes += chunk.bytes.length;
    const { maxOpeningChunks, maxBytes, ...bounds } = this.bounds;
    const maxChunks = this.opening.length > 0 && !this.late ? maxOpeningChunks : bounds.maxChunks;
    if (verdict === 'more' && (this.held.length >= maxChunks || this.bytes >= maxBytes)) return 'other';
    return verdict;
  }

  /** Gaps in a row are held as one: however many they are, they do not tell that it is no MQTT. */
  private isJoined(side: Side, gap: GapChunk): boolean {
    const last = this.held.findLast((one) => one.side === side);
    if (last?.chunk.kind !== 'gap' || last.chunk.reason !== gap.reason) return false;
    const { length, ...rest } = last.chunk;
    const isKnown = length !== undefined && gap.length !== undefined;
    last.chunk = isKnown ? { ...rest, length: length + gap.length } : rest;
    return true;
  }

  private judge(side: Side, chunk: Chunk): Verdict {
    if (chunk.kind === 'gap') {
      this.late = true;
      return this.forced ? 'mqtt' : 'more';
    }
    const { bytes } = chunk;
    const fromStart = this.tcp.openedBy !== undefined && !this.late;
    const verdict = fromStart ? this.judgeOpening(side, bytes) : this.judgeMiddle(side, bytes);
    if (!this.forced || (verdict !== 'other' && verdict !== 'more')) return verdict;
    this.client ??= this.clientFrom(side, bytes);
    return 'mqtt';
  }

  /** Whatever it carries, unless that is a layer in which there may be MQTT. */
  private get forced(): boolean {
    const { tcp, forcedPorts } = this;
    return forcedPorts.has(tcp.ports[0]) || forcedPorts.has(tcp.ports[1]);
  }

  /** By the port, or because it was MQTT before. */
  private get isExpected(): boolean {
    const { ports } = this.tcp;
    if (this.server !== undefined) return true;
    return (ports[0] === MQTT_PORT || ports[1] === MQTT_PORT) && !this.outer.includes('websocket');
  }

  /** A layer that may stand here: within those around this one. */
  private get layers(): typeof LAYERS {
    const last = this.outer[this.outer.length - 1];
    return LAYERS.slice(LAYERS.findIndex((layer) => layer.name === last) + 1);
  }

  private judgeOpening(side: Side, bytes: Uint8Array): Verdict {
    if (side !== this.tcp.openedBy) return 'more';
    const opening = this.opening.length === 0 ? bytes : joined(this.opening, bytes);
    let more = false;
    for (const { name, judge } of this.layers) {
      const verdict = judge(opening);
      if (verdict === name) return name;
      more ||= verdict === 'more';
    }
    const verdict = judgeOpening(opening, this.isExpected);
    if (verdict !== 'mqtt' && (verdict === 'more' || more)) {
      this.opening = copyOf(opening);
      return 'more';
    }
    return verdict;
  }

  private judgeMiddle(side: Side, bytes: Uint8Array): Verdict {
    const layers = this.layers;
    if (layers.some((layer) => layer.name === 'tls') && judgeRecords(bytes) === 'tls') return 'tls';
    if (layers.length > 0 && tellingFrames(bytes) >= ENOUGH) {
      this.client ??= frameDirection(bytes) === 'client-to-server' ? side : other(side);
      return 'websocket';
    }
    this.weight += telling(bytes);
    this.client ??= this.clientFrom(side, bytes);
    return this.weight >= (this.isExpected ? ENOUGH_WHERE_EXPECTED : ENOUGH) ? 'mqtt' : 'more';
  }

  private clientFrom(side: Side, bytes: Uint8Array): Side | undefined {
    const direction = directionOf(bytes);
    if (direction === undefined) return undefined;
    return direction === 'client-to-server' ? side : other(side);
  }

  /** Who opened the connection, else who sent what only clients send, else the other end of a server or its port. */
  clientSide(): Side {
    const { tcp, forcedPorts, server = serverSide(tcp.ports, forcedPorts) } = this;
    return tcp.openedBy ?? this.client ?? other(server);
  }
}

/** The endpoint whose port is that of a server: a forced or the MQTT port, else the lower number. */
export function serverSide(ports: readonly [number, number], forcedPorts: ReadonlySet<number>): Side {
  for (const side of [1, 0] as const) if (forcedPorts.has(ports[side])) return side;
  for (const side of [1, 0] as const) if (ports[side] === MQTT_PORT) return side;
  return ports[0] < ports[1] ? 0 : 1;
}

function other(side: Side): Side {
  return side === 0 ? 1 : 0;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function copied(chunk: Extract<Chunk, { kind: 'data' }>): Chunk {
  return { ...chunk, bytes: copyOf(chunk.bytes) };
}
