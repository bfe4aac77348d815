// What the receiver of an offence did about it (4.8, 5.0: 4.13): whether it answered the very packet, and whether it went
// on sending for so long that it cannot have closed.

import type { FrameRef } from '../finding.js';
import type { PacketType, Seen } from '../seen.js';
import { GRACE } from './grace.js';

/** What processing a packet looks like. */
const ANSWERS: Partial<Record<string, PacketType>> = {
  CONNECT: 'CONNACK',
  PUBLISH: 'PUBACK',
  PUBREL: 'PUBCOMP',
  SUBSCRIBE: 'SUBACK',
  UNSUBSCRIBE: 'UNSUBACK',
  PINGREQ: 'PINGRESP',
};

export class Aftermath {
  /** The receiver's answer to the packet at fault, as if nothing were wrong with it. */
  answer: FrameRef | undefined = undefined;
  /** The receiver's first packet after the grace. */
  later: FrameRef | undefined = undefined;
  /** 5.0: Reason Code of the DISCONNECT, or CONNACK, that the receiver sent after it. */
  code: number | undefined = undefined;
  /** The packet at fault, when it has reserved flags that are not as they must be (2.2.2, 5.0: 2.1.3). */
  readonly flagged: boolean;
  readonly time: number;
  private readonly type: PacketType;
  private readonly packetId: number | undefined;

  /** The type and the packet at fault; of a WebSocket frame at fault the type of the packet that it carried. */
  constructor(time: number, type: string, packet: Seen['packet'] | undefined) {
    this.time = time;
    this.type = packet?.type === 'PUBLISH' && packet.qos === 2 ? 'PUBREC' : (ANSWERS[type] ?? 'RESERVED');
    this.packetId = packet !== undefined && 'packetId' in packet ? packet.packetId : undefined;
    this.flagged = packet?.headerFlags !== undefined;
  }

  /** A packet of the receiver. */
  seen(seen: Seen): void {
    const { packet } = seen;
    const code = 'reasonCode' in packet ? packet.reasonCode : undefined;
    // A CONNACK that accepts was on its way, and says nothing of it.
    if (packet.type === 'DISCONNECT' || (packet.type === 'CONNACK' && (code ?? 0) >= 0x80)) this.code ??= code ?? 0;
    if (this.answer === undefined && packet.type === this.type && !this.refuses(seen, code)) {
      const packetId = 'packetId' in packet ? packet.packetId : undefined;
      if (packetId === this.packetId) this.answer = seen.ref();
    }
    if (this.later === undefined && seen.time - this.time > GRACE) this.later = seen.ref();
  }

  private refuses({ packet }: Seen, code: number | undefined): boolean {
    if (packet.type === 'CONNACK') return (code ?? packet.returnCode ?? 0) !== 0;
    if (packet.type === 'SUBACK') return (packet.returnCodes ?? packet.reasonCodes ?? []).every((one) => one >= 0x80);
    return code !== undefined && code >= 0x80;
  }
}
