// The counts behind the closing summary. Everything that is counted by a value of the input has a bound.

import type { Skipped } from '../net/segment.js';
import { PACKET_BY_CODE } from '../spec/packets.js';
import type { EventName, Summary } from './item.js';

const MAX_KINDS = 64;
const OTHER = 'other kinds';
const PORTS_SHOWN = 20;

export class Tally {
  captureFrames = 0;
  packets = 0;
  problems = 0;
  connections = 0;
  otherConnections = 0;
  encrypted = 0;
  emptyTls = 0;
  /** By type code; 0 is RESERVED. */
  private readonly types: number[] = new Array<number>(16).fill(0);
  private readonly versions = new Map<string, number>();
  private readonly events = new Map<EventName, number>();
  private readonly skips = new Map<string, { reason: string; what: string; count: number }>();
  private readonly ports = new Map<number, number>();

  /** `code`: of the packet type, 0 for one that is reserved. */
  packet(code: number, problems: number): void {
    this.packets++;
    this.problems += problems;
    this.types[code]!++;
  }

  version(version: string, change: 1 | -1 = 1): void {
    this.versions.set(version, (this.versions.get(version) ?? 0) + change);
  }

  event(name: EventName): void {
    this.events.set(name, (this.events.get(name) ?? 0) + 1);
  }

  skipped({ reason, what }: Skipped): void {
    const key = this.skips.has(what) || this.skips.size < MAX_KINDS ? what : OTHER;
    const known = this.skips.get(key);
    if (known !== undefined) known.count++;
    else this.skips.set(key, { reason, what: key, count: 1 });
  }

  get skippedKinds(): Iterable<{ readonly reason: string; readonly what: string }> {
    return this.skips.values();
  }

  /** A connection that may yet turn out to carry MQTT (change -1). */
  other(port: number, change: 1 | -1): void {
    this.otherConnections += change;
    const count = (this.ports.get(port) ?? 0) + change;
    if (count > 0) this.ports.set(port, count);
    else this.ports.delete(port);
  }

  summary(): Summary {
    const { captureFrames, packets, problems, connections, otherConnections, encrypted, emptyTls } = this;
    const byCount = [...this.ports].map(([port, count]) => ({ port, count })).sort((a, b) => b.count - a.count);
    return {
      captureFrames,
      packets,
      problems,
      connections,
      otherConnections,
      encrypted,
      ...(emptyTls > 0 && { emptyTls }),
      byType: Object.fromEntries(
        this.types
          .map((count, code) => [PACKET_BY_CODE[code]?.type ?? 'RESERVED', count])
          .filter(([, count]) => count !== 0),
      ),
      byVersion: Object.fromEntries([...this.versions].filter(([, count]) => count > 0)),
      events: Object.fromEntries(this.events),
      skipped: [...this.skips.values()],
      otherPorts: byCount.slice(0, PORTS_SHOWN),
    };
  }
}
