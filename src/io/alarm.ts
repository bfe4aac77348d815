// One timer for whoever has a next time to be called at: it may be asked as often as one likes, and costs something only
// when that time comes nearer. It may ring too early, never too late by more than the system's timers are.

/** The longest that a timer of Node can wait. */
const LONGEST_WAIT = 2 ** 31 - 1;

export class Alarm {
  private timer: NodeJS.Timeout | undefined = undefined;
  private at = Number.NaN;

  constructor(private readonly ring: () => void) {}

  /** Milliseconds of performance.now(). */
  set(at: number): void {
    if (at === Number.POSITIVE_INFINITY || this.at <= at) return;
    clearTimeout(this.timer);
    this.at = at;
    this.timer = setTimeout(rung, Math.min(Math.max(0, Math.ceil(at - performance.now())), LONGEST_WAIT), this);
  }

  rung(): void {
    this.at = Number.NaN;
    this.ring();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.at = Number.NEGATIVE_INFINITY;
  }
}

function rung(alarm: Alarm): void {
  alarm.rung();
}
