// What the proxy shows of what passes: packets with findings as `dissect` does, and the events of the relay in between.
// Once a fault was injected or a connection cut, what the server does may come of that: nothing is held against it any more.

import type { Moment } from '../bytes/chunk.js';
import type { Item, Summary } from '../dissect/item.js';
import type { LiveBatch, LiveEvent } from '../io/proxy/live-batch.js';
import { doubtAfter } from '../io/proxy/server-doubt.js';
import type { RelayEvent } from '../io/proxy/watcher.js';
import type { FindingComments } from '../io/recording/comments.js';
import type { Source } from '../report/renderer.js';
import type { ShownEvent } from '../report/shown.js';
import type { Judging } from './judging.js';
import type { PacketLines } from './packet-lines.js';
import type { Packets } from './packets.js';
import type { PacketSource, ReadBatch, Sink } from './sink.js';
import type { StatusLine } from './status-line.js';

export class ProxyView implements Sink {
  readonly summaryOnly = false;
  packetCount = 0;
  readonly packetsByType: Record<string, number> = {};
  /** Of connections that are open, by the client's address and port. */
  readonly clientIds = new Map<string, string>();

  constructor(
    private readonly packets: Packets,
    private readonly judging: Judging | undefined,
    private readonly status: StatusLine,
    private readonly lines: PacketLines,
    comments: FindingComments | undefined,
    /** Otherwise there is nothing to sum up. */
    private readonly isRead: boolean,
  ) {
    packets.onFinding = comments === undefined ? undefined : (finding) => comments.add(finding);
    packets.onShown = (shown, findings) => lines.add(shown, findings);
    packets.onLate = (finding) => lines.late(finding);
  }

  get findingsByLevel(): Readonly<Record<string, number>> {
    const { must = 0, should = 0, note = 0 } = this.judging?.found ?? {};
    return { must, should, note };
  }

  get broken(): boolean {
    return this.packets.broken;
  }

  get isFull(): boolean {
    return this.packets.isFull;
  }

  get hasLimit(): boolean {
    return this.packets.hasLimit;
  }

  get isVisible(): boolean {
    return this.packets.isVisible;
  }

  begin(): Promise<void> {
    return this.packets.begin();
  }

  source(source: Source): void {
    this.packets.source(source);
    this.lines.source(source);
  }

  add(item: Item): boolean {
    if (item.kind === 'packet') {
      const { type } = item.frame.packet;
      this.packetCount++;
      this.packetsByType[type] = (this.packetsByType[type] ?? 0) + 1;
      const { client, clientId } = item.connection;
      if ((type === 'CONNECT' || type === 'CONNACK') && clientId) this.clientIds.set(client, clientId);
    } else if (item.event === 'connection-closed') {
      this.clientIds.delete(item.connection.client);
    }
    return this.packets.add(item);
  }

  event(event: ShownEvent): void {
    const kind = event.event === 'fault' ? 'fault' : event.code === 'cut' ? 'cut' : undefined;
    if (kind !== undefined && this.judging !== undefined) {
      this.judging.serverDoubt ??= doubtAfter(kind, event.message);
    }
    this.packets.event(event);
  }

  pass(): Promise<void> {
    return this.undisturbed(() => this.packets.pass());
  }

  flush(): Promise<void> {
    return this.undisturbed(() => this.packets.flush());
  }

  async end(summary: Summary, last: Moment): Promise<void> {
    this.status.clear();
    if (this.isRead) await this.packets.end({ ...summary, isProxied: true }, last);
  }

  /** Lines and the status line are on one terminal. */
  private async undisturbed(write: () => Promise<void>): Promise<void> {
    this.status.clear();
    await write();
    this.status.draw();
  }
}

interface Batches {
  batches(): AsyncGenerator<LiveBatch, void, void>;
}

export function liveSource(name: string, capture: Batches): PacketSource {
  return {
    name,
    async *batches(): AsyncGenerator<ReadBatch, void, void> {
      for await (const batch of capture.batches()) yield shownBatch(batch);
    },
  };
}

function shownBatch({ events, ...batch }: LiveBatch): ReadBatch {
  return { ...batch, events: events.map(shownEvent) };
}

export function shownEvent({ time, client, event }: LiveEvent): ShownEvent {
  const common = { kind: 'event', time, origins: [] } as const;
  const details = { ...(client === undefined ? {} : { client }), ...detailsOf(event) };
  const name = event.kind === 'fault' ? 'fault' : 'relay';
  return {
    ...common,
    event: name,
    ...(name === 'relay' ? { code: codeOf(event) } : {}),
    message: textOf(event, client),
    details,
  };
}

function codeOf(event: RelayEvent): string {
  return event.kind === 'failed' ? event.reason : event.kind;
}

function detailsOf(event: RelayEvent): Readonly<Record<string, string | number>> {
  const connection = event.connection === undefined ? {} : { relayConnection: event.connection };
  if (event.kind === 'fault') return { ...connection, rule: event.fault.rule };
  return event.kind === 'failed' ? { ...connection, with: event.with } : connection;
}

/** For a line of output, and for the comment in a recording. */
export function textOf(event: RelayEvent, client: string | undefined): string {
  const who = client ?? 'a client';
  switch (event.kind) {
    case 'connected': {
      const { address = 'a local socket', port } = event.target;
      return `${who} connected, passed on to ${address}${port === undefined ? '' : `:${port}`}`;
    }
    case 'failed':
      return `${who}: ${event.with === 'target' ? 'target: ' : ''}${event.message}`;
    case 'cut':
      return `${who}: ${event.why === 'asked' ? 'cut on demand' : 'closed, since the proxy ends'}${event.how === 'rst' ? ' (RST)' : ''}`;
    case 'fault':
      return `${who}, rule ${event.fault.rule}: ${event.fault.message}`;
  }
}
