// What is known by Packet Identifier. Senders count their identifiers up, so the lowest bits nearly always tell one from
// all others: it is found with one look, where a Map needs several that lie far apart. The others are in a Map.

const SLOTS = 64;
const NOBODY = new Map<number, never>();

export class ByPacketId<T extends { readonly packetId: number | undefined }> {
  private slots: (T | undefined)[] | undefined = undefined;
  private others: Map<number, T> | undefined = NOBODY;

  constructor() {
    // Not a constant: functions that V8 compiled for one would be compiled again at the first identifier that is in the way of another.
    this.others = undefined;
  }

  get(packetId: number): T | undefined {
    const { slots, others } = this;
    const one = slots === undefined ? undefined : slots[packetId & (SLOTS - 1)];
    if (one !== undefined && one.packetId === packetId) return one;
    return others === undefined ? undefined : others.get(packetId);
  }

  has(packetId: number): boolean {
    return this.get(packetId) !== undefined;
  }

  /** Whether it is this one that is found by its identifier. */
  holds(one: T): boolean {
    const { packetId } = one;
    if (packetId === undefined) return false;
    const { slots, others } = this;
    if (slots !== undefined && slots[packetId & (SLOTS - 1)] === one) return true;
    return others !== undefined && others.get(packetId) === one;
  }

  set(packetId: number, one: T): void {
    this.slots ??= new Array<T | undefined>(SLOTS).fill(undefined);
    const slot = packetId & (SLOTS - 1);
    const before = this.slots[slot];
    const isOther = before === undefined ? this.others?.has(packetId) === true : before.packetId !== packetId;
    if (!isOther) this.slots[slot] = one;
    else {
      this.others ??= new Map();
      this.others.set(packetId, one);
    }
  }

  delete(packetId: number): void {
    const { slots, others } = this;
    const slot = packetId & (SLOTS - 1);
    if (slots?.[slot]?.packetId === packetId) slots[slot] = undefined;
    else if (others?.delete(packetId) === true && others.size === 0) this.others = undefined;
  }

  clear(): void {
    this.slots = this.others = undefined;
  }

  /** In no order. */
  all(): T[] {
    const all: T[] = [];
    for (const one of this.slots ?? []) if (one !== undefined) all.push(one);
    if (this.others !== undefined) all.push(...this.others.values());
    return all;
  }
}
