// A connection that another thread follows, as it was told of: one object each, which becomes what the connection is.

import type { Direction } from '../spec/versions.js';
import { DIRECTIONS } from './batch.js';
import type { ConnectionInfo, FirstFin, Version, VersionSource } from './item.js';
import type { Sender } from './outcome.js';
import { type ConnectionState, lacksSince } from './told.js';
import { TopicAliases } from './topic-aliases.js';

export class Mirror implements ConnectionInfo {
  readonly id: number;
  client = '';
  server = '';
  transport = '';
  version: Version = '3.1.1';
  versionFrom: VersionSource = 'default';
  evidence: readonly string[] = [];
  clientId?: string;
  hasAssignedId?: boolean;
  firstFin: FirstFin | undefined = undefined;
  /** The client and the server. */
  readonly senders: readonly [Sender<Mirror>, Sender<Mirror>];
  private lackedUntil: ConnectionState['lackedUntil'] = [0, 0];

  constructor(id: number, maxAliasCharacters: number) {
    this.id = id;
    const [client, server] = DIRECTIONS.map((direction) => ({
      connection: this,
      direction,
      aliases: new TopicAliases(maxAliasCharacters),
    }));
    this.senders = [client!, server!];
  }

  become(state: ConnectionState): void {
    const { clientId, hasAssignedId } = state;
    this.client = state.client;
    this.server = state.server;
    this.transport = state.transport;
    this.version = state.version;
    this.versionFrom = state.versionFrom;
    this.evidence = state.evidence;
    if (clientId !== undefined) this.clientId = clientId;
    if (hasAssignedId !== undefined) this.hasAssignedId = hasAssignedId;
    this.firstFin = state.firstFin;
    this.lackedUntil = state.lackedUntil;
  }

  lacks(direction: Direction, from: number): boolean {
    return lacksSince(this.lackedUntil[direction === 'client-to-server' ? 0 : 1], from);
  }
}
