// Packs what one thread has read into batches for another, which makes items of it. Packets are not decoded here. What is
// known of connections is told as of the end of a captured packet, before the first row that came of it: so whoever handles
// an item finds its connection, and all others, as if all of it were done in one thread.

import type { FramedPacket } from '../codec/framed.js';
import type { Version } from '../spec/versions.js';
import {
  AT,
  BATCH_SIZES,
  type Batch,
  type BatchSizes,
  type Buffers,
  COLUMNS,
  CONNECTION,
  FROM_SERVER,
  HAS_PARTS,
  HERE,
  IS_EVENT,
  KIND,
  LENGTH,
  OFFSET,
  OFFSET_HIGH,
  ORIGIN,
  type Parts,
  VERSION_CODES,
  WORD,
} from './batch.js';
import type { Connection } from './connection.js';
import type { EventItem, Item } from './item.js';
import { NO_ITEMS, type Outcome, type Sender } from './outcome.js';
import { type ConnectionState, stateOf, Told } from './told.js';

/** A call to copy so few bytes takes longer than to copy them one by one. */
const FEW = 48;
/** The rows of the first batch; each later one may have twice as many, so that the other side soon has something to do. */
const FIRST_ROWS = 64;
/** Connections told of are looked through when there are twice as many as were left the last time, and so many more. */
const LOOKED_THROUGH = 1024;

const NONE: Buffers = { times: new Float64Array(0), rows: new Uint32Array(0), bytes: new Uint8Array(0) };

/** What goes beside the rows of a batch. */
class Beside {
  readonly states: { row: number; state: ConnectionState }[] = [];
  readonly events: Omit<EventItem, 'connection'>[] = [];
  readonly parts: Parts[] = [];
  readonly forgotten: number[] = [];
}

export class BatchWriter implements Outcome {
  readonly locates = true;
  /** The batch at hand. */
  private times = NONE.times;
  private rows = NONE.rows;
  private bytes = NONE.bytes;
  private beside: Beside | undefined = undefined;
  /** Rows, and how many it has room for. */
  private count = 0;
  private most = 0;
  /** For how many the next one has. */
  private next = FIRST_ROWS;
  /** Bytes. */
  private used = 0;
  /** Full, but of a captured packet that is not done with. */
  private readonly full: Batch[] = [];
  private readonly free: Buffers[] = [];
  /** Batches on their way or being read; one with a long packet counts as so many of the usual size. */
  private away = 0;
  /** Where the captured packet at hand began: that batch may be full by now. */
  private begunIn: Beside | undefined = undefined;
  private begunAt = 0;
  private readonly changes: ConnectionState[] = [];
  private connections: Connection[] = [];
  private mostConnections = LOOKED_THROUGH;

  constructor(
    private readonly post: (batch: Batch) => void,
    private readonly sizes: BatchSizes = BATCH_SIZES,
  ) {}

  /** Enough is away: nothing more should be read until some of it is back. */
  get isFull(): boolean {
    return this.away >= this.sizes.batches;
  }

  /** Memory that was read. */
  giveBack({ times, rows, bytes }: Buffers): void {
    this.away -= this.weight(bytes);
    const isSpare = this.free.length + this.away < this.sizes.batches;
    if (isSpare && bytes.length === this.sizes.bytes) this.free.push({ times, rows, bytes });
  }

  packet({ connection, direction }: Sender, version: Version, framed: FramedPacket): number {
    const { bytes, origins, pieces, offset = -1 } = framed;
    const here = bytes.length;
    if (this.count === this.most || this.used + here > this.bytes.length) this.turnOver(here);
    let kind = VERSION_CODES.indexOf(version);
    if (direction !== 'client-to-server') kind |= FROM_SERVER;
    if (origins.length > 1 || pieces !== undefined || origins[0]! >= WORD) kind |= HAS_PARTS;
    const at = this.row(connection, kind);
    if ((kind & HAS_PARTS) !== 0) this.beside!.parts.push({ origins, pieces });
    const { rows, used } = this;
    this.times[this.count - 1] = framed.time;
    rows[at + ORIGIN] = origins[0]!;
    rows[at + OFFSET] = offset + 1;
    rows[at + OFFSET_HIGH] = offset + 1 < WORD ? 0 : (offset + 1) / WORD;
    rows[at + LENGTH] = framed.length;
    rows[at + AT] = used;
    rows[at + HERE] = here;
    const to = this.bytes;
    if (here < FEW) for (let i = 0; i < here; i++) to[used + i] = bytes[i]!;
    else to.set(bytes, used);
    this.used = used + here;
    return 0;
  }

  event({ connection, ...event }: EventItem): void {
    if (this.count === this.most) this.turnOver(0);
    this.row(connection as Connection, IS_EVENT);
    this.beside!.events.push(event);
  }

  /** Begins a row; returns where its columns are. */
  private row(connection: Connection, kind: number): number {
    if (connection.told === undefined) {
      connection.told = new Told();
      this.connections.push(connection);
    }
    const at = this.count++ * COLUMNS;
    this.rows[at + CONNECTION] = connection.id;
    this.rows[at + KIND] = kind;
    return at;
  }

  changed(connection: Connection | undefined): void {
    const told = connection?.told;
    if (told === undefined || told.isOf(connection!)) return;
    told.tell(connection!);
    this.changes.push(stateOf(connection!));
  }

  allChanged(): void {
    for (const connection of this.connections) this.changed(connection);
  }

  take(): readonly Item[] {
    if (this.changes.length > 0) this.tellChanges();
    if (this.full.length > 0) this.send();
    this.begunIn = this.beside;
    this.begunAt = this.count;
    return NO_ITEMS;
  }

  /** Sends what there is; between captured packets. */
  flush(): void {
    if (this.beside !== undefined) this.fill();
    this.send();
    this.begunIn = undefined;
  }

  private tellChanges(): void {
    if (this.begunIn === undefined) this.turnOver(0);
    for (const state of this.changes) this.begunIn!.states.push({ row: this.begunAt, state });
    this.changes.length = 0;
    if (this.connections.length >= this.mostConnections) this.forget();
  }

  private forget(): void {
    const { forgotten } = this.beside!;
    for (const { id, isForgotten } of this.connections) if (isForgotten) forgotten.push(id);
    this.connections = this.connections.filter(({ isForgotten }) => !isForgotten);
    this.mostConnections = 2 * this.connections.length + LOOKED_THROUGH;
  }

  /** The next batch, with room for so many bytes in one piece. */
  private turnOver(length: number): void {
    if (this.beside !== undefined) this.fill();
    const { rows, bytes } = this.sizes;
    const usual = this.free.pop() ?? newBuffers(this.sizes);
    this.times = usual.times;
    this.rows = usual.rows;
    this.bytes = length > bytes ? new Uint8Array(length) : usual.bytes;
    this.most = Math.min(rows, this.next);
    this.next *= 2;
    this.beside = new Beside();
    if (this.begunIn !== undefined) return;
    this.begunIn = this.beside;
    this.begunAt = 0;
  }

  private fill(): void {
    const { times, rows, bytes, count } = this;
    this.full.push({ times, rows, bytes, count, ...this.beside! });
    this.beside = undefined;
    this.times = NONE.times;
    this.rows = NONE.rows;
    this.bytes = NONE.bytes;
    this.count = this.used = this.most = 0;
  }

  private send(): void {
    for (const batch of this.full) {
      this.away += this.weight(batch.bytes);
      this.post(batch);
    }
    this.full.length = 0;
  }

  private weight(bytes: Uint8Array): number {
    return Math.max(1, Math.ceil(bytes.length / this.sizes.bytes));
  }
}

function newBuffers({ rows, bytes }: BatchSizes): Buffers {
  return { times: new Float64Array(rows), rows: new Uint32Array(rows * COLUMNS), bytes: new Uint8Array(bytes) };
}
