// The enhanced authentication of 5.0 (4.12): who has asked for what, in the opening and again later.
//
//   opening         client: CONNECT with a method; server: AUTH 0x18; client: AUTH 0x18; … server: CONNACK
//   again           client: AUTH 0x19; server: AUTH 0x18; client: AUTH 0x18; … server: AUTH 0x00

import type { PacketOf, Seen } from '../seen.js';

export const CONTINUE = 0x18;
export const AGAIN = 0x19;

export class Authentication {
  /** AUTH of the server that the client has still to answer. */
  asked = false;
  /** A re-authentication was begun and is not over. */
  again = false;
  /** AUTH packets of the server before CONNACK. */
  steps = 0;

  apply(seen: Seen, connackSeen: boolean): void {
    const { packet } = seen;
    if (packet.type === 'AUTH') this.step(packet, seen.fromClient, connackSeen);
    else if (packet.type === 'CONNACK' && !seen.fromClient) this.asked = false;
  }

  private step(packet: PacketOf<'AUTH'>, fromClient: boolean, connackSeen: boolean): void {
    const code = packet.reasonCode ?? 0;
    if (fromClient) {
      if (code === AGAIN && connackSeen) this.again = true;
      this.asked = false;
      return;
    }
    this.asked = code === CONTINUE;
    if (!connackSeen) this.steps++;
    else if (code === 0) this.again = false;
  }
}
