// Many clients at the broker core, cheaply: no wires, no judge, only counts and what is asked for. The clock is virtual.
// Packets are made by hand, so that there can be a million of them.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BrokerCore } from '../../../src/broker/core.js';
import type { BrokerEvent, Output } from '../../../src/broker/output.js';
import type { BrokerOptions, ListenerSettings } from '../../../src/broker/settings.js';
import { concat, hex, utf8 } from '../../support/hex.js';

const SECOND = 1e9;

export class Peer {
  /** Bytes that came. */
  bytes = 0;
  private last: Uint8Array[] = [];
  private call = 0;
  closed = false;

  constructor(
    private readonly crowd: Crowd,
    readonly id: number,
  ) {}

  send(...packets: readonly Uint8Array[]): this {
    const bytes = packets.length === 1 ? packets[0]! : concat(...packets);
    this.crowd.input({ kind: 'received', connection: this.id, bytes });
    return this;
  }

  /** Hex of what the last call sent it. */
  get answer(): string {
    return this.call === this.crowd.calls ? Buffer.concat(this.last).toString('hex') : '';
  }

  gets(bytes: Uint8Array): void {
    if (this.call !== this.crowd.calls) this.last = [];
    this.call = this.crowd.calls;
    this.bytes += bytes.length;
    this.last.push(bytes);
  }

  becomes(kind: 'congested' | 'writable'): void {
    this.crowd.input({ kind, connection: this.id });
  }

  leave(): void {
    this.crowd.input({ kind: 'closed', connection: this.id, how: 'broken' });
  }

  /** It is there, and is answered. */
  isServed(): boolean {
    return !this.closed && this.send(hex('c0 00')).answer === 'd000';
  }
}

export class Crowd {
  readonly core: BrokerCore;
  readonly events: BrokerEvent[] = [];
  readonly peers = new Map<number, Peer>();
  now = SECOND;
  calls = 0;
  private ids = 0;

  constructor({
    listener = {},
    ...options
  }: Omit<BrokerOptions, 'listeners'> & { listener?: Partial<ListenerSettings> } = {}) {
    let assigned = 0;
    const settings = { sysInterval: 0, ...options, listeners: [listener] };
    this.core = new BrokerCore(settings, { nextId: () => `${++assigned}` });
  }

  open(): Peer {
    const peer = new Peer(this, ++this.ids);
    this.peers.set(peer.id, peer);
    this.input({ kind: 'opened', connection: peer.id, listener: 0, remote: '' });
    return peer;
  }

  join(clientId: string, options: ConnectOptions = {}): Peer {
    return this.open().send(connect(clientId, options));
  }

  input(input: Parameters<BrokerCore['handle']>[0]): void {
    this.calls++;
    for (const output of this.core.handle(input, this.now)) this.apply(output);
  }

  private apply(output: Output): void {
    if (output.kind === 'event') {
      // Of a flood of events the last ones are enough.
      if (this.events.length > 1000) this.events.length = 0;
      this.events.push(output.event);
    }
    if (output.kind !== 'send' && output.kind !== 'close') return;
    const peer = this.peers.get(output.connection)!;
    if (output.kind === 'close') {
      peer.closed = true;
      this.peers.delete(peer.id);
      return;
    }
    peer.gets(output.bytes);
    if (output.tail !== undefined) peer.gets(output.tail);
  }

  /** What is due happens; what is due at once at most `calls` times. */
  wait(seconds: number, calls = 1_000_000): void {
    const until = this.now + seconds * SECOND;
    for (let left = calls; left > 0; left--) {
      const due = this.core.deadline();
      if (due === undefined || due > until) break;
      this.now = Math.max(this.now, due);
      this.input({ kind: 'time' });
    }
    this.now = until;
  }
}

export interface ConnectOptions {
  readonly v5?: boolean;
  readonly clean?: boolean;
  readonly keepAlive?: number;
  /** Properties of 5.0, without their length. */
  readonly properties?: Uint8Array;
}

const NOTHING = new Uint8Array(0);

export function packet(first: number, ...body: readonly Uint8Array[]): Uint8Array {
  const whole = concat(...body);
  return concat(Uint8Array.of(first), variable(whole.length), whole);
}

export function connect(
  clientId: string,
  { v5 = false, clean = true, keepAlive = 60, properties = NOTHING }: ConnectOptions = {},
): Uint8Array {
  const head = hex(`00 04 "MQTT" ${v5 ? '05' : '04'} ${clean ? '02' : '00'}`);
  const more = v5 ? [variable(properties.length), properties] : [];
  return packet(0x10, head, word(keepAlive), ...more, text(clientId));
}

/** 3.1.1. */
export function publish(topic: string, payload: string | Uint8Array, first = 0x30, packetId = 1): Uint8Array {
  const id = (first & 6) === 0 ? [] : [word(packetId)];
  return packet(first, text(topic), ...id, typeof payload === 'string' ? utf8(payload) : payload);
}

/** 3.1.1. */
export function subscribe(qos: number, filters: readonly string[]): Uint8Array {
  // There may be more of them than a call takes arguments.
  return packet(0x82, word(1), Buffer.concat(filters.flatMap((filter) => [text(filter), Uint8Array.of(qos)])));
}

export function text(value: string): Uint8Array {
  const bytes = utf8(value);
  return concat(word(bytes.length), bytes);
}

export function word(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

export function variable(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}

let collect: (() => void) | undefined;

/** Megabytes in use, after everything that can go has gone. */
export function memory(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  // What holds memory outside of the heap is let go in the first round.
  for (let round = 0; round < 3; round++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}
