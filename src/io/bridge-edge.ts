// One bridge with what it needs of the world: the connection that it dials, its link to the core, a clock. What comes of
// a connection that it has left is no longer told to it.

import type { Socket } from 'node:net';
import { Bridge } from '../broker/bridge.js';
import type { BridgeInput, BridgeLimits, BridgeOutput } from '../broker/bridge-input.js';
import type { BridgeOptions } from '../broker/config/configuration.js';
import type { Input } from '../broker/input.js';
import type { BrokerEvent } from '../broker/output.js';
import { Alarm } from './alarm.js';
import { type BridgeTls, dial, probe } from './bridge-dialling.js';
import { BridgeLink, type BridgeLinkUser } from './bridge-link.js';
import type { EdgeLimits } from './listeners/edge-limits.js';
import { joinedToKeep } from './listeners/joining.js';
import type { Link, LinkOwner } from './listeners/link.js';
import { localEnd, remoteEnd, type Tap } from './watch/tap.js';

const MILLION = 1_000_000;

export interface BridgeSetup {
  readonly options: BridgeOptions;
  /** undefined: plain TCP. */
  readonly tls?: BridgeTls;
  readonly limits?: Partial<BridgeLimits>;
}

/** The broker's edge, as bridges see it. */
export interface BridgeHost extends LinkOwner {
  readonly limits: EdgeLimits;
  opened(link: Link): void;
  run(input: Input): void;
}

export interface BridgeSurroundings {
  readonly host: BridgeHost;
  /** That of the core's listener for bridges. */
  readonly listener: number;
  readonly tap: Tap | undefined;
  readonly onEvent: ((event: BrokerEvent) => void) | undefined;
}

/** For the tap: the broker's own connections count up from 1. */
let lastNumber = 0;

export class BridgeEdge implements BridgeLinkUser {
  private readonly bridge: Bridge;
  private readonly alarm = new Alarm(() => this.time());
  private remote: Socket | undefined = undefined;
  private link: BridgeLink | undefined = undefined;
  private number = 0;
  private isCongested = false;
  /** To be sent to the other broker. */
  private readonly chunks: Uint8Array[] = [];
  private length = 0;
  private cancelProbe: (() => void) | undefined = undefined;
  /** Connections that are left and not gone. */
  private readonly leaving = new Set<Socket>();
  private whenLeft: (() => void) | undefined = undefined;

  constructor(
    private readonly setup: BridgeSetup,
    private readonly around: BridgeSurroundings,
  ) {
    this.bridge = new Bridge(setup.options, { random: Math.random }, setup.limits);
  }

  start(): void {
    this.run({ kind: 'start' });
  }

  /** Resolves when nothing of it is left; within the time that closing may take. */
  async stop(): Promise<void> {
    this.run({ kind: 'stop' });
    this.alarm.stop();
    this.cancelProbe?.();
    if (this.leaving.size === 0) return;
    await new Promise<void>((resolve) => {
      this.whenLeft = resolve;
    });
  }

  private run(input: BridgeInput): void {
    const outputs = this.bridge.handle(input, performance.now() * MILLION);
    for (const output of outputs) this.apply(output);
    this.flush();
    const deadline = this.bridge.deadline();
    if (deadline !== undefined) this.alarm.set(deadline / MILLION);
  }

  private time(): void {
    const deadline = this.bridge.deadline();
    if (deadline === undefined) return;
    if (deadline <= performance.now() * MILLION) this.run({ kind: 'time' });
    else this.alarm.set(deadline / MILLION);
  }

  private apply(output: BridgeOutput): void {
    const { host, onEvent } = this.around;
    switch (output.kind) {
      case 'send':
        if (output.to === 'remote') this.send(output.bytes);
        else if (this.link !== undefined) host.data(this.link, output.bytes);
        return;
      case 'dial':
        this.dial(output);
        return;
      case 'probe':
        this.cancelProbe?.();
        this.cancelProbe = probe(this.dialling(output), () => this.run({ kind: 'reachable' }));
        return;
      case 'open':
        this.link = new BridgeLink(this.around.listener, host, this);
        host.opened(this.link);
        return;
      case 'close':
        if (output.side === 'local') this.link = undefined;
        else this.leave();
        return;
      case 'hold':
      case 'release':
        if (this.link !== undefined)
          host.run({ kind: output.kind === 'hold' ? 'congested' : 'writable', connection: this.link.id });
        return;
      case 'publish': {
        const { topic, payload, qos, retain } = output;
        host.run({ kind: 'published', topic, payload, qos, retain });
        return;
      }
      case 'event':
        onEvent?.(output.event);
    }
  }

  // The other broker.

  private dialling({ address }: Extract<BridgeOutput, { kind: 'dial' | 'probe' }>) {
    return { address, from: this.setup.options.bindAddress, tls: this.setup.tls };
  }

  private dial(output: Extract<BridgeOutput, { kind: 'dial' }>): void {
    let failure: string | undefined;
    if (this.setup.options.requireOcsp) {
      queueMicrotask(() => this.run({ kind: 'closed', side: 'remote', how: 'bridge_require_ocsp is not supported' }));
      return;
    }
    const socket = dial(this.dialling(output), () => {
      if (this.remote === socket) this.opened(socket);
    });
    this.remote = socket;
    this.isCongested = false;
    this.chunks.length = 0;
    this.length = 0;
    socket.on('data', (bytes: Uint8Array) => {
      if (this.remote !== socket) return;
      this.around.tap?.sent(this.number, bytes);
      this.run({ kind: 'received', from: 'remote', bytes });
    });
    socket.on('drain', () => {
      if (this.remote === socket && this.isCongested) this.congested(false);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure = failureText(error);
    });
    socket.on('close', () => this.closed(socket, failure));
  }

  private opened(socket: Socket): void {
    this.number = --lastNumber;
    this.around.tap?.opened(this.number, localEnd(socket), remoteEnd(socket));
    this.run({ kind: 'opened' });
  }

  private closed(socket: Socket, failure: string | undefined): void {
    if (this.leaving.delete(socket) && this.leaving.size === 0) this.whenLeft?.();
    if (this.remote !== socket) return;
    this.remote = undefined;
    this.around.tap?.closed(this.number, 'server', failure === undefined ? 'fin' : 'rst');
    this.run({ kind: 'closed', side: 'remote', how: failure ?? 'closed by the other broker' });
  }

  private send(bytes: Uint8Array): void {
    const { remote } = this;
    if (remote === undefined || remote.destroyed || remote.writableEnded) return;
    this.around.tap?.received(this.number, bytes);
    this.chunks.push(bytes);
    this.length += bytes.length;
  }

  /** What one input yields goes out as one piece. */
  private flush(): void {
    const { remote, chunks, length } = this;
    if (length === 0 || remote === undefined) return;
    remote.write(joinedToKeep(chunks, length));
    chunks.length = 0;
    this.length = 0;
    if (!this.isCongested && remote.writableLength > this.around.host.limits.highMark) {
      // Not in the middle of the outputs.
      this.isCongested = true;
      queueMicrotask(() => {
        if (this.remote === remote && this.isCongested) this.congested(true);
      });
    }
  }

  private congested(isCongested: boolean): void {
    this.isCongested = isCongested;
    this.run({ kind: isCongested ? 'congested' : 'writable' });
  }

  /** After what was sent; or at once, when that takes too long. */
  private leave(): void {
    const { remote } = this;
    if (remote === undefined) return;
    this.flush();
    this.remote = undefined;
    this.around.tap?.closed(this.number, 'client', 'fin');
    if (remote.connecting) {
      remote.destroy();
      return;
    }
    this.leaving.add(remote);
    remote.end();
    remote.resume();
    const cut = setTimeout(() => remote.destroy(), this.around.host.limits.closeTimeout);
    remote.once('close', () => clearTimeout(cut));
  }

  // The core.

  sentByCore(link: BridgeLink, bytes: Uint8Array): void {
    if (this.link === link) this.run({ kind: 'received', from: 'local', bytes });
  }

  closedByCore(link: BridgeLink): void {
    if (this.link !== link) return;
    this.link = undefined;
    this.run({ kind: 'closed', side: 'local', how: 'closed' });
  }

  paused(link: BridgeLink, isPaused: boolean): void {
    if (this.link !== link) return;
    if (isPaused) this.remote?.pause();
    else this.remote?.resume();
  }
}

function failureText({ code, message }: NodeJS.ErrnoException): string {
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}
