// Dialogues of a bridge on a virtual clock: its own broker is real, with scripted clients, the other broker is scripted.
// One line a step, as in dialogue.ts:
//
//   1> …  ·  1< …     client 1 of this broker sends, and gets (3.1.1)
//   r> …  ·  r< …     the other broker sends, and gets (in the version of the bridge)
//   dials HOST:PORT   the bridge does so; then: opened, or breaks
//   probes HOST:PORT  it looks whether somebody is there; then, or not: reachable
//   breaks            the connection to the other broker is lost · closed: the bridge closes it
//   congested · writable   the edge about that connection
//   tells TEXT        an event of the bridge with that in it
//   wait 90s  ·  stop
//
// Whatever is sent or asked for and not expected fails, but for events.

import { expect } from 'vitest';
import { Bridge } from '../../src/broker/bridge.js';
import { addressText } from '../../src/broker/bridge-attempts.js';
import type { BridgeInput, BridgeLimits, BridgeOutput } from '../../src/broker/bridge-input.js';
import { parseConfiguration } from '../../src/broker/config/parse.js';
import { BrokerCore } from '../../src/broker/core.js';
import type { Input } from '../../src/broker/input.js';
import type { Output } from '../../src/broker/output.js';
import type { BrokerOptions } from '../../src/broker/settings.js';
import { formatHex } from '../../src/bytes/hex.js';
import type { Version } from '../../src/spec/versions.js';
import { readBytes } from '../../src/validate/example.js';
import { concat } from '../support/hex.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1e6, s: 1e9, m: 60e9 };
const NAMES: Readonly<Record<Version, string>> = { '3.1': 'mqttv31', '3.1.1': 'mqttv311', '5.0': 'mqttv50' };
const NONE = new Uint8Array(0);
/** Connections of the bridge to its broker, behind those of clients. */
const FIRST_OWN = 100;

export interface BridgeDialogueOptions {
  readonly limits?: Partial<BridgeLimits>;
  readonly broker?: BrokerOptions;
  /** What chance says. */
  readonly random?: number;
}

class BridgeDialogue {
  private now = 1e9;
  private readonly core: BrokerCore;
  private readonly bridge: Bridge;
  /** By '1' to '9', and 'r'. */
  private readonly got = new Map<string, Uint8Array>();
  /** dials, probes, closed, in order. */
  private readonly asked: string[] = [];
  readonly told: string[] = [];
  private own = FIRST_OWN;
  private isOwnOpen = false;
  private readonly clients = new Set<string>();
  private readonly work: (() => void)[] = [];

  constructor(
    private readonly version: Version,
    lines: string,
    { limits, broker, random = 0.5 }: BridgeDialogueOptions,
  ) {
    const text = `listener 1883\nconnection x\nbridge_protocol_version ${NAMES[version]}\nremote_clientid b\n${lines}`;
    const surroundings = { include: () => ({ files: [], failures: [] }), hostName: 'host' };
    const { configuration, remarks } = parseConfiguration({ name: 'c', text }, surroundings);
    expect(remarks.filter(({ level }) => level === 'error')).toEqual([]);
    this.bridge = new Bridge(configuration!.bridges[0]!, { random: () => random }, limits);
    this.core = new BrokerCore({ sysInterval: 0, ...broker, listeners: [{}, {}] }, { nextId: () => 'id' });
    this.tell({ kind: 'start' });
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
    const packet = /^([1-9r])([<>]) (.+)$/.exec(text);
    if (packet !== null) {
      const [, who, direction, notation] = packet as unknown as [string, string, string, string];
      const bytes = readBytes(notation, who === 'r' ? this.version : '3.1.1');
      if (direction === '<') this.expectBytes(who, bytes, text);
      else this.send(who, bytes, text);
      return;
    }
    const [word = '', ...rest] = text.split(' ');
    if (word === 'tells') expect(this.told.join('\n'), text).toContain(rest.join(' '));
    else if (word === 'dials' || word === 'probes' || word === 'closed') expect(this.asked.shift(), text).toBe(text);
    else {
      this.silence(text);
      this.happens(word, rest[0] ?? '');
    }
  }

  private happens(word: string, argument: string): void {
    const wait = /^(\d+)(ms|s|m)$/.exec(argument);
    if (word === 'wait') this.wait(Number(wait![1]) * UNITS[wait![2]!]!);
    else if (word === 'breaks') this.tell({ kind: 'closed', side: 'remote', how: 'broken' });
    else if (
      word === 'opened' ||
      word === 'reachable' ||
      word === 'congested' ||
      word === 'writable' ||
      word === 'stop'
    )
      this.tell({ kind: word });
    else throw new Error(`not a step: ${word}`);
  }

  private send(who: string, bytes: Uint8Array, text: string): void {
    this.silence(text);
    const lent = Uint8Array.from(bytes);
    if (who === 'r') this.tell({ kind: 'received', from: 'remote', bytes: lent });
    else {
      const connection = Number(who);
      if (!this.clients.has(who)) {
        this.clients.add(who);
        this.toCore({ kind: 'opened', connection, listener: 0, remote: who });
      }
      this.toCore({ kind: 'received', connection, bytes: lent });
    }
    // The memory is used again: who keeps it has to copy.
    lent.fill(0xee);
  }

  private expectBytes(who: string, bytes: Uint8Array, text: string): void {
    const got = this.got.get(who) ?? NONE;
    expect(formatHex(got.subarray(0, bytes.length)), text).toBe(formatHex(bytes));
    this.got.set(who, got.slice(bytes.length));
  }

  private silence(before: string): void {
    for (const [who, bytes] of this.got) expect(formatHex(bytes), `to ${who}, before: ${before}`).toBe('');
    expect(this.asked, `before: ${before}`).toEqual([]);
  }

  private wait(duration: number): void {
    const until = this.now + duration;
    for (;;) {
      const bridge = this.bridge.deadline() ?? Number.POSITIVE_INFINITY;
      const core = this.core.deadline() ?? Number.POSITIVE_INFINITY;
      if (Math.min(bridge, core) > until) break;
      this.now = Math.max(this.now, Math.min(bridge, core));
      if (bridge <= core) this.tell({ kind: 'time' });
      else this.toCore({ kind: 'time' });
    }
    this.now = until;
  }

  // Both are told in turn, never one in the middle of a call of the other.

  private tell(input: BridgeInput): void {
    this.later(() => {
      for (const output of this.bridge.handle(input, this.now)) this.ofBridge(output);
    });
  }

  private toCore(input: Input): void {
    this.later(() => {
      for (const output of this.core.handle(input, this.now)) this.ofCore(output);
    });
  }

  private later(does: () => void): void {
    this.work.push(does);
    if (this.work.length > 1) return;
    for (; this.work.length > 0; this.work.shift()) this.work[0]!();
  }

  private ofBridge(output: BridgeOutput): void {
    const connection = this.own;
    switch (output.kind) {
      case 'dial':
      case 'probe':
        this.asked.push(`${output.kind}s ${addressText(output.address)}`);
        return;
      case 'open':
        this.own++;
        this.isOwnOpen = true;
        this.toCore({ kind: 'opened', connection: this.own, listener: 1, remote: 'bridge' });
        return;
      case 'send':
        if (output.to === 'remote') this.add('r', output.bytes);
        else this.toCore({ kind: 'received', connection, bytes: Uint8Array.from(output.bytes) });
        return;
      case 'close':
        if (output.side === 'remote') this.asked.push('closed');
        else this.isOwnOpen = false;
        return;
      case 'hold':
      case 'release':
        this.toCore({ kind: output.kind === 'hold' ? 'congested' : 'writable', connection });
        return;
      case 'publish':
        this.toCore({ ...output, kind: 'published' });
        return;
      case 'event': {
        const { event } = output;
        this.told.push(`${event.name} ${'address' in event ? event.address : event.reason}`);
      }
    }
  }

  private ofCore(output: Output): void {
    if (output.kind === 'send') {
      const { connection, bytes, tail = NONE } = output;
      const all = concat(bytes, tail);
      if (connection < FIRST_OWN) this.add(String(connection), all);
      else if (connection === this.own && this.isOwnOpen) this.tell({ kind: 'received', from: 'local', bytes: all });
    } else if (output.kind === 'close' && output.connection === this.own && this.isOwnOpen) {
      this.isOwnOpen = false;
      this.tell({ kind: 'closed', side: 'local', how: 'closed' });
    }
  }

  private add(who: string, bytes: Uint8Array): void {
    this.got.set(who, concat(this.got.get(who) ?? NONE, bytes));
  }
}

/** `lines`: of the bridge's part of a mosquitto.conf. */
export function bridgeDialogue(
  version: Version,
  lines: string,
  transcript: string,
  options: BridgeDialogueOptions = {},
): readonly string[] {
  return new BridgeDialogue(version, lines, options).run(transcript).told;
}
