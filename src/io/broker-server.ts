// The edge around the broker core: sockets' bytes go in, what comes out is done. Everything that one turn of the event loop
// yields for a connection goes out together at its end. What depends on the store waits until that is safe; who cannot be
// served is not read from; so memory is bounded by what the limits say.

import type { Server as HttpServer } from 'node:http';
import { BrokerCore } from '../broker/core.js';
import type { AuthenticationAnswer, Input } from '../broker/input.js';
import type { AuthenticateOutput, CloseOutput, Output } from '../broker/output.js';
import { brokerSettings } from '../broker/settings.js';
import { UserError } from '../user-error.js';
import { Alarm } from './alarm.js';
import { Bridges, coreOptionsOf } from './bridges.js';
import type { Authenticate, BrokerServerOptions, Reloaded } from './broker-server-options.js';
import { Batches, type ChangeStore } from './change-store.js';
import { EDGE_LIMITS, type EdgeLimits } from './listeners/edge-limits.js';
import { type Link, PAUSED } from './listeners/link.js';
import { type Listening, listenAll, renewTls } from './listeners/listen.js';
import type { ServerOwner } from './listeners/servers.js';
import { Sending } from './sending.js';
import { clientText } from './watch/tap.js';

const MILLION = 1_000_000;
const NOT_AUTHORIZED = 0x87;
/** Connections beyond what the core takes, so that it can refuse some of them in words. */
const REFUSED_IN_WORDS = 200;
/** A WebSocket message may hold the largest packet and some small ones. */
const MESSAGE_SLACK = 64 * 1024;

export class BrokerServer implements ServerOwner {
  readonly core: BrokerCore;
  readonly limits: EdgeLimits;
  listening: readonly Listening[] = [];
  private readonly links = new Map<number, Link>();
  private readonly batches: Batches | undefined;
  private readonly isDurable: boolean;
  private readonly sending: Sending;
  private readonly bridges: Bridges;
  /** Nanoseconds since 1970 when the process's own clock was at 0. */
  private readonly epoch = performance.timeOrigin * MILLION;
  private authenticator: Authenticate | undefined;
  private lastConnection = 0;
  private isScheduled = false;
  /** Inputs that arose while one was being handled. */
  private readonly inputs: Input[] = [];
  private isHandling = false;
  private readonly alarm = new Alarm(() => this.time());
  private stopped: Promise<void> | undefined = undefined;
  private hasFailed = false;
  private whenEmpty: (() => void) | undefined = undefined;

  constructor(private readonly options: BrokerServerOptions) {
    this.limits = { ...EDGE_LIMITS, ...options.limits };
    this.authenticator = options.authenticate;
    this.sending = new Sending(this.limits, options.tap, (link) => {
      if (!link.isClosing) this.run({ kind: 'congested', connection: link.id });
    });
    this.core = new BrokerCore(coreOptionsOf(options, options.settings, options.listeners), options.tools);
    const { store, durable = true } = options;
    this.isDurable = store !== undefined && durable;
    this.batches = store && new Batches(store, this.safe.bind(this), this.failed.bind(this));
    this.bridges = new Bridges(this, options);
  }

  /** Opens all listeners or none. Throws UserError. */
  async start(): Promise<void> {
    const { listeners, settings, store } = this.options;
    if (store !== undefined) this.restore(store);
    const all = brokerSettings(coreOptionsOf(this.options, settings, listeners)).listeners;
    this.listening = await listenAll(
      listeners.map((listener, index) => ({
        listener,
        index,
        owner: this,
        limits: this.limits,
        maximumSockets: all[index]!.maximumConnections + REFUSED_IN_WORDS,
        maximumPayload: all[index]!.maximumPacketSize + MESSAGE_SLACK,
      })),
    );
    this.bridges.start();
    this.schedule();
  }

  /** Tells clients, lets what was sent go out, within a time limit, and closes everything. */
  stop(): Promise<void> {
    this.stopped ??= this.stopNow();
    return this.stopped;
  }

  private async stopNow(): Promise<void> {
    const closed = this.listening.map(({ server }) => new Promise((resolve) => server.close(resolve)));
    const bridges = this.bridges.stop();
    this.run({ kind: 'stop' });
    for (const link of this.links.values()) if (!link.isClosing) this.sending.close(link, 'graceful');
    this.flushTurn();
    if (this.links.size > 0) {
      await new Promise<void>((resolve) => {
        this.whenEmpty = resolve;
      });
    }
    // Those of HTTP that did not become a WebSocket.
    for (const { server } of this.listening) (server as Partial<HttpServer>).closeAllConnections?.();
    await Promise.all(closed);
    await bridges;
    this.alarm.stop();
    await this.batches?.end();
  }

  /** Also for inputs of the edge's own: a message, an administrative disconnect. */
  run(input: Input): void {
    if (this.isHandling) {
      this.inputs.push(input);
      return;
    }
    this.isHandling = true;
    try {
      this.apply(this.core.handle(input, this.now()));
      for (let at = 0; at < this.inputs.length; at++) this.apply(this.core.handle(this.inputs[at]!, this.now()));
    } finally {
      this.inputs.length = 0;
      this.isHandling = false;
    }
  }

  private restore(store: ChangeStore): void {
    this.isHandling = true;
    this.apply(this.core.restore(store.load(), this.now()));
    this.isHandling = false;
  }

  /** What can change while it runs, for what comes from now on. Throws UserError, and changes nothing, when it cannot. */
  reload({ listeners, settings, authenticate }: Reloaded): void {
    if (listeners.length !== this.options.listeners.length) {
      throw new UserError('option', 'the listeners are others: that needs a restart');
    }
    const options = coreOptionsOf(this.options, settings, listeners);
    brokerSettings(options);
    for (const listening of this.listening) {
      const { tls } = listeners[this.options.listeners.indexOf(listening.listener)]!;
      if (tls !== undefined) renewTls(listening, tls, this.limits.handshakeTimeout);
    }
    this.authenticator = authenticate;
    this.run({ kind: 'reload', settings: options });
  }

  get connections(): number {
    return this.links.size;
  }

  opened(link: Link): void {
    link.id = ++this.lastConnection;
    this.links.set(link.id, link);
    const { id: connection, listener, userName, client } = link;
    if (!link.isInside) this.options.tap?.opened(connection, client, link.server);
    const input = { kind: 'opened', connection, listener, remote: clientText(client) } as const;
    this.run(userName === undefined ? input : { ...input, userName });
    if (this.hasFailed) link.cut();
  }

  refused(listener: number, remote: string, reason: string): void {
    this.options.onRefused?.(listener, remote, reason);
  }

  data(link: Link, bytes: Uint8Array): void {
    if (link.isClosing) return;
    this.options.tap?.received(link.id, bytes);
    this.run({ kind: 'received', connection: link.id, bytes });
    if (this.batches !== undefined) this.sending.restrain(link, this.batches.bytes);
  }

  ended(link: Link, how: string, failed: boolean): void {
    if (link.isClosing) return;
    this.run({ kind: 'closed', connection: link.id, how });
    this.sending.close(link, failed ? 'reset' : 'graceful');
    this.schedule();
  }

  drained(link: Link): void {
    this.sending.drained(link);
    link.resume(PAUSED.queue);
    if (!link.isCongested) return;
    link.isCongested = false;
    if (!link.isClosing) this.run({ kind: 'writable', connection: link.id });
  }

  gone(link: Link): void {
    if (!this.links.delete(link.id)) return;
    this.options.tap?.closed(link.id, 'client', 'rst');
    this.sending.forget(link);
    if (this.links.size === 0) this.whenEmpty?.();
  }

  private now(): number {
    return this.epoch + performance.now() * MILLION;
  }

  /** One call's outputs, in order. A send behind a change of the same call waits for the store, as does all that follows it. */
  private apply(outputs: readonly Output[]): void {
    let waits = false;
    for (let at = 0; at < outputs.length; at++) {
      const output = outputs[at]!;
      switch (output.kind) {
        case 'send': {
          const link = this.links.get(output.connection);
          if (link === undefined) break;
          const { bytes, tail } = output;
          this.sending.send(link, bytes, tail, waits || link.held !== undefined ? this.batches : undefined);
          break;
        }
        case 'store':
          this.batches?.add(output);
          waits = this.isDurable;
          break;
        case 'close':
          this.closeAsked(output);
          break;
        case 'authenticate':
          this.authenticate(output);
          break;
        case 'event':
          this.options.onEvent?.(output.event);
      }
    }
    this.schedule();
  }

  private closeAsked({ connection, how }: CloseOutput): void {
    const link = this.links.get(connection);
    if (link !== undefined && !link.isClosing) this.sending.close(link, how);
  }

  private authenticate(request: AuthenticateOutput): void {
    const link = this.links.get(request.connection);
    if (link === undefined) return;
    link.pause(PAUSED.authentication);
    const answer = (result: AuthenticationAnswer) => {
      if (this.links.get(request.connection) !== link || link.isClosing) return;
      this.run({ kind: 'authenticated', connection: request.connection, result });
      link.resume(PAUSED.authentication);
    };
    const refuse = () => answer({ ok: false, reasonCode: NOT_AUTHORIZED });
    const { authenticator: authenticate } = this;
    // One that fails lets nobody in.
    if (authenticate === undefined) refuse();
    else new Promise<AuthenticationAnswer>((resolve) => resolve(authenticate(request))).then(answer, refuse);
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(flushOf, this);
  }

  /** The turn is over: its changes become a batch, its sends go out. */
  flushTurn(): void {
    this.isScheduled = false;
    this.batches?.flush();
    this.sending.flush();
    this.arm();
  }

  private safe(batch: number): void {
    this.sending.safe(batch, this.batches!.bytes);
    this.schedule();
  }

  private failed(error: Error): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    // Nothing that is held may go out: it would acknowledge what is not safe.
    for (const link of this.links.values()) {
      link.isClosing = true;
      link.cut();
    }
    this.options.onError?.(error);
  }

  /** For the core's deadline, and for links that do not go. */
  private arm(): void {
    const deadline = this.core.deadline();
    if (deadline !== undefined) this.alarm.set((deadline - this.epoch) / MILLION);
    this.alarm.set(this.sending.nextCut);
  }

  private time(): void {
    this.sending.cutOverdue(performance.now());
    const deadline = this.core.deadline();
    if (deadline !== undefined && deadline <= this.now()) this.run({ kind: 'time' });
    this.arm();
  }
}

function flushOf(server: BrokerServer): void {
  server.flushTurn();
}
