// A packet as the judge's state sees it, of as much of an item as a test gives.

import type { PacketItem } from '../../src/dissect/item.js';
import { Seen } from '../../src/validate/seen.js';

export class Sight extends Seen {
  constructor(fromClient: boolean, frame: object, number = 1) {
    super();
    const direction = fromClient ? 'client-to-server' : 'server-to-client';
    this.see({ number, connection: { id: 0 }, frame: { ...frame, direction } } as unknown as PacketItem);
  }
}
