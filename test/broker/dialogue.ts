// Dialogues with the broker core on a virtual clock. One line a step, in the notation of src/validate/example.ts:
//
//   1> 10 { proto 02 003c p "a" }   connection 1 sends; the first line of a connection opens it
//   1< 20 { 00 00 p }               and this is what it gets next; several packets in one line may be
//   wait 90s                        time passes, what is due happens when it is due
//   1 closed                        the server closes connection 1, after what was expected before
//   1 breaks                        connection 1 is lost · 1 congested · 1 writable: its queue at the edge
//   1 authenticated                 the edge says yes · 1 refused 86: it says no, with that Reason Code
//   # remark
//
// Whatever is sent and not expected fails, as does what is expected and not sent. What went over the wire is recorded,
// so that the judge can be asked about the server.

import { expect } from 'vitest';
import { BrokerCore } from '../../src/broker/core.js';
import type { Input } from '../../src/broker/input.js';
import type { BrokerEvent, Output } from '../../src/broker/output.js';
import type { StoredRecord, StoreOutput } from '../../src/broker/records.js';
import type { BrokerOptions, ListenerSettings } from '../../src/broker/settings.js';
import { formatHex } from '../../src/bytes/hex.js';
import type { CapturedPacket } from '../../src/capture/packet.js';
import type { Version } from '../../src/spec/versions.js';
import { readBytes } from '../../src/validate/example.js';
import { concat } from '../support/hex.js';
import { merged, Wire } from '../support/wire.js';
import { judged, lineOf } from '../validate/judged.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** A server that says nothing of itself in CONNACK. */
const QUIET: Partial<ListenerSettings> = {
  receiveMaximum: 65535,
  maximumPacketSize: 268_435_460,
  topicAliasMaximum: 0,
};

interface Peer {
  readonly wire: Wire;
  /** Sent by the server and not expected yet. */
  got: Uint8Array;
  closed: boolean;
}

export interface DialogueOptions extends Omit<BrokerOptions, 'listeners'> {
  readonly listener?: Partial<ListenerSettings>;
}

export class Dialogue {
  readonly core: BrokerCore;
  readonly events: BrokerEvent[] = [];
  readonly stored = new Map<string, StoredRecord>();
  private readonly deleted = new Set<string>();
  readonly peers = new Map<number, Peer>();
  private readonly wires: Wire[] = [];
  private readonly sentBy = new Map<number, Uint8Array[]>();
  now = 1e9;
  private ids = 0;
  private captureTime = 0;

  constructor(
    readonly version: Version,
    { listener, ...options }: DialogueOptions = {},
  ) {
    const listeners = [{ ...QUIET, ...listener }];
    this.core = new BrokerCore({ sysInterval: 0, ...options, listeners }, { nextId: () => `id${++this.ids}` });
  }

  run(transcript: string): this {
    for (const line of transcript.split('\n')) {
      const text = /^(?:[^"'#]|"[^"]*"|'[^']*')*/.exec(line)![0].trim();
      if (text !== '') this.step(text);
    }
    this.silence('the end');
    return this;
  }

  private step(text: string): void {
    const packet = /^(\d?)([<>]) (.+)$/.exec(text);
    if (packet !== null) {
      const connection = Number(packet[1] || 1);
      const bytes = readBytes(packet[3]!, this.version);
      if (packet[2] === '>') this.send(connection, bytes, text);
      else this.expectBytes(connection, bytes, text);
      return;
    }
    const wait = /^wait (\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
    if (wait !== null) {
      this.silence(text);
      this.wait(Number(wait[1]) * UNITS[wait[2]!]!);
      return;
    }
    const done = /^(\d) (closed|breaks|congested|writable|authenticated|refused)(?: ([0-9a-f]{2}))?$/.exec(text);
    if (done === null) throw new Error(`not a step of a dialogue: ${text}`);
    this.happens(Number(done[1]), done[2]!, Number.parseInt(done[3] ?? '87', 16), text);
  }

  private happens(connection: number, what: string, reasonCode: number, text: string): void {
    if (what === 'closed') {
      const peer = this.peers.get(connection);
      expect(hexOf(peer?.got), text).toBe('');
      expect(peer?.closed, text).toBe(true);
      this.peers.delete(connection);
      return;
    }
    this.silence(text);
    if (what === 'breaks') {
      const wire = this.peers.get(connection)?.wire;
      if (wire !== undefined) this.onWire(wire, () => wire.rst(0));
      this.peers.delete(connection);
      this.input({ kind: 'closed', connection, how: 'broken' });
    } else if (what === 'congested' || what === 'writable') this.input({ kind: what, connection });
    else {
      const result = what === 'refused' ? ({ ok: false, reasonCode } as const) : ({ ok: true } as const);
      this.input({ kind: 'authenticated', connection, result });
    }
  }

  /** All that a connection sent. */
  sentBytes(connection: number): Uint8Array {
    return concat(...(this.sentBy.get(connection) ?? []));
  }

  send(connection: number, bytes: Uint8Array, text: string, isSilent = true): void {
    if (isSilent) this.silence(text);
    this.sentBy.set(connection, [...(this.sentBy.get(connection) ?? []), bytes]);
    const peer = this.peer(connection);
    expect(peer.closed, `${text}: the connection is closed`).toBe(false);
    this.onWire(peer.wire, () => peer.wire.send(0, bytes));
    // The memory is used again: what the core keeps it has to copy.
    const lent = Uint8Array.from(bytes);
    this.input({ kind: 'received', connection, bytes: lent });
    lent.fill(0xee);
  }

  /** One after the other in the capture, whatever wire. */
  private onWire(wire: Wire, does: () => void): void {
    wire.time = Math.max(this.now, this.captureTime);
    does();
    this.captureTime = wire.time;
  }

  private peer(connection: number): Peer {
    const known = this.peers.get(connection);
    if (known !== undefined) return known;
    const wire = new Wire({ clientPort: 20000 + this.wires.length });
    this.onWire(wire, () => wire.open());
    this.wires.push(wire);
    const peer: Peer = { wire, got: new Uint8Array(0), closed: false };
    this.peers.set(connection, peer);
    this.input({ kind: 'opened', connection, listener: 0, remote: `client ${connection}` });
    return peer;
  }

  private expectBytes(connection: number, bytes: Uint8Array, text: string): void {
    const peer = this.peers.get(connection);
    const got = peer?.got ?? new Uint8Array(0);
    expect(hexOf(got.subarray(0, bytes.length)), text).toBe(hexOf(bytes));
    peer!.got = got.slice(bytes.length);
  }

  /** Nothing is left that was not expected. */
  silence(before: string): void {
    for (const [connection, peer] of this.peers)
      expect(hexOf(peer.got), `to ${connection}, before: ${before}`).toBe('');
  }

  wait(duration: number): void {
    const until = this.now + duration;
    for (;;) {
      const deadline = this.core.deadline();
      if (deadline === undefined || deadline > until) break;
      this.now = Math.max(this.now, deadline);
      this.input({ kind: 'time' });
    }
    this.now = until;
  }

  input(input: Input): readonly Output[] {
    const outputs = this.core.handle(input, this.now);
    this.apply(outputs);
    return outputs;
  }

  apply(outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.kind === 'send') this.sent(output.connection, output.bytes, output.tail);
      else if (output.kind === 'close') this.close(output.connection, output.how);
      else if (output.kind === 'event') this.events.push(output.event);
      else if (output.kind === 'store') this.store(output);
    }
  }

  private sent(connection: number, bytes: Uint8Array, tail: Uint8Array | undefined): void {
    const peer = this.peers.get(connection);
    if (peer === undefined || peer.closed) throw new Error(`a send to connection ${connection}, which is closed`);
    const all = tail === undefined ? bytes : concat(bytes, tail);
    peer.got = concat(peer.got, all);
    this.onWire(peer.wire, () => peer.wire.send(1, all));
  }

  private close(connection: number, how: string): void {
    const peer = this.peers.get(connection)!;
    peer.closed = true;
    this.onWire(peer.wire, () => (how === 'reset' ? peer.wire.rst(1) : peer.wire.fin(1).fin(0)));
  }

  private store({ table, key, value }: StoreOutput): void {
    const name = JSON.stringify([table, key]);
    if (value === undefined) this.deleted.add(name);
    if (value === undefined) this.stored.delete(name);
    else this.stored.set(name, copied({ table, key, value } as StoredRecord));
  }

  /** As if it had been stored already. */
  kept(name: string, record: StoredRecord): void {
    if (!this.deleted.has(name)) this.stored.set(name, record);
  }

  /** The tables that have records, each once. */
  tables(): string[] {
    return [...new Set([...this.stored.values()].map(({ table }) => table))].sort();
  }

  get captured(): CapturedPacket[] {
    return merged(...this.wires);
  }

  /** What the judge holds against the server. */
  get complaints(): string[] {
    const { findings, errors } = judged(this.captured);
    expect(errors).toEqual([]);
    return findings.filter(({ party, verdict }) => party === 'server' && verdict === 'violation').map(lineOf);
  }
}

/** As a store would keep it: the core may use the memory of views again. */
export function copied(record: StoredRecord): StoredRecord {
  const { value } = record;
  if (typeof value !== 'object' || !('packet' in value)) return record;
  return { ...record, value: { ...value, packet: Uint8Array.from(value.packet) } } as StoredRecord;
}

function hexOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : formatHex(bytes);
}

/** A dialogue in one version, which the judge must find right. */
export function dialogue(version: Version, transcript: string, options: DialogueOptions = {}): Dialogue {
  const made = new Dialogue(version, options).run(transcript);
  expect(made.complaints).toEqual([]);
  return made;
}

export const ALL: readonly Version[] = ['3.1', '3.1.1', '5.0'];
/** Connection n as client identifier `id`, clean. */
export const joins = (n: number, id: string): string => `${n}> 10 { proto 02 003c p "${id}" }\n${n}< 20 { 00 00 p }\n`;
