// What was recorded before somebody has read it, and is yet to be read: all that is short. The bound is for who never reads.

import type { CapturedPacket } from '../../capture/packet.js';
import type { LiveEvent } from './live-batch.js';

/** Of packets, events and secrets together; of more the reader is not told. */
const MOST = 65_536;

export interface Unread {
  readonly packets: CapturedPacket[];
  readonly events: LiveEvent[];
  readonly secrets: string[];
}

export class Owed {
  private unread: Unread = { packets: [], events: [], secrets: [] };

  get isEmpty(): boolean {
    const { packets, events } = this.unread;
    return packets.length === 0 && events.length === 0;
  }

  /** The packets' bytes are copied. */
  add({ packets, events, secrets }: Unread): void {
    const { unread } = this;
    if (unread.packets.length + unread.events.length + unread.secrets.length >= MOST) return;
    for (const packet of packets) unread.packets.push({ ...packet, bytes: packet.bytes.slice() });
    unread.events.push(...events);
    unread.secrets.push(...secrets);
  }

  /** Behind what is owed, what has come since. */
  with({ packets, events, secrets }: Unread): Unread {
    if (this.isEmpty && this.unread.secrets.length === 0) return { packets, events, secrets };
    const { unread } = this;
    this.unread = { packets: [], events: [], secrets: [] };
    return {
      packets: [...unread.packets, ...packets],
      events: [...unread.events, ...events],
      secrets: [...unread.secrets, ...secrets],
    };
  }
}
