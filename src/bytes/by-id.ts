// Things by their number, of which the latest are asked for again and again: those are found with one look, by the lowest bits.

/** A power of two. */
const NEAR = 1024;

export class ById<T extends { readonly id: number }> {
  private readonly all = new Map<number, T>();
  private readonly near: (T | undefined)[] = new Array<T | undefined>(NEAR).fill(undefined);

  get(id: number): T | undefined {
    const near = this.near[id & (NEAR - 1)];
    if (near !== undefined && near.id === id) return near;
    const one = this.all.get(id);
    if (one !== undefined) this.near[id & (NEAR - 1)] = one;
    return one;
  }

  add(one: T): void {
    this.all.set(one.id, one);
  }

  delete(id: number): void {
    this.all.delete(id);
    if (this.near[id & (NEAR - 1)]?.id === id) this.near[id & (NEAR - 1)] = undefined;
  }

  values(): IterableIterator<T> {
    return this.all.values();
  }

  clear(): void {
    this.all.clear();
    this.near.fill(undefined);
  }
}
