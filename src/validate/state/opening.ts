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
  /** As the client sent it, before the server assigned one. */
  askedClientId: string | undefined = undefined;
  /** Seconds, as the client asked; as the server decided when it did (Server Keep Alive). 0: none. */
  keepAlive: number | undefined = undefined;
  /** 5.0: what the server put in its place. */
  serverKeepAlive: number | undefined = undefined;
  /** One and a half times the Keep Alive, in ns: silence of the client that ends the connection (3.1.2.10). Infinity: none. */
  longestSilence = Number.POSITIVE_INFINITY;
  /** As CONNECT has it: of 3, 4, 5, or of no known version. */
  protocolLevel: number | undefined = undefined;
  /** Return code or Reason Code of CONNACK. */
  code: number | undefined = undefined;
  sessionPresent: boolean | undefined = undefined;
  authenticationMethod: string | undefined = undefined;
  /** 5.0: whether CONNECT asked for them; the defaults of 3.1.2.11.6 and .7. */
  wantsResponseInformation = false;
  wantsProblemInformation = true;
  /** 5.0: seconds, of CONNECT; absent is 0 (3.1.2.11.2). */
  sessionExpiryInterval = 0;

  get accepted(): boolean {
    return this.code === 0;
  }

  get refused(): boolean {
    return this.code !== undefined && this.code !== 0;
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
    this.askedClientId = packet.clientId;
    this.protocolLevel = packet.protocolLevel;
    this.cleanStart = packet.flags?.cleanStart ?? packet.flags?.cleanSession;
    this.keep(packet.keepAlive);
    limits.announce(packet.properties, seen);
    for (const one of packet.properties ?? []) {
      if (one.name === 'authenticationMethod') this.authenticationMethod = one.value;
      else if (one.name === 'requestResponseInformation') this.wantsResponseInformation = one.value !== 0;
      else if (one.name === 'requestProblemInformation') this.wantsProblemInformation = one.value !== 0;
      else if (one.name === 'sessionExpiryInterval') this.sessionExpiryInterval = one.value;
    }
  }

  private keep(seconds: number | undefined): void {
    this.keepAlive = seconds;
    this.longestSilence = seconds === undefined || seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1.5e9;
  }

  private answered(packet: PacketOf<'CONNACK'>, seen: Seen, limits: Limits): void {
    this.connack = seen.ref();
    this.code = packet.reasonCode ?? packet.returnCode;
    this.sessionPresent = packet.acknowledgeFlags?.sessionPresent;
    limits.announce(packet.properties, seen);
    for (const one of packet.properties ?? []) {
      if (one.name === 'serverKeepAlive') {
        this.serverKeepAlive = one.value;
        this.keep(one.value);
      }
      if (one.name === 'assignedClientIdentifier') this.clientId = one.value;
    }
  }
}
