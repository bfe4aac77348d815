// What is told of a connection to a thread that judges it: the state itself, and what tells whether it is another by now.

import type { Direction } from '../spec/versions.js';
import type { ConnectionInfo, FirstFin, Version, VersionSource } from './item.js';

/** A connection, and what its state comes of. */
export interface Followed extends ConnectionInfo {
  readonly layers: readonly unknown[];
  readonly proxied: string | undefined;
  readonly hasFin: boolean;
  /** Grows whenever any of this may have become another. */
  readonly turns: number;
  lackedUntil(direction: Direction): number;
}

/** As of a captured packet. */
export interface ConnectionState {
  readonly id: number;
  readonly client: string;
  readonly server: string;
  readonly transport: string;
  readonly version: Version;
  readonly versionFrom: VersionSource;
  readonly evidence: readonly string[];
  readonly clientId: string | undefined;
  readonly hasAssignedId: boolean | undefined;
  readonly firstFin: FirstFin | undefined;
  /** Of what the client sent, and of what the server sent. */
  readonly lackedUntil: readonly [client: number, server: number];
}

export function stateOf(connection: Followed): ConnectionState {
  const { id, client, server, transport, version, versionFrom, evidence } = connection;
  const { clientId, hasAssignedId, firstFin } = connection;
  const lackedUntil = [connection.lackedUntil('client-to-server'), connection.lackedUntil('server-to-client')] as const;
  const state = { id, client, server, transport, version, versionFrom, clientId, hasAssignedId, firstFin, lackedUntil };
  // It grows while a guess may still change.
  return { ...state, evidence: [...evidence] };
}

/** ConnectionInfo.lacks, of TcpStream.lackedUntil. */
export function lacksSince(lackedUntil: number, from: number): boolean {
  return lackedUntil === Number.POSITIVE_INFINITY || lackedUntil >= Math.max(from, 0);
}

/** The state told last, as far as it can change. It is asked for each captured packet, so it only compares. */
export class Told {
  private turns = -1;
  private version: Version | undefined = undefined;
  private versionFrom: VersionSource | undefined = undefined;
  private evidence = 0;
  private clientId: string | undefined = undefined;
  private hasAssignedId: boolean | undefined = undefined;
  private hasFin = false;
  private layers = 0;
  private proxied: string | undefined = undefined;
  private clientLackedUntil = Number.NaN;
  private serverLackedUntil = Number.NaN;

  isOf(connection: Followed): boolean {
    const { turns } = connection;
    return turns === this.turns || this.isSame(connection, turns);
  }

  private isSame(connection: Followed, turns: number): boolean {
    this.turns = turns;
    return (
      this.clientLackedUntil === connection.lackedUntil('client-to-server') &&
      this.serverLackedUntil === connection.lackedUntil('server-to-client') &&
      this.version === connection.version &&
      this.versionFrom === connection.versionFrom &&
      this.evidence === connection.evidence.length &&
      this.clientId === connection.clientId &&
      this.hasAssignedId === connection.hasAssignedId &&
      this.hasFin === connection.hasFin &&
      this.layers === connection.layers.length &&
      this.proxied === connection.proxied
    );
  }

  tell(connection: Followed): void {
    this.clientLackedUntil = connection.lackedUntil('client-to-server');
    this.serverLackedUntil = connection.lackedUntil('server-to-client');
    this.version = connection.version;
    this.versionFrom = connection.versionFrom;
    this.evidence = connection.evidence.length;
    this.clientId = connection.clientId;
    this.hasAssignedId = connection.hasAssignedId;
    this.hasFin = connection.hasFin;
    this.layers = connection.layers.length;
    this.proxied = connection.proxied;
  }
}
