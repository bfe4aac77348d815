// What carries a connection, from the outside in: its first bytes are recognised, as MQTT, as a layer around an inner
// channel (PROXY protocol, TLS, WebSocket), or as nothing of ours. What layers have to say becomes events.

import type { Chunk, Side } from '../bytes/chunk.js';
import type { Conflict } from '../tcp/conflicts.js';
import type { Closed, TcpConnection } from '../tcp/connection.js';
import { ProxyProtocolTransport } from '../transport/proxy-protocol.js';
import type { TlsSecrets } from '../transport/tls/secrets.js';
import { Tls } from '../transport/tls/tls.js';
import type { Delivery, Notice, Transport, TransportName } from '../transport/transport.js';
import { WebSocketTransport } from '../transport/websocket/websocket.js';
import type { Connection } from './connection.js';
import { Conversation, type ConversationOptions } from './conversation.js';
import type { KnownServers } from './known-servers.js';
import type { LayerOptions } from './limits.js';
import type { Output } from './output.js';
import type { Ready } from './ready.js';
import { Recognition, type Verdict } from './recognition.js';

/** What all channels of a run share. */
export interface ChannelContext {
  readonly output: Output;
  readonly forcedPorts: ReadonlySet<number>;
  readonly servers: KnownServers;
  readonly secrets: TlsSecrets;
  readonly limits: Partial<LayerOptions>;
  readonly conversation: ConversationOptions;
  /** A connection that was counted among those without MQTT turns out to be something else, or (1) to be one after all. */
  readonly countOther: (tcp: TcpConnection<Channel>, change: 1 | -1) => void;
}

interface Layer {
  readonly transport: Transport;
  readonly inner: Channel;
}

const NOTHING: readonly Ready[] = [];

export class Channel {
  private state: Recognition | Layer | Conversation;
  /** Made as soon as there is something to say of it. */
  connection: Connection | undefined;
  private counted: 'nothing' | 'read' | undefined = undefined;

  constructor(
    private readonly tcp: TcpConnection<Channel>,
    private readonly context: ChannelContext,
    private readonly outer: readonly TransportName[] = [],
    connection?: Connection,
  ) {
    this.connection = connection;
    this.state = new Recognition(tcp, context.forcedPorts, context.servers, outer, context.limits.recognition);
  }

  chunk(side: Side, chunk: Chunk): void {
    const { state } = this;
    if (state instanceof Conversation) state.chunk(side, chunk);
    else if (state instanceof Recognition) this.recognise(state, side, chunk);
    else this.deliver(state, state.transport.push(side, chunk));
  }

  conflict(side: Side, conflict: Conflict): void {
    const { state } = this;
    if (state instanceof Conversation) state.conflict(side, conflict);
    else if (!(state instanceof Recognition)) state.inner.conflict(side, conflict);
  }

  /** Nothing that comes from here on began before. */
  get isBetween(): boolean {
    return this.state instanceof Conversation && this.state.isBetween;
  }

  /** What was held and no longer need be, in its order. */
  poll(): readonly Ready[] {
    const { state } = this;
    if (state instanceof Conversation || state instanceof Recognition) return NOTHING;
    const inner = state.inner.poll();
    const own = state.transport.poll?.() ?? [];
    if (own.length === 0) return inner;
    const ready = own.map((delivery) => ({
      at: 'chunk' in delivery ? delivery.chunk : delivery.notice,
      deliver: () => this.deliver(state, [delivery]),
    }));
    return inner.length === 0 ? ready : [...inner, ...ready];
  }

  end(closed: Closed): void {
    const { state } = this;
    if (state instanceof Conversation) state.end(closed);
    else if (!(state instanceof Recognition)) {
      this.deliver(state, state.transport.end(closed.time, closed.origin));
      this.countEnded(state);
      state.inner.end(closed);
    }
  }

  private recognise(recognition: Recognition, side: Side, chunk: Chunk): void {
    // A layer may deliver several chunks at once, and the first of them told.
    if (this.tcp.ignored) return;
    const verdict = recognition.chunk(side, chunk);
    if (verdict === 'more') return;
    this.recount(verdict);
    if (verdict === 'other') {
      this.tcp.ignore();
      return;
    }
    const connection = this.connection ?? this.context.output.connection(this.tcp, recognition.clientSide());
    this.connection = connection;
    if (verdict === 'mqtt') {
      this.context.servers.add(this.tcp, connection.clientSide === 0 ? 1 : 0, this.outer);
      this.state = new Conversation(connection, this.context.output, this.context.conversation);
    } else this.state = this.layer(verdict, connection);
    for (const held of recognition.held) this.chunk(held.side, held.chunk);
  }

  /** Without MQTT, encrypted, or MQTT: a connection is counted as what is known of it. */
  private recount(verdict: Verdict): void {
    // Bytes may come after the end, behind an RST.
    this.countAs(undefined);
    const { tally } = this.context.output;
    const within = this.outer.includes('tls');
    if (verdict === 'tls' || (verdict === 'mqtt' && !within)) this.context.countOther(this.tcp, -1);
    if (verdict === 'other' && within) this.context.countOther(this.tcp, 1);
    if (verdict === 'tls') tally.encrypted++;
    else if (within && (verdict === 'mqtt' || verdict === 'other')) tally.encrypted--;
  }

  /** What was not recognised inside TLS need not be encrypted: a handshake that failed holds nothing that a key log would show. */
  private countEnded({ transport, inner }: Layer): void {
    inner.countAs(undefined);
    const { exchanged = 'encrypted' } = transport;
    if (exchanged !== 'encrypted' && inner.state instanceof Recognition && !this.tcp.ignored) inner.countAs(exchanged);
  }

  /** Instead of encrypted; undefined: as encrypted again. */
  private countAs(counted: 'nothing' | 'read' | undefined): void {
    this.count(this.counted, -1);
    this.count(counted, 1);
    this.counted = counted;
  }

  private count(counted: 'nothing' | 'read' | undefined, change: 1 | -1): void {
    if (counted === undefined) return;
    const { tally } = this.context.output;
    tally.encrypted -= change;
    if (counted === 'nothing') tally.emptyTls += change;
    else this.context.countOther(this.tcp, change);
  }

  private layer(name: TransportName, connection: Connection): Layer {
    connection.layers.push(name);
    connection.changed();
    const inner = new Channel(this.tcp, this.context, [...this.outer, name], connection);
    return { transport: this.transport(name, connection.clientSide), inner };
  }

  private transport(name: TransportName, clientSide: Side): Transport {
    const { secrets, limits } = this.context;
    switch (name) {
      case 'tls':
        return new Tls(secrets, limits.tls);
      case 'websocket':
        return new WebSocketTransport(clientSide, limits.websocket);
      case 'proxy-protocol':
        return new ProxyProtocolTransport(clientSide);
    }
  }

  private deliver(layer: Layer, deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      if ('chunk' in delivery) layer.inner.chunk(delivery.side, delivery.chunk);
      else this.notice(delivery.side, delivery.notice);
    }
  }

  private notice(side: Side | undefined, { layer, code, message, time, origin, details, length }: Notice): void {
    const connection = this.connection!;
    if (layer === 'proxy-protocol' && typeof details?.source === 'string') {
      connection.proxied = details.source;
      connection.changed();
    }
    const fromClient = side === connection.clientSide;
    this.context.output.event({
      kind: 'event',
      event: layer,
      connection,
      ...(side === undefined ? {} : { direction: fromClient ? 'client-to-server' : 'server-to-client' }),
      time,
      origins: [origin],
      message,
      code,
      ...(details === undefined ? {} : { details }),
      ...(length === undefined ? {} : { length }),
    });
  }
}
