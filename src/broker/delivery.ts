// A message on its way to one session: waiting, sent and not yet acknowledged, or (QoS 2) released with PUBREL.

import type { Message } from './message.js';

export class Delivery {
  /** 0 while it waits. */
  packetId = 0;
  /** PUBREC has come: what is sent now is PUBREL. */
  released = false;
  /** Key of its record; 0: it is not stored. */
  order = Number.NaN;

  constructor(
    /** undefined once it is released. */
    public message: Message | undefined,
    readonly qos: number,
    readonly retain: boolean,
    readonly identifiers: readonly number[] | undefined,
  ) {
    this.order = 0;
  }
}
