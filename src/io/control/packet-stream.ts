// Packets as they pass, as server-sent events: a line of ndjson each. A reader that is too slow loses lines and is told how
// many; it slows nobody down and little waits for it.

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { COMMON_HEADERS, Refusal } from './answer.js';
import type { ControlLimits } from './limits.js';
import type { ProxyControl } from './proxy-control.js';

/** All streams of one control interface. */
export class PacketStreams {
  private readonly open = new Set<PacketStream>();
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(
    private readonly control: ProxyControl,
    private readonly limits: ControlLimits,
  ) {}

  /** `socket`: a response behind another one on the same connection has none yet. Throws Refusal when there are too many. */
  add(response: ServerResponse, socket: Socket): void {
    const { subscribers, heartbeat, waitingBytes } = this.limits;
    if (this.open.size >= subscribers) {
      throw new Refusal(503, `there are ${subscribers} streams of packets already: close one`);
    }
    const stream = new PacketStream(response, waitingBytes);
    const unsubscribe = this.control.subscribe((line) => stream.push(line));
    this.open.add(stream);
    this.timer ??= setInterval(() => this.beat(), heartbeat).unref();
    // While nobody sends anything, it is silent.
    socket.setTimeout(0);
    socket.once('close', () => {
      unsubscribe();
      this.open.delete(stream);
      if (this.open.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
  }

  end(): void {
    for (const stream of this.open) stream.end();
  }

  private beat(): void {
    for (const stream of this.open) stream.beat();
  }
}

class PacketStream {
  /** What came in this turn, to be written at its end. */
  private gathered = '';
  private dropped = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly maximum: number,
  ) {
    response.writeHead(200, { ...COMMON_HEADERS, 'Content-Type': 'text/event-stream' });
    // Its reader knows now that from here on nothing is missed.
    response.write(': packets from now on\n\n');
    response.on('drain', () => this.tellDropped());
  }

  push(line: string): void {
    // Once lines are dropped, a reader gets some room first, so that what it misses is in one place.
    if (this.waiting > (this.dropped === 0 ? this.maximum : this.maximum / 2)) {
      this.dropped++;
      return;
    }
    this.tellDropped();
    if (this.gathered === '') setImmediate(() => this.flush());
    this.gathered += `data: ${line.trimEnd()}\n\n`;
  }

  /** A comment; not behind bytes that nobody takes. */
  beat(): void {
    if (this.waiting === 0) this.response.write(':\n\n');
  }

  end(): void {
    this.flush();
    this.response.end();
  }

  private get waiting(): number {
    return this.response.writableLength + this.gathered.length;
  }

  private flush(): void {
    const text = this.gathered;
    this.gathered = '';
    if (text !== '' && !this.response.destroyed) this.response.write(text);
  }

  /** At the place of what is missing, which is behind all that waited. */
  private tellDropped(): void {
    if (this.dropped === 0) return;
    const text = `event: dropped\ndata: ${JSON.stringify({ dropped: this.dropped })}\n\n`;
    this.dropped = 0;
    this.flush();
    this.response.write(text);
  }
}
