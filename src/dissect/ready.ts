// What layers held until something came that is not on the wire, of all connections. It is delivered in the order of the
// capture: whoever judges what one connection did to another needs that.

import { compareMoments, type Moment } from '../bytes/chunk.js';

export interface Ready {
  readonly at: Moment;
  deliver(): void;
}

export class ReadyList {
  private readonly list: Ready[] = [];

  /** Those of one connection, which keep their order whatever their moments. */
  add(some: readonly Ready[]): void {
    let at: Moment | undefined;
    for (const one of some) {
      if (at === undefined || compareMoments(one.at, at) > 0) at = one.at;
      this.list.push({ at, deliver: one.deliver });
    }
  }

  inOrder(): readonly Ready[] {
    return this.list.sort((a, b) => compareMoments(a.at, b.at));
  }
}
