// What is known of one connection, whichever layer found it out: its ends, its layers, its version and client identifier.
// Made when there is something to say of it; names are made on first use.

import type { Side } from '../bytes/chunk.js';
import type { Direction, Version } from '../spec/versions.js';
import type { TcpConnection } from '../tcp/connection.js';
import type { TransportName } from '../transport/transport.js';
import type { ConnectionInfo, FirstFin, VersionSource } from './item.js';
import { lacksSince, type Told } from './told.js';

/** The number of what is no file that can be read again. */
export const NO_FILE = 0;

export class Connection implements ConnectionInfo {
  version: Version = '3.1.1';
  versionFrom: VersionSource = 'default';
  evidence: readonly string[] = [];
  clientId?: string;
  hasAssignedId?: boolean;
  /** From the outermost on. */
  readonly layers: TransportName[] = [];
  /** The client's address as a PROXY header tells it. */
  proxied: string | undefined = undefined;
  /** What another thread was told of it. */
  told: Told | undefined = undefined;
  private changes = 0;
  private layersName = 'tcp';
  /** So many of them are in the name. */
  private layersNamed = 0;
  private names: readonly [client: string, server: string] | undefined = undefined;

  constructor(
    readonly id: number,
    private readonly tcp: TcpConnection<unknown>,
    readonly clientSide: Side,
    /** The number of the file in which its packets stand whole, where they stand in a file; NO_FILE when there is none. */
    public file: number,
  ) {}

  /** Something of the above became another. */
  changed(): void {
    this.changes++;
  }

  /** Grows whenever something of the connection may have become another. */
  get turns(): number {
    return this.tcp.turns + this.changes;
  }

  get client(): string {
    return this.proxied ?? this.endpoints()[0];
  }

  get server(): string {
    return this.endpoints()[1];
  }

  /** "tcp", "tls", "websocket", "tls+websocket". */
  get transport(): string {
    if (this.layersNamed !== this.layers.length) {
      this.layersNamed = this.layers.length;
      this.layersName = this.layers.filter((layer) => layer !== 'proxy-protocol').join('+') || 'tcp';
    }
    return this.layersName;
  }

  get firstFin(): FirstFin | undefined {
    const { firstFin, firstFinTime: time, firstFinFrame: captureFrame } = this.tcp;
    if (firstFin === undefined) return undefined;
    return { direction: firstFin === this.clientSide ? 'client-to-server' : 'server-to-client', time, captureFrame };
  }

  lacks(direction: Direction, from: number): boolean {
    return lacksSince(this.lackedUntil(direction), from);
  }

  /** See TcpStream. */
  lackedUntil(direction: Direction): number {
    const { tcp, clientSide } = this;
    return tcp.streams[direction === 'client-to-server' ? clientSide : clientSide === 0 ? 1 : 0].lackedUntil;
  }

  get hasFin(): boolean {
    return this.tcp.firstFin !== undefined;
  }

  /** Nothing of it changes any more. */
  get isForgotten(): boolean {
    return this.tcp.isForgotten;
  }

  private endpoints(): readonly [client: string, server: string] {
    const { tcp, clientSide } = this;
    this.names ??= [tcp.endpoint(clientSide), tcp.endpoint(clientSide === 0 ? 1 : 0)];
    return this.names;
  }
}
