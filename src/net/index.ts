// The way in: captured packets to TCP segments. One loop over the table of headers, no recursion, so nesting has one
// bound for everything. Reading allocates nothing: the segment is reused, and skips are made once per kind. Between packets
// nothing is kept but fragments (fragments.ts).

import { type FragmentOptions, FragmentTable } from './fragments.js';
import { HEADERS } from './headers.js';
import { unread, unreadOther } from './names.js';
import { IPV4_FRAGMENT, IPV6_FRAGMENT } from './reassemble.js';
import { ROW_OF } from './rows.js';
import type { Segment, Skipped } from './segment.js';
import { DONE, type HeaderReader, LINK, type Next, type PacketBytes, skip, Walk } from './walk.js';

export { formatAddress, formatEndpoint } from './address.js';
export { FRAGMENT_DEFAULTS, type FragmentOptions } from './fragments.js';
export { LINK_TYPE_NAMES } from './link-types.js';
export type { Segment, Skipped, SkipReason } from './segment.js';

/** Headers in one packet: tags, tunnels and extensions together. */
export const MAX_HEADERS = 64;
/** Different kinds of Skipped by number; random bytes could otherwise make hundreds of thousands. */
const MAX_KINDS = 1024;

const TOO_DEEP = skip('malformed', `more than ${MAX_HEADERS} headers in a packet`);
const READERS: readonly HeaderReader[] = HEADERS.map((row) => row.read);

export interface Lost {
  readonly skipped: Skipped;
  readonly count: number;
}

export class SegmentReader {
  readonly #fragments: FragmentTable;
  readonly #walk: Walk;
  readonly #unread = new Map<Next, Skipped>();

  constructor(options: Partial<FragmentOptions> = {}) {
    this.#fragments = new FragmentTable(options);
    this.#walk = new Walk(this.#fragments);
  }

  /** The TCP segment in the packet (valid until the next read), or why there is none: one that is 'held' may still come. Never throws. */
  read(packet: PacketBytes): Segment | Skipped {
    const walk = this.#walk;
    const { link } = packet;
    if (link >>> 16 !== 0) return skip('unknown-link', `LINKTYPE ${link}`);
    walk.start(packet);
    let next: Next = LINK | link;
    for (let depth = 0; depth < MAX_HEADERS; depth++) {
      const row = ROW_OF[next]!;
      if (row === 0) return this.#whatIs(next);
      next = READERS[row - 1]!(walk);
      if (next === DONE) return walk;
      if (next < 0) return walk.skipped;
    }
    return TOO_DEEP;
  }

  /** Packets that were 'held' and whose datagrams were not completed so far: how many there are of each kind. */
  lost(): readonly Lost[] {
    const lost = this.#fragments.lost();
    const late = this.#fragments.late();
    const kinds = [
      { skipped: IPV4_FRAGMENT.lost, count: lost.ipv4 },
      { skipped: IPV6_FRAGMENT.lost, count: lost.ipv6 },
      { skipped: IPV4_FRAGMENT.late, count: late.ipv4 },
      { skipped: IPV6_FRAGMENT.late, count: late.ipv6 },
    ];
    return kinds.filter(({ count }) => count > 0);
  }

  #whatIs(next: Next): Skipped {
    const known = this.#unread.get(next);
    if (known !== undefined) return known;
    if (this.#unread.size >= MAX_KINDS) return unreadOther(next);
    const skipped = unread(next);
    this.#unread.set(next, skipped);
    return skipped;
  }
}
