// One side of a connection: what it sent, what it announced, what it owes. Nothing is kept per connection that the
// specification keeps per sender (DESIGN law 7).

import type { Direction } from '../../spec/versions.js';
import type { FrameRef } from '../finding.js';
import type { Seen } from '../seen.js';
import { Aftermath } from './aftermath.js';
import { Aliases } from './aliases.js';
import { Evidence } from './evidence.js';
import { Flows } from './flows.js';
import { Limits } from './limits.js';

/** A packet that obliges its receiver to close the connection. */
export interface Offence {
  readonly rule: string;
  /** "5.0:MQTT-3.3.2-2", or the section: "§3.3.1". */
  readonly statement: string;
  readonly message: string;
  readonly frame: FrameRef;
  /** 5.0: the Reason Code that the receiver owes. */
  readonly due: number | undefined;
}

export class Half {
  // First what every packet needs: so it lies together.
  /** Gates of packets (gates.ts) that this side's state opens; 0 when it is to be looked at anew. */
  standing = 0;
  /** A silence that is well within the Keep Alive (ms). */
  patience = -1;
  /** As of then: a SUBSCRIBE or UNSUBSCRIBE of the client waits for its answer. */
  isAsking = false;
  /** Its PUBREL may be of a session that is gone, or to a subscription that may be; as of Subscriptions.changes. */
  mayEndOtherwise = false;
  endsAsOf = -1;
  /** It sent a Topic Alias that the other side must accept. */
  usesAliases = false;
  /** Packets that it sent. */
  packets = 0;
  /** When its last packet was captured (ns). */
  lastTime = Number.NaN;
  lastType = '';
  /** The QoS 1 and 2 messages that it sends. */
  readonly flows: Flows;
  /** The first thing it did for which the other must close. */
  offence: Offence | undefined = undefined;
  firstPacket: FrameRef | undefined = undefined;
  /** What this side announced, and so what the other may send. */
  readonly limits = new Limits();
  /** The Topic Aliases that it uses. */
  readonly aliases = new Aliases();
  readonly direction: Direction;
  readonly evidence: Evidence;
  disconnect: FrameRef | undefined = undefined;
  /** Reason Code of its DISCONNECT. */
  disconnectReason: number | undefined = undefined;
  /** What the other side did about its offence. */
  aftermath: Aftermath | undefined = undefined;

  constructor(readonly role: 'client' | 'server') {
    this.direction = role === 'client' ? 'client-to-server' : 'server-to-client';
    this.flows = new Flows(role);
    this.evidence = new Evidence(role);
  }

  sent(seen: Seen): void {
    const { packet } = seen;
    if (this.firstPacket === undefined) this.firstPacket = seen.ref();
    this.went(seen);
    if (packet.type === 'DISCONNECT' && this.disconnect === undefined) {
      this.disconnect = seen.ref();
      this.disconnectReason = packet.reasonCode ?? 0;
    }
  }

  /** Of a usual packet, this is all. */
  went({ type, time }: Seen): void {
    this.packets++;
    this.lastTime = time;
    this.lastType = type;
  }

  /** A packet of this or the other side, once there is an offence. */
  follow(seen: Seen): void {
    const { offence } = this;
    if (offence === undefined) return;
    const its = offence.frame.number === seen.item.number && offence.frame.direction === seen.frame.direction;
    const type = its ? seen.packet.type : offence.frame.number === 0 ? this.lastType : '';
    this.aftermath ??= new Aftermath(offence.frame.time, type, its ? seen.packet : undefined);
    if (seen.fromClient !== (this.role === 'client')) this.aftermath.seen(seen);
  }
}
