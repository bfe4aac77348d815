// The connections that a relay tells of, each as the TCP segments that it makes.

import { clientText } from '../watch/tap.js';
import { CLIENT, SERVER, type Side, TcpSegments } from '../watch/tcp-segments.js';
import type { Opened } from './ring-watcher.js';

/** Of more, those that came first are let go. */
const MOST = 65_536;

interface Followed {
  readonly route: number;
  readonly segments: TcpSegments;
  readonly client: string;
  /** Directions that have ended. */
  ended: number;
  /** Bytes of each side that were passed over and are yet to be told. */
  readonly passed: [number, number];
}

/** Takes segments. Without `isRead` they are for nobody but the recording. */
export type KeepSegments = (route: number, time: number, segments: readonly Uint8Array[], isRead: boolean) => void;

/** Connections that are not known (any more) are passed by. Times are of the capture. */
export class FollowedConnections {
  private readonly connections = new Map<number, Followed>();

  constructor(private readonly keep: KeepSegments) {}

  /** Those that are told to be open. */
  get size(): number {
    return this.connections.size;
  }

  /** "127.0.0.1:40000" */
  clientOf(connection: number): string | undefined {
    return this.connections.get(connection)?.client;
  }

  opened(connection: number, { route, client, server }: Opened, time: number): void {
    const segments = new TcpSegments(connection, client, server);
    this.connections.set(connection, { route, segments, client: clientText(client), ended: 0, passed: [0, 0] });
    const [first] = this.connections.keys();
    if (this.connections.size > MOST && first !== undefined) this.connections.delete(first);
    this.follow(connection, time, () => segments.open());
  }

  data(connection: number, from: Side, bytes: Uint8Array, time: number, isRead: boolean): void {
    this.follow(connection, time, ({ segments }) => segments.data(from, bytes), isRead);
  }

  /** So many bytes are of nobody's interest: no segments, but a gap before the next. */
  passOver(connection: number, from: Side, length: number): void {
    const followed = this.connections.get(connection);
    if (followed !== undefined) followed.passed[from] += length;
  }

  lost(connection: number, from: Side, length: number, time: number): void {
    this.follow(connection, time, ({ segments }) => segments.stepOver(from, length));
  }

  ended(connection: number, from: Side, how: 'fin' | 'rst', time: number): void {
    this.follow(connection, time, (followed) => {
      followed.ended += how === 'rst' ? 2 : 1;
      if (followed.ended >= 2) this.connections.delete(connection);
      return how === 'rst' ? followed.segments.reset(from) : followed.segments.fin(from);
    });
  }

  private follow(
    connection: number,
    time: number,
    made: (followed: Followed) => readonly Uint8Array[],
    isRead = true,
  ): void {
    const followed = this.connections.get(connection);
    if (followed === undefined) return;
    const { passed, segments, route } = followed;
    for (const from of [CLIENT, SERVER] as const) {
      if (passed[from] > 0) this.keep(route, time, segments.stepOver(from, passed[from]), true);
      passed[from] = 0;
    }
    this.keep(route, time, made(followed), isRead);
  }
}
