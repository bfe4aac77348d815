// A bounded queue of records between two threads, in memory that both share: one writes and never waits, the other reads.
// What finds no room is refused whole. Positions count bytes modulo 2^32, so the capacity is a power of two below that.

const HEAD = 0;
const TAIL = 1;
const SLEEPING = 2;
/** Room for the three positions and for the clock's origin. */
const CONTROL = 32;
const ORIGIN = 2;
const HEADER = 32;
const KIND = 0;
const SIDE = 1;
const CONNECTION = 4;
const LENGTH = 8;
const TIME = 16;
/** Fills the rest of the memory, since a record lies in one piece. */
const PADDING = 0;

/** The bytes are a view, valid until `release`. */
export interface RingRecord {
  /** 1 to 255. */
  readonly kind: number;
  readonly side: number;
  readonly connection: number;
  /** Milliseconds of the writer's clock. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

export class Ring {
  private readonly control: Int32Array;
  private readonly origin: Float64Array;
  private readonly memory: Uint8Array;
  private readonly view: DataView;
  private readonly mask: number;
  /** Where the record that was read last ends. */
  private readTo: number;

  /** Memory for a ring of so many bytes, to be given to both sides. */
  static memory(capacity: number): SharedArrayBuffer {
    if (capacity < 1024 || capacity > 2 ** 30 || (capacity & (capacity - 1)) !== 0) {
      throw new RangeError(`a ring of ${capacity} bytes: it must be a power of two from 1024 to 2^30`);
    }
    return new SharedArrayBuffer(CONTROL + capacity);
  }

  /** `wake`: of the writer, called when the reader sleeps and something has come. */
  constructor(
    shared: SharedArrayBuffer,
    private readonly wake: () => void = () => {},
  ) {
    this.control = new Int32Array(shared, 0, 3);
    this.origin = new Float64Array(shared, ORIGIN * 8, 1);
    this.memory = new Uint8Array(shared, CONTROL);
    this.view = new DataView(shared, CONTROL);
    this.mask = this.memory.length - 1;
    this.readTo = this.control[TAIL]!;
  }

  get capacity(): number {
    return this.memory.length;
  }

  /** What the times of records count from: milliseconds since 1970. */
  get clockOrigin(): number {
    return this.origin[0]!;
  }

  set clockOrigin(milliseconds: number) {
    this.origin[0] = milliseconds;
  }

  /** Bytes that wait, headers included. */
  get used(): number {
    return (Atomics.load(this.control, HEAD) - Atomics.load(this.control, TAIL)) >>> 0;
  }

  /** False when there is no room, or would be less than `reserve` afterwards. */
  write(kind: number, connection: number, side: number, time: number, bytes: Uint8Array, reserve = 0): boolean {
    const { control, memory, view, mask } = this;
    const need = HEADER + ((bytes.length + HEADER - 1) & -HEADER);
    const head = Atomics.load(control, HEAD);
    const toEnd = memory.length - (head & mask);
    const padding = toEnd < need ? toEnd : 0;
    const free = memory.length - ((head - Atomics.load(control, TAIL)) >>> 0);
    if (padding + need + reserve > free) return false;
    if (padding > 0) {
      view.setUint8((head & mask) + KIND, PADDING);
      view.setUint32((head & mask) + LENGTH, padding - HEADER, true);
    }
    const at = (head + padding) & mask;
    view.setUint8(at + KIND, kind);
    view.setUint8(at + SIDE, side);
    view.setUint32(at + CONNECTION, connection, true);
    view.setUint32(at + LENGTH, bytes.length, true);
    view.setFloat64(at + TIME, time, true);
    memory.set(bytes, at + HEADER);
    Atomics.store(control, HEAD, (head + padding + need) | 0);
    if (Atomics.exchange(control, SLEEPING, 0) === 1) this.wake();
    return true;
  }

  /** The next record that was not read yet; undefined when there is none for now. */
  read(): RingRecord | undefined {
    const { control, memory, view, mask } = this;
    const head = Atomics.load(control, HEAD);
    while (this.readTo !== head) {
      const at = this.readTo & mask;
      const length = view.getUint32(at + LENGTH, true);
      this.readTo = (this.readTo + HEADER + ((length + HEADER - 1) & -HEADER)) | 0;
      const kind = view.getUint8(at + KIND);
      if (kind === PADDING) continue;
      return {
        kind,
        side: view.getUint8(at + SIDE),
        connection: view.getUint32(at + CONNECTION, true),
        time: view.getFloat64(at + TIME, true),
        bytes: memory.subarray(at + HEADER, at + HEADER + length),
      };
    }
    return undefined;
  }

  /** What was read so far is no longer needed. */
  release(): void {
    Atomics.store(this.control, TAIL, this.readTo);
  }

  /** True when the writer will wake the reader with its next record; false when there is one already. */
  sleep(): boolean {
    Atomics.store(this.control, SLEEPING, 1);
    if (Atomics.load(this.control, HEAD) === this.readTo) return true;
    return Atomics.exchange(this.control, SLEEPING, 0) === 0;
  }
}
