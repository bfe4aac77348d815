// What was not seen of what one side sent: a capture that starts late, gaps, packets cut short. A verdict that rests on
// having seen everything since some moment asks here first, so that a gap never makes a false violation.

export class Evidence {
  private lastAt = Number.NEGATIVE_INFINITY;
  private lastReason = '';
  private firstReason: string | undefined = undefined;
  private lacks: ((since: number) => boolean) | undefined = undefined;

  constructor(private readonly owner: 'client' | 'server') {}

  /** Who knows that bytes are missing before a gap is told; undefined once all has been told. */
  watch(lacks: ((since: number) => boolean) | undefined): void {
    this.lacks = lacks;
  }

  /** Bytes of this side were not seen. */
  missed(reason: string, time: number): void {
    this.firstReason ??= reason;
    this.lastReason = reason;
    this.lastAt = time;
  }

  /** Why what this side sent since a moment (ns; default: ever) is not known whole; undefined when it is. */
  hole(since = Number.NEGATIVE_INFINITY): string | undefined {
    if (this.firstReason === undefined || this.lastAt < since) return undefined;
    return this.lastReason;
  }

  /** The same, or why it will turn out not to be: of what was acknowledged and not seen a gap comes later, of what an RST left out none. */
  doubt(since = Number.NEGATIVE_INFINITY): string | undefined {
    const hole = this.hole(since);
    if (hole !== undefined || this.lacks?.(since) !== true) return hole;
    return `bytes that the ${this.owner} sent have not been seen`;
  }

  get isWhole(): boolean {
    return this.firstReason === undefined;
  }
}
