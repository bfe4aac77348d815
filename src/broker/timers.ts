// What is due when: a heap that knows where each of its timers stands, so that setting, moving and clearing one costs
// the logarithm of their number. A timer belongs to one owner and stands in the heap once or not at all.

export type TimerKind = 'link' | 'session' | 'will' | 'sys';

export class Timer<Owner = unknown> {
  at = Number.NaN;
  /** Place in the heap; -1: not set. */
  place = -1;

  constructor(
    readonly kind: TimerKind,
    readonly owner: Owner,
  ) {}
}

export class Timers<T extends Timer> {
  private readonly heap: T[] = [];

  get next(): number | undefined {
    return this.heap.length === 0 ? undefined : this.heap[0]!.at;
  }

  set(timer: T, at: number): void {
    if (timer.place < 0) {
      timer.at = at;
      timer.place = this.heap.length;
      this.heap.push(timer);
      this.up(timer.place);
    } else {
      const earlier = at < timer.at;
      timer.at = at;
      if (earlier) this.up(timer.place);
      else this.down(timer.place);
    }
  }

  clear(timer: T): void {
    const { place } = timer;
    if (place < 0) return;
    timer.place = -1;
    const last = this.heap.pop()!;
    if (last === timer) return;
    this.put(last, place);
    this.up(place);
    this.down(last.place);
  }

  /** Takes the earliest one out if it is due. */
  take(now: number): T | undefined {
    const first = this.heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.clear(first);
    return first;
  }

  private put(timer: T, place: number): void {
    this.heap[place] = timer;
    timer.place = place;
  }

  private up(from: number): void {
    const { heap } = this;
    const timer = heap[from]!;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (heap[above]!.at <= timer.at) break;
      this.put(heap[above]!, place);
      place = above;
    }
    this.put(timer, place);
  }

  private down(from: number): void {
    const { heap } = this;
    const timer = heap[from]!;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.at < heap[below]!.at) below++;
      if (heap[below]!.at >= timer.at) break;
      this.put(heap[below]!, place);
      place = below;
    }
    this.put(timer, place);
  }
}
