// A queue: first in, first out, in a ring that grows. Taking from the front costs the same however many wait.

export class Fifo<T> {
  private ring: (T | undefined)[] = new Array(8).fill(undefined);
  private head = 0;
  length = 0;

  push(item: T): void {
    const { ring } = this;
    if (this.length === ring.length) this.grow();
    this.ring[(this.head + this.length) & (this.ring.length - 1)] = item;
    this.length++;
  }

  get first(): T | undefined {
    return this.length === 0 ? undefined : this.ring[this.head];
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.ring[this.head];
    this.ring[this.head] = undefined;
    this.head = (this.head + 1) & (this.ring.length - 1);
    this.length--;
    return item;
  }

  /** In order. */
  at(index: number): T | undefined {
    return index < this.length ? this.ring[(this.head + index) & (this.ring.length - 1)] : undefined;
  }

  private grow(): void {
    const grown: (T | undefined)[] = new Array(this.ring.length * 2).fill(undefined);
    for (let i = 0; i < this.length; i++) grown[i] = this.at(i);
    this.ring = grown;
    this.head = 0;
  }
}
