// One network connection as sessions and wills see it: who connected, with what, and what ended it. It lives on after its
// connection, as the last thing known of its client.

import type { FrameRef } from '../finding.js';
import type { PacketOf, Seen } from '../seen.js';
import type { Closed, Closing } from './closed.js';
import type { Flows } from './flows.js';
import type { Half } from './half.js';
import { numberOf } from './number-property.js';
import type { Session } from './session.js';
import type { Will } from './will.js';
import type { Suspicion } from './wills.js';

export class Link {
  /** CONNECT. */
  readonly asked: FrameRef;
  /** CONNACK; `accepted` when it let the client in. */
  answered: FrameRef | undefined = undefined;
  accepted: FrameRef | undefined = undefined;
  clientId: string | undefined;
  readonly cleanStart: boolean | undefined;
  /** Seconds that the session outlives this connection: 0 it ends with it, Infinity it stays; undefined: not known. */
  expiry: number | undefined;
  readonly keepAlive: number;
  will: Will | undefined = undefined;
  session: Session | undefined = undefined;
  closed: Closed | undefined = undefined;
  /** Who began to close it, while it is followed. */
  closing: (() => Closing | undefined) | undefined = undefined;
  /** A later CONNECT of the same client while this connection was open. */
  takenOverBy: Link | undefined = undefined;
  /** The connection of the same client that was open when this one asked. */
  takesOver: Link | undefined = undefined;
  /** Session Present 1, though the client can have no session (5.0: 3.2.2.1.1). */
  isForeign = false;
  /** Why that is not sure. */
  foreignDoubt: string | undefined = undefined;
  /** Session Present 0, though this connection of the same client seemed to be open, and its session to be kept. */
  lost: Link | undefined = undefined;
  /** The session that the client has and the server has not: messages of the client under way in it. */
  lostFlows: Flows | undefined = undefined;
  /** Wills of others that this client was to get, or had better not: their time is over, and nothing more has come. */
  readonly silentWills: Will[] = [];
  /** Messages that came to it and look like a will that was taken back: what follows will tell. */
  readonly suspicions: Suspicion[] = [];

  constructor(
    seen: Seen,
    packet: PacketOf<'CONNECT'>,
    readonly id: number,
    readonly client: Half,
    readonly server: Half,
  ) {
    this.asked = seen.ref();
    this.clientId = packet.clientId;
    this.cleanStart = packet.flags?.cleanStart ?? packet.flags?.cleanSession;
    this.keepAlive = packet.keepAlive ?? 0;
    this.expiry = this.asked.version === '5.0' ? expiryOf(packet, 0) : endsWith(this.cleanStart);
  }

  get isV5(): boolean {
    return this.asked.version === '5.0';
  }

  /** The earliest that the connection can have ended: something of it was seen until then. */
  get lastSeen(): number {
    const { lastTime: client } = this.client;
    const { lastTime: server } = this.server;
    return Math.max(client, Number.isNaN(server) ? client : server);
  }

  /** CONNACK: a 5.0 server may choose another Session Expiry Interval (3.2.2.3.2) and the client identifier. */
  answer(seen: Seen, packet: PacketOf<'CONNACK'>): void {
    this.answered = seen.ref();
    const code = packet.reasonCode ?? packet.returnCode;
    if (code === 0) this.accepted = this.answered;
    if (!this.isV5) return;
    this.expiry = expiryOf(packet, this.expiry);
    for (const one of packet.properties ?? []) {
      if (one.name === 'assignedClientIdentifier') this.clientId = one.value;
    }
  }

  /** DISCONNECT of the client: in 5.0 it may change the Session Expiry Interval, but not from 0 (3.14.2.2.2). */
  leave(packet: PacketOf<'DISCONNECT'>): void {
    if (!this.isV5) return;
    const expiry = expiryOf(packet, this.expiry);
    this.expiry = this.expiry === 0 && expiry !== 0 ? undefined : expiry;
  }
}

/** 3.1.1: Clean Session 1 ends with the connection, 0 never. */
function endsWith(cleanSession: boolean | undefined): number | undefined {
  return cleanSession === undefined ? undefined : cleanSession ? 0 : Number.POSITIVE_INFINITY;
}

function expiryOf(
  packet: PacketOf<'CONNECT' | 'CONNACK' | 'DISCONNECT'>,
  otherwise: number | undefined,
): number | undefined {
  const { properties } = packet;
  if (packet.type === 'CONNECT' && properties === undefined) return undefined;
  const expiry = numberOf(properties, 'sessionExpiryInterval');
  return expiry === 0xffffffff ? Number.POSITIVE_INFINITY : (expiry ?? otherwise);
}
