// Watching the connections of the broker: what it is told by the tap becomes a capture in pcapng, for a file and for the
// same pipeline that reads captures. Readers that cannot keep up lose whole packets, which they see as a gap, and which is
// counted; the broker does not wait for them.

import type { ByteSource } from '../byte-source.js';
import { BlockQueue } from './block-queue.js';
import { interfaceBlock, sectionBlock } from './pcapng-writer.js';
import type { Endpoint, Tap } from './tap.js';
import { CLIENT, SERVER, TcpSegments } from './tcp-segments.js';

/** Bytes of the capture that one reader may be behind. */
const WATCH_QUEUE = 64 * 1024 * 1024;
const MILLION = 1_000_000;

export interface WatchOptions {
  /** Nanoseconds since 1970. */
  readonly clock?: () => bigint;
  readonly queueBytes?: number;
}

export class Watch implements Tap {
  private readonly connections = new Map<number, TcpSegments>();
  private readonly queues: BlockQueue[] = [];
  private readonly clock: () => bigint;
  private readonly queueBytes: number;

  constructor({ clock = wallClock, queueBytes = WATCH_QUEUE }: WatchOptions = {}) {
    this.clock = clock;
    this.queueBytes = queueBytes;
  }

  /** A capture of what happens from now on, until the end. */
  source(name: string): ByteSource {
    const queue = new BlockQueue(this.queueBytes);
    queue.add(sectionBlock('mqtt-dissect broker'));
    queue.add(interfaceBlock({ name: 'broker' }));
    this.queues.push(queue);
    return { name, size: undefined, pieces: queue.pieces() };
  }

  /** Packets that were lost to readers that did not keep up. */
  get lost(): number {
    return this.queues.reduce((count, { refused }) => count + refused, 0);
  }

  end(): void {
    for (const queue of this.queues) queue.end();
  }

  opened(connection: number, client: Endpoint, server: Endpoint): void {
    const segments = new TcpSegments(connection, client, server);
    this.connections.set(connection, segments);
    this.write(segments.open());
  }

  received(connection: number, bytes: Uint8Array): void {
    const segments = this.connections.get(connection);
    if (segments !== undefined) this.write(segments.data(CLIENT, bytes));
  }

  sent(connection: number, bytes: Uint8Array): void {
    const segments = this.connections.get(connection);
    if (segments !== undefined) this.write(segments.data(SERVER, bytes));
  }

  closed(connection: number, by: 'client' | 'server', how: 'fin' | 'rst'): void {
    const segments = this.connections.get(connection);
    if (segments === undefined) return;
    this.connections.delete(connection);
    this.write(segments.close(by === 'client' ? CLIENT : SERVER, how));
  }

  private write(segments: readonly Uint8Array[]): void {
    const time = this.clock();
    for (const queue of this.queues) for (const segment of segments) queue.packet(time, segment);
  }
}

/** The epoch of the process's own clock, which does not jump, plus that clock. */
function wallClock(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * MILLION));
}
