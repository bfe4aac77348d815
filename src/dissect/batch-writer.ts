// Packs what one thread has read into batches for another, which makes items of it. Packets are not decoded here. What is
// known of connections is told as of the end of a captured packet, before the first row that came of it: so whoever handles
// an item finds its connection, and all others, as if all of it were done in one thread.

import { TEXT_PLACES } from '../bytes/utf8.js';
import { decode } from '../codec/frame.js';
import type { FramedPacket } from '../codec/framed.js';
import type { Property } from '../codec/packet.js';
import type { Version } from '../spec/versions.js';
import {
  AT,
  addParts,
  BATCH_SIZES,
  type Batch,
  type BatchSizes,
  COLUMNS,
  CONNECTION,
  type Done,
  FIRST,
  FROM_SERVER,
  HAS_PARTS,
  HERE,
  IN_FILE,
  IS_EVENT,
  IS_USUAL,
  KIND,
  LENGTH,
  type Memory,
  newMemory,
  OFFSET,
  OFFSET_HIGH,
  ORIGIN,
  OWN,
  ownMemory,
  PACKET_ID,
  PAYLOAD_HASH,
  PAYLOAD_LENGTH,
  PROPERTIES,
  TOPIC,
  WORD,
} from './batch.js';
import { type Connection, NO_FILE } from './connection.js';
import { Glanced } from './glanced.js';
import type { EventItem, Item } from './item.js';
import { Numbered } from './numbered.js';
import { NO_ITEMS, type Outcome, type Sender } from './outcome.js';
import { isLocated } from './position.js';
import { type ConnectionState, stateOf, Told } from './told.js';

/** A call to copy so few bytes takes longer than to copy them one by one. */
const FEW = 48;
const WORD_BYTES = 8;
/** The rows of the first batch; each later one may have twice as many, so that the other side soon has something to do. */
const FIRST_ROWS = 64;
/** Connections told of are looked through when there are twice as many as were left the last time, and so many more. */
const LOOKED_THROUGH = 1024;

/** First bytes from here on are of packets that may be usual. */
const FIRST_USUAL = 0x30;
const PUBLISH = 3;
/** Characters: longer ones are not kept by number. */
const LONGEST_TOPIC = 256;

const NONE: Memory = { times: new Float64Array(0), rows: new Uint32Array(0), bytes: new Uint8Array(0) };

/** What goes beside the rows of a batch. */
class Beside {
  readonly states: { row: number; state: ConnectionState }[] = [];
  readonly events: Omit<EventItem, 'connection'>[] = [];
  readonly parts: number[] = [];
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
  /** Memory by slot, and which of it is free; how much of it the other side knows. */
  private readonly memories: Memory[] = [];
  private readonly free: number[] = [];
  private slot = OWN;
  private told = 0;
  /** Batches on their way or being read; one with a long packet counts as so many of the usual size. */
  private away = 0;
  /** Where the captured packet at hand began: that batch may be full by now. */
  private begunIn: Beside | undefined = undefined;
  private begunAt = 0;
  private readonly glanced = new Glanced();
  private readonly topics = new Numbered<string>(TEXT_PLACES);
  private readonly properties = new Numbered<readonly Property[]>();
  /** The number of the file whose packets need not be copied; NO_FILE when there is none. */
  file = NO_FILE;
  private readonly changes: ConnectionState[] = [];
  private connections: Connection[] = [];
  private mostConnections = LOOKED_THROUGH;

  constructor(
    private readonly post: (batch: Batch) => void,
    private readonly sizes: BatchSizes = BATCH_SIZES,
    /** Tells of usual packets as such. */
    private readonly glances = false,
  ) {}

  /** Enough is away: nothing more should be read until some of it is back. */
  get isFull(): boolean {
    return this.away >= this.sizes.batches;
  }

  /** A batch that was read. */
  giveBack({ slot, length }: Done): void {
    this.away -= this.weight(length);
    if (slot !== OWN) this.free.push(slot);
  }

  packet({ connection, direction }: Sender, version: Version, framed: FramedPacket): number {
    const { bytes, origins, pieces, offset = -1 } = framed;
    const isUsual = this.glances && bytes[0]! >= FIRST_USUAL && this.isUsual(framed, version);
    const isInFile = isUsual && connection.file === this.file && this.file !== NO_FILE && isLocated(framed);
    this.makeRoom(isInFile ? NONE.bytes : bytes);
    let kind = version === '5.0' ? 2 : version === '3.1.1' ? 1 : 0;
    if (direction !== 'client-to-server') kind |= FROM_SERVER;
    if (origins.length > 1 || pieces !== undefined || origins[0]! >= WORD) kind |= HAS_PARTS;
    if (isInFile) kind |= IN_FILE;
    const at = this.row(connection, kind);
    if ((kind & HAS_PARTS) !== 0) addParts(this.beside!.parts, framed);
    const { rows } = this;
    this.times[this.count - 1] = framed.time;
    rows[at + ORIGIN] = origins[0]!;
    rows[at + OFFSET] = offset + 1;
    rows[at + OFFSET_HIGH] = offset + 1 < WORD ? 0 : (offset + 1) / WORD;
    rows[at + LENGTH] = framed.length;
    if (!isInFile) this.copy(bytes, at);
    if (isUsual) this.usual(at, bytes[0]!);
    return 0;
  }

  /** For a row, and for these bytes. */
  private makeRoom(bytes: Uint8Array): void {
    this.line(bytes);
    if (this.count !== this.most && this.used + bytes.length <= this.bytes.length) return;
    this.turnOver(bytes.length + WORD_BYTES);
    this.line(bytes);
  }

  private copy(bytes: Uint8Array, at: number): void {
    const { rows, used, bytes: to } = this;
    const here = bytes.length;
    rows[at + AT] = used;
    rows[at + HERE] = here;
    if (here < FEW) for (let i = 0; i < here; i++) to[used + i] = bytes[i]!;
    else to.set(bytes, used);
    this.used = used + here;
  }

  /** To shared memory whole words are copied only from where they begin likewise; single bytes take eight times as long. */
  private line({ byteOffset }: Uint8Array): void {
    this.used += (byteOffset - this.used) & (WORD_BYTES - 1);
  }

  private isUsual(framed: FramedPacket, version: Version): boolean {
    const { glanced } = this;
    if (!glanced.read(framed, version)) {
      const { bytes, length } = framed;
      if (version !== '5.0' || bytes[0]! >> 4 !== PUBLISH || bytes.length < length) return false;
      // Properties are known at a glance once they were read, and nobody else reads them here.
      decode(bytes, version);
      if (!glanced.read(framed, version)) return false;
    }
    return glanced.type !== 'PUBLISH' || glanced.topic.length <= LONGEST_TOPIC;
  }

  /** What there is to say of a usual packet, so that nobody need look at its bytes. */
  private usual(at: number, first: number): void {
    const { rows, glanced } = this;
    const { properties } = glanced;
    rows[at + KIND]! |= IS_USUAL;
    rows[at + FIRST] = first;
    rows[at + PACKET_ID] = glanced.packetId + 1;
    if (glanced.type !== 'PUBLISH') return;
    rows[at + TOPIC] = this.topics.numberOf(glanced.topic, glanced.topicPlace);
    rows[at + PROPERTIES] = properties === undefined ? 0 : this.properties.numberOf(properties) + 1;
    rows[at + PAYLOAD_LENGTH] = glanced.payloadLength;
    rows[at + PAYLOAD_HASH] = glanced.payloadHash;
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
    this.slot = length > bytes ? OWN : (this.free.pop() ?? this.memories.length);
    if (this.slot === this.memories.length) this.memories.push(newMemory(this.sizes));
    const memory = this.memories[this.slot] ?? ownMemory(length);
    this.times = memory.times;
    this.rows = memory.rows;
    this.bytes = memory.bytes;
    this.most = Math.min(memory.times.length, this.next);
    this.next = Math.min(2 * this.next, rows);
    this.beside = new Beside();
    if (this.begunIn !== undefined) return;
    this.begunIn = this.beside;
    this.begunAt = 0;
  }

  private fill(): void {
    const { slot, count, beside, times, rows, bytes } = this;
    const isNew = slot === this.told;
    if (isNew) this.told++;
    const memory = isNew || slot === OWN ? { times, rows, bytes } : undefined;
    const [topics, properties] = [this.topics.take(), this.properties.take()];
    this.full.push({ slot, memory, count, topics, properties, ...beside! });
    this.beside = undefined;
    this.times = NONE.times;
    this.rows = NONE.rows;
    this.bytes = NONE.bytes;
    this.count = this.used = this.most = 0;
  }

  private send(): void {
    for (const batch of this.full) {
      this.away += this.weight(batch.slot === OWN ? batch.memory!.bytes.length : 0);
      this.post(batch);
    }
    this.full.length = 0;
  }

  /** `length`: of memory of its own. */
  private weight(length: number): number {
    return Math.max(1, Math.ceil(length / this.sizes.bytes));
  }
}
