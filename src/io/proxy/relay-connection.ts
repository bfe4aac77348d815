// One connection through the relay: what comes at one end goes out at the other, through a gate where there is one, and is
// told as the client's connection. It begins when a client is accepted, opens when both ends are there, and is over when
// both are closed.

import type { Socket } from 'node:net';
import type { Side } from '../../bytes/chunk.js';
import type { Gate, InjectedFault } from '../../faults/gate.js';
import type { Endpoint } from '../watch/tap.js';
import { type End, type EndOwner, reset } from './end.js';
import { type Failure, failureOf, lateness, lossOf, type Phase } from './failures.js';
import { type Gated, GateRunner } from './gate-runner.js';
import type { RelayLimits } from './relay-limits.js';
import type { Teller } from './teller.js';

export type CloseHow = 'fin' | 'rst';

/** `accepting`: TLS or WebSocket with the client; `connecting`: to the target. `closing`: nothing more is passed on. */
export type RelayConnectionState = 'accepting' | 'connecting' | 'open' | 'closing';

/** What the relay's connections share. */
export interface RelayCore {
  readonly limits: RelayLimits;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Bytes that clients sent, and that clients were sent. */
  readonly passed: [number, number];
  failed(connection: RelayConnection, who: 'client' | 'target', failure: Failure): void;
  over(connection: RelayConnection): void;
}

const CLIENT = 0;
const TARGET = 1;
const SIDES = [CLIENT, TARGET] as const;

export class RelayConnection implements EndOwner, Gated {
  state: RelayConnectionState = 'accepting';
  /** How far the side that is being waited for has come. */
  phase: Phase = 'connecting';
  /** Bytes that the client sent, and that it was sent. */
  readonly passed: [number, number] = [0, 0];
  target: Endpoint | undefined = undefined;
  /** The WebSocket's, once it is known which. */
  subprotocol: string | undefined = undefined;
  private readonly ends: [End | undefined, End | undefined] = [undefined, undefined];
  private readonly sockets: [Socket, Socket | undefined];
  private readonly hasEnded: [boolean, boolean] = [false, false];
  private readonly hasSentEnd: [boolean, boolean] = [false, false];
  private readonly isClosed: [boolean, boolean] = [false, true];
  private timer: NodeJS.Timeout | undefined = undefined;
  private readonly gate: GateRunner | undefined;

  constructor(
    readonly id: number,
    readonly route: number,
    readonly client: Endpoint,
    readonly server: Endpoint,
    /** Milliseconds since 1970. */
    readonly since: number,
    readonly teller: Teller,
    gate: Gate | undefined,
    private readonly core: RelayCore,
    socket: Socket,
  ) {
    this.sockets = [socket, undefined];
    this.gate = gate && new GateRunner(gate, core.clock, this);
    this.timer = setTimeout(late, core.limits.handshakeTimeout, this, core.limits.handshakeTimeout);
  }

  /** The client's, at the very bottom. */
  get socket(): Socket {
    return this.sockets[CLIENT];
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  get isOver(): boolean {
    return this.isClosed[CLIENT] && this.isClosed[TARGET];
  }

  /** The target is being connected to over this. */
  connecting(socket: Socket): void {
    this.state = 'connecting';
    this.phase = 'connecting';
    this.sockets[TARGET] = socket;
    this.isClosed[TARGET] = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(late, this.core.limits.connectTimeout, this, this.core.limits.connectTimeout);
  }

  /** Both ends are there. */
  open(client: End, target: End, endpoint: Endpoint): void {
    if (this.state !== 'connecting') return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.state = 'open';
    this.target = endpoint;
    this.ends[CLIENT] = client;
    this.ends[TARGET] = target;
    this.teller.connected(endpoint);
    target.begin();
    client.begin();
  }

  data(from: Side, bytes: Uint8Array): void {
    if (this.state !== 'open') return;
    if (from === CLIENT) this.pass(CLIENT, bytes);
    const { gate } = this;
    if (gate === undefined) {
      this.send(from, bytes);
      return;
    }
    gate.push(from, bytes);
    if (gate.held(from) > this.core.limits.highMark) this.ends[from]?.pause();
  }

  ended(from: Side): void {
    if (this.hasEnded[from]) return;
    this.hasEnded[from] = true;
    if (from === CLIENT) this.teller.ended(CLIENT, 'fin');
    if (this.state !== 'open') return;
    if (this.gate === undefined) this.sendEnd(from);
    else this.gate.end(from);
  }

  failed(side: Side, error: Error | undefined): void {
    if (this.state === 'closing') return;
    if (this.state !== 'open') {
      this.fail(side, failureOf(error, this.phase));
      return;
    }
    const loss = lossOf(error);
    if (loss !== undefined) this.core.failed(this, nameOf(side), loss);
    if (side === CLIENT) this.teller.ended(CLIENT, 'rst');
    this.shut();
    this.resetSoon(other(side));
  }

  drained(to: Side): void {
    if (this.state === 'open') this.resumeIfRoom(other(to));
  }

  closed(side: Side): void {
    if (this.isClosed[side]) return;
    this.isClosed[side] = true;
    if (this.state !== 'open' || !this.hasEnded[side]) this.failed(side, undefined);
    else if (this.hasSentEnd[side]) this.abandon(other(side));
    if (!this.isOver) return;
    this.state = 'closing';
    clearTimeout(this.timer);
    this.gate?.stop();
    this.teller.over();
    this.core.over(this);
  }

  /** The client's connection is reset, and why is told. */
  fail(side: Side, failure: Failure): void {
    if (this.state === 'closing') return;
    // While the target is being waited for, the client may go away: that is no failure of anybody.
    const isLeaving = side === CLIENT && this.state === 'connecting';
    if (!isLeaving) this.core.failed(this, nameOf(side), failure);
    this.teller.ended(side === CLIENT && isLeaving ? CLIENT : TARGET, 'rst');
    this.shut();
    this.resetNow();
  }

  /** Both sides are closed; what was passed on before still goes out. */
  close(how: CloseHow): void {
    if (this.state === 'closing' && how === 'fin') {
      this.expectClose();
      return;
    }
    if (this.state !== 'open') {
      this.teller.ended(TARGET, 'rst');
      this.shut();
      this.resetNow();
      return;
    }
    this.shut();
    for (const side of SIDES) {
      if (how === 'rst') {
        this.resetSoon(side);
        continue;
      }
      if (side === CLIENT) this.teller.ended(TARGET, 'fin');
      this.ends[side]?.end();
      // What still comes is thrown away: unread, it would make the system reset the connection.
      this.ends[side]?.resume();
    }
  }

  /** Nothing more is passed on; whatever is not closed in time is cut. */
  private shut(): void {
    this.state = 'closing';
    this.gate?.stop();
    this.expectClose();
  }

  /** The other side has closed both ways, as a WebSocket does: nobody is left for what this one sends. */
  private abandon(side: Side): void {
    if (this.hasEnded[side]) return;
    this.state = 'closing';
    this.ends[side]!.resume();
    this.ends[side]!.whenTaken(() => this.expectClose());
  }

  private expectClose(): void {
    clearTimeout(this.timer);
    if (!this.isOver) this.timer = setTimeout(cut, this.core.limits.closeTimeout, this);
  }

  /** After the time for closing. */
  cut(): void {
    if (!this.isClosed[CLIENT]) this.teller.ended(TARGET, 'rst');
    this.resetNow();
  }

  private resetNow(): void {
    for (const side of SIDES) {
      const socket = this.sockets[side];
      if (this.ends[side] !== undefined) this.ends[side].reset();
      else if (socket !== undefined) reset(socket);
    }
  }

  private resetSoon(side: Side): void {
    const end = this.ends[side];
    end?.whenTaken(() => {
      if (side === CLIENT) this.teller.ended(TARGET, 'rst');
      end.reset();
    });
  }

  /** To the other side. */
  send(from: Side, bytes: Uint8Array): void {
    if (this.isClosed[other(from)]) return;
    if (from === TARGET) this.pass(TARGET, bytes);
    const to = this.ends[other(from)]!;
    to.write(bytes);
    if (to.waiting > this.core.limits.highMark) this.ends[from]?.pause();
  }

  sendEnd(from: Side): void {
    this.hasSentEnd[from] = true;
    if (from === TARGET) this.teller.ended(TARGET, 'fin');
    this.ends[other(from)]!.end();
    if (this.isClosed[from]) this.abandon(other(from));
  }

  /** It is on the client's connection now. */
  private pass(from: Side, bytes: Uint8Array): void {
    this.passed[from] += bytes.length;
    this.core.passed[from] += bytes.length;
    this.teller.bytes(from, bytes);
  }

  fault(fault: InjectedFault): void {
    this.teller.fault(fault);
  }

  released(): void {
    this.resumeIfRoom(CLIENT);
    this.resumeIfRoom(TARGET);
  }

  private resumeIfRoom(from: Side): void {
    if (this.state !== 'open') return;
    const { highMark } = this.core.limits;
    const held = this.gate?.held(from) ?? 0;
    if (held <= highMark && this.ends[other(from)]!.waiting <= highMark) this.ends[from]!.resume();
  }
}

function late(connection: RelayConnection, after: number): void {
  const side = connection.state === 'accepting' ? CLIENT : TARGET;
  connection.fail(side, lateness(connection.phase, after));
}

function cut(connection: RelayConnection): void {
  connection.cut();
}

function other(side: Side): Side {
  return side === CLIENT ? TARGET : CLIENT;
}

function nameOf(side: Side): 'client' | 'target' {
  return side === CLIENT ? 'client' : 'target';
}
