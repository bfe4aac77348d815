// A list of connections in order of use, linked through the connections themselves: touching one costs no allocation.

export interface Linked {
  older: Linked | undefined;
  newer: Linked | undefined;
}

export class Recency<N extends Linked> {
  #oldest: N | undefined = undefined;
  #newest: N | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): N | undefined {
    return this.#oldest;
  }

  /** Puts a new one at the end. */
  add(node: N): void {
    node.older = this.#newest;
    node.newer = undefined;
    if (this.#newest === undefined) this.#oldest = node;
    else this.#newest.newer = node;
    this.#newest = node;
    this.#size++;
  }

  /** Moves one that is in the list to the end. */
  touch(node: N): void {
    if (node === this.#newest) return;
    this.remove(node);
    this.add(node);
  }

  remove(node: N): void {
    // Only nodes of type N ever come in, so its neighbours are of type N.
    const older = node.older as N | undefined;
    const newer = node.newer as N | undefined;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    node.older = node.newer = undefined;
    this.#size--;
  }
}
