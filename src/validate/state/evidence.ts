// What was not seen of what one side sent: a capture that starts late, gaps, packets cut short. A verdict that rests on
// having seen everything since some moment asks here first, so that a gap never makes a false violation.

export class Evidence {
  private lastAt = Number.NEGATIVE_INFINITY;
  private lastReason = '';
  private firstReason: string | undefined = undefined;
  private lacks: ((since: number) => boolean) | undefined = undefined;

  constructor(private readonly owner: 'client' | 'server') {}

  /** A gap is told only when bytes behind it come; that the other side acknowledged them is known before, to whom this asks. */
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
    if (this.firstReason !== undefined && this.lastAt >= since) return this.lastReason;
    if (this.lacks?.(since) !== true) return undefined;
    return `bytes of the ${this.owner} that were acknowledged have not been seen`;
  }

  get isWhole(): boolean {
    return this.firstReason === undefined;
  }
}
