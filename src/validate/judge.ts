// Judges what a dissection yields: items in, findings out, in the order in which they became certain.
//
//   const judge = new Judge();
//   for (const item of dissector.push(packet)) for (const finding of judge.push(item)) …
//   for (const finding of judge.end()) …
//   judge.report()
//
// A rule that throws is a bug of ours: it is recorded as an internal error, and the other rules go on.

import { ById } from '../bytes/by-id.js';
import type { Moment } from '../bytes/chunk.js';
import type { GlancedPacket } from '../dissect/glanced.js';
import type { ConnectionInfo, EventItem, Item, PacketItem } from '../dissect/item.js';
import { VERSIONS, type Version } from '../spec/versions.js';
import { asked, Dispatch, unheldBy } from './dispatch.js';
import { type ClosedEvent, type LayerEvent, PacketEvent } from './event.js';
import type { Finding } from './finding.js';
import { gatesOf } from './gates-of.js';
import { JUDGE_LIMITS, type JudgeLimits } from './limits.js';
import { type JudgeReport, Tally } from './report.js';
import type { ConversationRule, Rule } from './rule.js';
import { RULES } from './rules/index.js';
import type { Closed } from './state/closed.js';
import { Conversation } from './state/conversation.js';
import { Servers } from './state/servers.js';
import type { WebSocketNotice } from './state/websocket.js';
import { strayOf } from './stray.js';
import { Usual } from './usual.js';
import { type Applied, type Marks, Verdicts } from './verdicts.js';

export interface JudgeOptions {
  readonly rules: readonly Rule[];
  /** Which rules are asked, in which versions. */
  readonly asks: (rule: Rule, version: Version) => boolean;
  readonly limits: Partial<JudgeLimits>;
  /** What is inconclusive is only counted: such findings have no place, and no fingerprint. */
  readonly countsInconclusive: boolean;
}

/** A rule that threw. */
export interface InternalError {
  readonly rule: string;
  /** Packet number, 0 for none. */
  readonly frame: number;
  readonly message: string;
}

interface Judged extends Marks {
  /** Of the connection. */
  readonly id: number;
  readonly conversation: Conversation;
}

const MAX_ERRORS = 100;

export class Judge {
  readonly errors: InternalError[] = [];
  private readonly rules: readonly Rule[];
  private readonly limits: JudgeLimits;
  private readonly dispatch: Readonly<Record<Version, Dispatch>>;
  private readonly verdicts: Verdicts;
  private readonly tally: Tally;
  private readonly servers: Servers;
  private readonly judged = new ById<Judged>();
  private readonly event = new PacketEvent();
  private readonly usual = new Usual(this.event);
  private lastTime = Number.NaN;
  private lastFrame = 0;

  constructor(options: Partial<JudgeOptions> = {}) {
    const { rules = RULES, asks = () => true, limits = {}, countsInconclusive = false } = options;
    this.rules = rules;
    this.limits = { ...JUDGE_LIMITS, ...limits };
    this.servers = new Servers(this.limits);
    this.verdicts = new Verdicts(this.limits.findingsPerRule, countsInconclusive);
    this.dispatch = dispatchOf(rules, asks);
    this.tally = new Tally(rules, this.limits.connectionsListed);
  }

  push(item: Item): readonly Finding[] {
    if (item.kind === 'packet') this.packet(item);
    else this.happened(item);
    return this.verdicts.take();
  }

  /**
   * Takes a packet at a glance when nothing is to be said of it: the state has followed it then. False: nothing has happened,
   * its item is to be pushed.
   */
  glance(glanced: GlancedPacket): boolean {
    const { usual } = this;
    const { connection, version, fromClient, type, time, origin, origins } = glanced;
    const judged = this.judged.get(connection.id);
    if (judged === undefined) return false;
    const gates = usual.look(glanced, judged.conversation);
    if (gates === 0) return false;
    const asking = this.rulesOf(version).asking(type, fromClient, gates);
    if (asking.rules.length > 0 || unheldBy(judged, asking).length > 0) return false;
    this.reach(time, origins === undefined ? origin : origins[origins.length - 1]);
    usual.follow();
    return true;
  }

  /** The capture has ended: connections that are open are looked at as they are. `last`: the last captured packet, of anything. */
  end(last?: Moment): readonly Finding[] {
    // Where the clock was set back, nothing is late by what was captured before.
    const isBack = last !== undefined && last.time < this.lastTime;
    const { time, origin } = isBack ? last : { time: this.lastTime, origin: this.lastFrame };
    for (const judged of this.judged.values()) {
      this.close(judged, closedOf(judged.conversation, undefined, 'end', time, origin));
    }
    this.judged.clear();
    return this.verdicts.take();
  }

  /** Nothing more is read: what was found in connections that are open counts, but they have no end, and nobody owes anything. */
  stop(): void {
    for (const judged of this.judged.values()) this.tally.count(judged.conversation.info.version, judged);
    this.judged.clear();
  }

  report(): JudgeReport {
    return this.tally.report(this.verdicts.dropped);
  }

  private packet(item: PacketItem): void {
    const { connection, frame } = item;
    const judged = this.of(connection, frame.time);
    const { conversation } = judged;
    const { event, verdicts } = this;
    event.about(item, conversation);
    event.find();
    if (frame.bytes.length < frame.length) conversation.missed(event.sender.role, 'a packet is not whole', frame.time);
    this.reach(frame.time, frame.origins[frame.origins.length - 1]);
    verdicts.about(event, conversation, judged);
    const asking = this.rulesOf(frame.version).asking(frame.packet.type, event.fromClient, gatesOf(event));
    const unheld = unheldBy(judged, asking);
    if (unheld.length > 0) {
      this.ask(unheld, event);
      asked(judged, asking, unheld);
    }
    if (asking.rules.length > 0) this.ask(asking.rules, event);
    conversation.apply(event, event.flow, event.request, event.delivery, event.will, event.log);
  }

  /** What was held up behind a gap is told late: the capture does not end earlier for it. */
  private reach(time: number, frame: number | undefined): void {
    if (time < this.lastTime) return;
    this.lastTime = time;
    this.lastFrame = frame ?? this.lastFrame;
  }

  private rulesOf(version: Version): Dispatch {
    return version === '5.0'
      ? this.dispatch['5.0']
      : version === '3.1.1'
        ? this.dispatch['3.1.1']
        : this.dispatch['3.1'];
  }

  private ask(rules: readonly Applied[], event: PacketEvent): void {
    const { verdicts } = this;
    const { packet } = event;
    let i = 0;
    while (i < rules.length) {
      try {
        for (; i < rules.length; i++) {
          const applied = rules[i]!;
          verdicts.by(applied);
          applied.check(packet as never, verdicts, event);
        }
      } catch (error) {
        this.broke(rules[i++]!.rule, event.item.number, error);
      }
    }
  }

  private tell(applied: Applied, event: LayerEvent | ClosedEvent): void {
    const rule = applied.rule as ConversationRule;
    this.verdicts.by(applied);
    try {
      if (event.kind === 'closed') rule.closed!(event, this.verdicts);
      else rule.layer!(event, this.verdicts);
    } catch (error) {
      this.broke(rule, 0, error);
    }
  }

  private broke(rule: Rule, frame: number, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.errors.length < MAX_ERRORS) this.errors.push({ rule: rule.name, frame, message });
  }

  private happened(item: EventItem): void {
    const { event, connection, direction, time, origins, message } = item;
    this.reach(time, origins[origins.length - 1]);
    if (event === 'tls' || event === 'websocket' || event === 'proxy-protocol') this.layer(event, item);
    else if (event === 'connection-closed') this.closedBy(item);
    else {
      if (event === 'lost-sync') this.layer('framing', { ...item, code: strayOf(item.bytes) ?? '' });
      const { conversation } = this.of(connection, time);
      if (direction !== 'server-to-client') conversation.missed('client', message, time);
      if (direction !== 'client-to-server') conversation.missed('server', message, time);
    }
  }

  private layer(layer: LayerEvent['layer'], item: EventItem): void {
    const { connection, direction, time, origins, message, code = '', details = {} } = item;
    const judged = this.of(connection, time);
    const { conversation } = judged;
    const [client, server] = [conversation.client, conversation.server];
    const sender = direction === undefined ? undefined : direction === 'client-to-server' ? client : server;
    const receiver = sender === undefined ? undefined : sender === client ? server : client;
    const event: LayerEvent = {
      kind: 'layer',
      ...{ layer, code, details, conversation, sender, receiver, time, origins, message },
    };
    this.verdicts.about(event, conversation, judged);
    for (const applied of this.dispatch[connection.version].layer) this.tell(applied, event);
    if (layer === 'websocket') conversation.webSocket.notice(noticeOf(event));
  }

  private closedBy({ connection, direction, time, origins, code }: EventItem): void {
    const judged = this.of(connection, time);
    const by = direction === undefined ? undefined : direction === 'client-to-server' ? 'client' : 'server';
    const how = code === 'fin' || code === 'rst' || code === 'reused' ? code : 'lost';
    this.close(judged, closedOf(judged.conversation, by, how, time, origins[0] ?? 0));
    this.judged.delete(connection.id);
  }

  private close(judged: Judged, closed: Closed): void {
    const { conversation } = judged;
    const event = { kind: 'closed', conversation, closed, time: closed.time } as const;
    this.verdicts.about(event, conversation, judged);
    for (const applied of this.dispatch[conversation.info.version].closed) this.tell(applied, event);
    conversation.end(closed);
    this.tally.connection(conversation, closed, judged);
  }

  private of(connection: ConnectionInfo, time: number): Judged {
    const { id } = connection;
    const known = this.judged.get(id);
    if (known !== undefined) return known;
    const conversation = new Conversation(connection, time, this.servers.at(connection.server));
    const bits = new Uint8Array(this.rules.length);
    const marks = { settled: 0, settledToo: 0, bits, counts: new Map(), kinds: undefined, unheld: [] };
    const judged = { id, conversation, ...marks };
    this.judged.add(judged);
    return judged;
  }
}

/** By whom and how: who began counts, and a FIN that the other side never answered is a close too. */
function closedOf(
  conversation: Conversation,
  by: Closed['by'],
  how: Closed['how'],
  time: number,
  captureFrame: number,
): Closed {
  const { closing } = conversation;
  const end = { time, captureFrame, complete: how === 'fin' || how === 'rst', mutual: how === 'fin' };
  if (closing === undefined || how === 'reused') return { ...end, by, how, began: time };
  return { ...end, by: closing.by, how: 'fin', began: closing.time };
}

function noticeOf({ code, details, sender, time, origins }: LayerEvent): WebSocketNotice {
  const direction = sender?.direction ?? 'client-to-server';
  const frame = {
    number: 0,
    type: 'websocket',
    direction,
    version: '3.1.1',
    captureFrames: origins,
    time,
    length: 0,
  } as const;
  return { code, details, role: sender?.role, frame };
}

function dispatchOf(rules: readonly Rule[], asks: JudgeOptions['asks']): Judge['dispatch'] {
  const made = { count: 0 };
  const entries = VERSIONS.map((version) => [version, new Dispatch(version, rules, asks, made)]);
  return Object.fromEntries(entries) as Judge['dispatch'];
}
