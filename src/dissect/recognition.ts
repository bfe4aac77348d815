// A connection of which it is not yet known whether it carries MQTT: holds its first chunks, within bounds, until their
// content tells; says which endpoint is the client.

import type { Chunk, Side } from '../bytes/chunk.js';
import { copyOf } from '../bytes/copy.js';
import type { TcpConnection } from '../tcp/connection.js';
import { directionOf, judgeOpening, MQTT_PORT, telling, type Verdict } from '../transport/detect.js';

const MAX_CHUNKS = 16;
const MAX_BYTES = 64 * 1024;
const OPENING_BYTES = 16;
/** What packets from the middle of a connection must tell, on the MQTT port and on any other. */
const ENOUGH_ON_PORT = 1;
const ENOUGH = 3;

export class Recognition {
  readonly held: { side: Side; chunk: Chunk }[] = [];
  private bytes = 0;
  private weight = 0;
  private opening: Uint8Array = new Uint8Array(0);
  private client: Side | undefined = undefined;
  private late = false;

  constructor(
    private readonly tcp: TcpConnection<unknown>,
    private readonly forcedPorts: ReadonlySet<number>,
  ) {}

  /** Takes the next chunk; it is held when the answer is 'more' or 'mqtt'. */
  chunk(side: Side, chunk: Chunk): Verdict {
    const verdict = this.judge(side, chunk);
    if (verdict === 'other') return verdict;
    this.held.push({ side, chunk: verdict === 'mqtt' || chunk.kind === 'gap' ? chunk : copied(chunk) });
    if (chunk.kind === 'data') this.bytes += chunk.bytes.length;
    if (verdict === 'more' && (this.held.length >= MAX_CHUNKS || this.bytes >= MAX_BYTES)) return 'other';
    return verdict;
  }

  private judge(side: Side, chunk: Chunk): Verdict {
    const { tcp, forcedPorts } = this;
    if (forcedPorts.has(tcp.ports[0]) || forcedPorts.has(tcp.ports[1])) {
      if (chunk.kind === 'data') this.client ??= this.clientFrom(side, chunk.bytes);
      return 'mqtt';
    }
    if (chunk.kind === 'gap') {
      this.late = true;
      return 'more';
    }
    const wellKnown = tcp.ports[0] === MQTT_PORT || tcp.ports[1] === MQTT_PORT;
    if (tcp.openedBy !== undefined && !this.late) return this.judgeFromStart(side, chunk.bytes, wellKnown);
    this.weight += telling(chunk.bytes);
    this.client ??= this.clientFrom(side, chunk.bytes);
    return this.weight >= (wellKnown ? ENOUGH_ON_PORT : ENOUGH) ? 'mqtt' : 'more';
  }

  private judgeFromStart(side: Side, bytes: Uint8Array, wellKnown: boolean): Verdict {
    if (side !== this.tcp.openedBy) return 'more';
    const opening = new Uint8Array(Math.min(OPENING_BYTES, this.opening.length + bytes.length));
    opening.set(this.opening);
    opening.set(bytes.subarray(0, opening.length - this.opening.length), this.opening.length);
    this.opening = opening;
    return judgeOpening(bytes.length >= OPENING_BYTES && this.held.length === 0 ? bytes : opening, wellKnown);
  }

  private clientFrom(side: Side, bytes: Uint8Array): Side | undefined {
    const direction = directionOf(bytes);
    if (direction === undefined) return undefined;
    return direction === 'client-to-server' ? side : other(side);
  }

  /** Who opened the connection, else who sent what only clients send, else the other end of a server's port. */
  clientSide(): Side {
    const { tcp, forcedPorts } = this;
    const known = tcp.openedBy ?? this.client;
    if (known !== undefined) return known;
    return serverSide(tcp.ports, forcedPorts) === 0 ? 1 : 0;
  }
}

/** The endpoint whose port is that of a server: a forced or the MQTT port, else the lower number. */
export function serverSide(ports: readonly [number, number], forcedPorts: ReadonlySet<number>): Side {
  for (const side of [1, 0] as const) if (forcedPorts.has(ports[side])) return side;
  for (const side of [1, 0] as const) if (ports[side] === MQTT_PORT) return side;
  return ports[0] < ports[1] ? 0 : 1;
}

function other(side: Side): Side {
  return side === 0 ? 1 : 0;
}

function copied(chunk: Extract<Chunk, { kind: 'data' }>): Chunk {
  return { ...chunk, bytes: copyOf(chunk.bytes) };
}
