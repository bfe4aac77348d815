// PINGREQ that wait for their PINGRESP (3.12, 3.13). Neither carries an identifier: answers come in order.

import type { FrameRef } from '../finding.js';
import type { Seen } from '../seen.js';
import { GRACE } from './grace.js';

const MOST = 16;

export class Pings {
  /** Without answer so far, the oldest first. */
  readonly open: FrameRef[] = [];
  /** When the last PINGREQ that was answered was captured (ns): the server has surely received that. */
  answeredAt = Number.NaN;

  /** The oldest, when the server went on sending other things for longer than the grace. */
  missed(serverLastTime: number): FrameRef | undefined {
    const [first] = this.open;
    return first !== undefined && serverLastTime - first.time > GRACE ? first : undefined;
  }

  apply(seen: Seen, serverLastTime: number): void {
    const { type } = seen;
    const { open } = this;
    if (type === 'PINGREQ' && seen.fromClient) {
      // Told of at this packet: the count begins anew.
      if (this.missed(serverLastTime) !== undefined) open.length = 0;
      if (open.length < MOST) open.push(seen.ref());
    } else if (type === 'PINGRESP' && !seen.fromClient) {
      const answered = open.shift();
      if (answered !== undefined) this.answeredAt = answered.time;
    }
  }
}
