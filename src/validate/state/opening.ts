// How a connection began: CONNECT, the AUTH exchange, CONNACK, and what they settled.

import type { FrameRef } from '../finding.js';
import type { PacketOf, Seen } from '../seen.js';
import type { Limits } from './limits.js';

export class Opening {
  connect: FrameRef | undefined = undefined;
  connack: FrameRef | undefined = undefined;
  /** As asked for; absent fields could not be read. */
  clientId: string | undefined = undefined;
  cleanStart: boolean | undefined = undefined;
  /** Seconds, as the client asked; as the server decided when it did (Server Keep Alive). 0: none. */
  keepAlive: number | undefined = undefined;
  /** Return code or Reason Code of CONNACK. */
  code: number | undefined = undefined;
  sessionPresent: boolean | undefined = undefined;
  authenticationMethod: string | undefined = undefined;

  get accepted(): boolean {
    return this.code === 0;
  }

  /** `limits`: those of the packet's sender. */
  apply(seen: Seen, limits: Limits): void {
    const { packet } = seen;
    if (packet.type === 'CONNECT' && this.connect === undefined && seen.fromClient) this.opened(packet, seen, limits);
    if (packet.type === 'CONNACK' && this.connack === undefined && !seen.fromClient)
      this.answered(packet, seen, limits);
  }

  private opened(packet: PacketOf<'CONNECT'>, seen: Seen, limits: Limits): void {
    this.connect = seen.ref();
    this.clientId = packet.clientId;
    this.cleanStart = packet.flags?.cleanStart ?? packet.flags?.cleanSession;
    this.keepAlive = packet.keepAlive;
    limits.announce(packet.properties);
    for (const one of packet.properties ?? []) {
      if (one.name === 'authenticationMethod') this.authenticationMethod = one.value;
    }
  }

  private answered(packet: PacketOf<'CONNACK'>, seen: Seen, limits: Limits): void {
    this.connack = seen.ref();
    this.code = packet.reasonCode ?? packet.returnCode;
    this.sessionPresent = packet.acknowledgeFlags?.sessionPresent;
    limits.announce(packet.properties);
    for (const one of packet.properties ?? []) {
      if (one.name === 'serverKeepAlive') this.keepAlive = one.value;
      if (one.name === 'assignedClientIdentifier') this.clientId = one.value;
    }
  }
}
