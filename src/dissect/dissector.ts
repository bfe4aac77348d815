// The pipeline: captured packets in, MQTT packets and events out, in the order in which they became known.
//
//   const dissector = new Dissector(options);
//   for (const item of dissector.push(packet)) …   // views in them are valid until the next push
//   for (const item of dissector.poll()) …         // when the secrets have grown
//   for (const item of dissector.end()) …
//   dissector.summary()

import type { Chunk, Moment, Side } from '../bytes/chunk.js';
import type { CapturedPacket } from '../capture/packet.js';
import { Scratch } from '../codec/assembly.js';
import { type Segment, SegmentReader } from '../net/index.js';
import type { Version } from '../spec/versions.js';
import type { TcpConnection } from '../tcp/connection.js';
import { Connections, type TcpEvent } from '../tcp/connections.js';
import { TlsSecrets } from '../transport/tls/secrets.js';
import { CONVERSATION_DEFAULTS } from './bounds.js';
import { Channel, type ChannelContext } from './channel.js';
import { Counts } from './counts.js';
import type { TakesGlanced } from './glanced.js';
import type { Item, Summary } from './item.js';
import { Items } from './items.js';
import { KnownServers } from './known-servers.js';
import type { LayerOptions } from './limits.js';
import type { Outcome } from './outcome.js';
import { Output } from './output.js';
import { ReadyList } from './ready.js';
import { serverSide } from './recognition.js';

export interface DissectorOptions {
  /** Connections with one of these ports are read as MQTT whatever they carry, outside TLS and WebSocket. */
  readonly ports: readonly number[];
  /** For connections whose CONNECT was not seen and whose packets do not tell. */
  readonly version: Version | undefined;
  /** Off: segments are taken as they come, not put in order; for captures whose sequence numbers are made up. */
  readonly reassemble: boolean;
  /** What TLS is decrypted with. */
  readonly secrets: TlsSecrets;
  /** Nobody looks at items: push() and end() yield none, the summary is the same. */
  readonly summaryOnly: boolean;
  /** Gets what would become items, which push() and end() do not yield then. */
  readonly outcome: Outcome | undefined;
  /** Asked about each usual packet; what it takes yields no item. */
  readonly glance: TakesGlanced | undefined;
  /** Bounds, by layer: see limits.ts. */
  readonly limits: Partial<LayerOptions>;
}

export const DISSECTOR_DEFAULTS: Omit<DissectorOptions, 'secrets'> = {
  ports: [],
  version: undefined,
  reassemble: true,
  summaryOnly: false,
  outcome: undefined,
  glance: undefined,
  limits: {},
};

type Tcp = TcpConnection<Channel>;

export class Dissector {
  private readonly options: DissectorOptions;
  private readonly forcedPorts: ReadonlySet<number>;
  private readonly reader: SegmentReader;
  private readonly connections: Connections<Channel>;
  private readonly outcome: Outcome;
  private readonly output: Output;
  private readonly context: ChannelContext;
  private readonly scratch = new Scratch();
  private lastTime = Number.NaN;
  private lastFrame = 0;

  constructor(options: Partial<DissectorOptions> = {}) {
    this.options = { secrets: new TlsSecrets(), ...DISSECTOR_DEFAULTS, ...options };
    const { ports, version, secrets, limits, summaryOnly, outcome, glance } = this.options;
    this.outcome = outcome ?? (summaryOnly ? new Counts() : new Items(glance));
    this.output = new Output(this.outcome);
    this.forcedPorts = new Set(ports);
    this.reader = new SegmentReader(limits.fragments);
    this.connections = new Connections(limits.tcp);
    this.context = {
      output: this.output,
      forcedPorts: this.forcedPorts,
      servers: new KnownServers(),
      secrets,
      limits,
      conversation: {
        version,
        bounds: { ...CONVERSATION_DEFAULTS, ...limits.conversation },
        framer: {
          ...limits.framer,
          scratch: this.scratch,
          locate: this.outcome.locates ? (bytes, at) => this.output.locate(bytes, at) : undefined,
        },
      },
      countOther: (tcp, change) => this.output.tally.other(this.serverPort(tcp), change),
    };
  }

  /** What follows is of another file, by this number (from 1 on), which can be read again; NO_FILE: of none such. */
  beginFile(file: number): void {
    this.output.file = file;
    // What began before does not stand in it.
    for (const { user } of this.connections.open())
      if (user?.connection !== undefined && user.isBetween) user.connection.file = file;
  }

  push(packet: CapturedPacket): readonly Item[] {
    this.scratch.turn();
    this.output.begin(packet);
    const { tally } = this.output;
    tally.captureFrames++;
    this.lastTime = packet.time;
    this.lastFrame = packet.number;
    const segment = this.reader.read(packet);
    if (segment.kind === 'segment') this.segment(segment);
    else if (segment.reason !== 'held') tally.skipped(segment);
    return this.outcome.take();
  }

  /**
   * Secrets have come: what was held for them comes out, in the order of the capture over all connections. To be taken to its
   * end before the next push; views in the items are valid until then.
   */
  *poll(): Generator<Item, void, void> {
    this.scratch.turn();
    const ready = new ReadyList();
    for (const { user } of this.connections.open()) if (user !== undefined) ready.add(user.poll());
    for (const one of ready.inOrder()) {
      one.deliver();
      this.outcome.allChanged();
      yield* this.outcome.take();
    }
  }

  /** The captured packet at hand, or the last one: where the capture ends, if nothing follows. */
  get last(): Moment {
    return { time: this.lastTime, origin: this.lastFrame };
  }

  /** The capture has ended: what is held comes out, open connections end. */
  end(): readonly Item[] {
    const how = { by: undefined, how: 'end', ...this.last } as const;
    for (const { connection, chunks } of this.connections.end(this.lastTime, this.lastFrame)) {
      this.chunks(connection, 0, chunks[0]);
      this.chunks(connection, 1, chunks[1]);
      connection.user?.end(connection.closed ?? how);
      connection.user = undefined;
    }
    this.outcome.allChanged();
    return this.outcome.take();
  }

  summary(): Summary {
    const summary = this.output.tally.summary();
    const lost = this.reader.lost().map(({ skipped: { reason, what }, count }) => ({ reason, what, count }));
    return lost.length === 0 ? summary : { ...summary, skipped: [...summary.skipped, ...lost] };
  }

  /** Kinds of packets that were stepped over so far, for warnings. */
  get skips(): Iterable<{ readonly reason: string; readonly what: string }> {
    return this.output.tally.skippedKinds;
  }

  private segment(segment: Segment): void {
    const event = this.connections.push(segment);
    for (const { connection, chunks } of event.ended) {
      this.chunks(connection, 0, chunks[0]);
      this.chunks(connection, 1, chunks[1]);
      this.close(connection);
      this.outcome.changed(connection.user?.connection);
    }
    this.carry(event, segment);
    // Also of one that is ignored by now: a FIN is noticed.
    this.outcome.changed(event.connection.user?.connection);
  }

  private carry(event: TcpEvent<Channel>, segment: Segment): void {
    const { connection, direction } = event;
    if (event.opened) this.output.tally.other(this.serverPort(connection), 1);
    if (connection.ignored) return;
    if (this.outcome.locates) this.place(event.chunks, segment);
    this.reassembled(event);
    if (!this.options.reassemble) this.asItCame(connection, direction, segment);
    if (event.closed) this.close(connection);
  }

  private reassembled({ connection, direction, chunks, released, conflicts }: TcpEvent<Channel>): void {
    if (released.length > 0) this.chunks(connection, direction === 0 ? 1 : 0, released);
    if (chunks.length > 0) this.chunks(connection, direction, chunks);
    for (const conflict of conflicts) connection.user?.conflict(direction, conflict);
  }

  /** The usual chunk is what one segment carries, as it stands in the captured packet. */
  private place(chunks: readonly Chunk[], { bytes, payloadAt, payloadEnd, frame }: Segment): void {
    const chunk = chunks.length === 1 ? chunks[0]! : undefined;
    if (chunk?.kind !== 'data' || chunk.origin !== frame || bytes !== this.output.memory) return;
    if (chunk.bytes.length === payloadEnd - payloadAt) this.output.place(chunk.bytes, payloadAt);
  }

  private asItCame(connection: Tcp, side: Side, segment: Segment): void {
    const { bytes, payloadAt, payloadEnd, payloadLength, time, frame } = segment;
    if (payloadEnd > payloadAt) {
      this.chunk(connection, side, { kind: 'data', bytes: bytes.subarray(payloadAt, payloadEnd), time, origin: frame });
    }
    const cut = payloadLength - (payloadEnd - payloadAt);
    if (cut > 0) this.chunk(connection, side, { kind: 'gap', length: cut, time, origin: frame, reason: 'cut' });
  }

  private chunks(connection: Tcp, side: Side, chunks: readonly Chunk[]): void {
    if (!this.options.reassemble) return;
    for (const chunk of chunks) this.chunk(connection, side, chunk);
  }

  private chunk(connection: Tcp, side: Side, chunk: Chunk): void {
    if (connection.ignored) return;
    connection.user ??= new Channel(connection, this.context);
    connection.user.chunk(side, chunk);
  }

  private close(connection: Tcp): void {
    const { user, closed } = connection;
    if (closed !== undefined) user?.end(closed);
  }

  /** Asked for before and after recognition: must give the same answer, so it looks at nothing that may change. */
  private serverPort(connection: Tcp): number {
    return connection.ports[serverSide(connection.ports, this.forcedPorts)];
  }
}
