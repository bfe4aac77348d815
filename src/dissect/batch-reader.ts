// Makes items of batches, the same ones as the dissector makes where there is one thread.
//
//   reader.open(batch);
//   for (let item = reader.next(); item !== undefined; item = reader.next()) …   // views in them are valid while it is open

import { Views } from '../bytes/views.js';
import { decode } from '../codec/frame.js';
import { usual } from '../codec/framed.js';
import {
  AT,
  type Batch,
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
  VERSION_BITS,
  VERSION_CODES,
  WORD,
} from './batch.js';
import { CONVERSATION_DEFAULTS } from './bounds.js';
import type { EventItem, Item } from './item.js';
import { packetItem } from './items.js';
import { Mirror } from './mirror.js';

export class BatchReader {
  /** Of all packets so far: whoever framed them has not looked for any. */
  problems = 0;
  private packets = 0;
  private batch: Batch | undefined = undefined;
  private row = 0;
  /** The next of those that go beside the rows. */
  private state = 0;
  private event = 0;
  private part = 0;
  private readonly connections = new Map<number, Mirror>();
  private last: Mirror | undefined = undefined;
  private readonly views = new Views();
  private readonly framed = usual()[0];

  constructor(private readonly maxAliasCharacters = CONVERSATION_DEFAULTS.maxAliasCharacters) {}

  open(batch: Batch): void {
    this.batch = batch;
    this.row = this.state = this.event = this.part = 0;
  }

  /** Undefined at the end of the batch. */
  next(): Item | undefined {
    const { batch, row } = this;
    if (batch === undefined) return undefined;
    if (batch.states.length > this.state) this.learn(batch, row);
    if (row === batch.count) {
      this.close(batch);
      return undefined;
    }
    this.row = row + 1;
    const { rows } = batch;
    const at = row * COLUMNS;
    const connection = this.connection(rows[at + CONNECTION]!);
    const kind = rows[at + KIND]!;
    if ((kind & IS_EVENT) === 0) return this.packet(batch, row, connection, kind);
    return { ...batch.events[this.event++]!, connection } as EventItem;
  }

  private packet({ times, rows, bytes, parts }: Batch, row: number, connection: Mirror, kind: number): Item {
    const { framed } = this;
    const at = row * COLUMNS;
    const start = rows[at + AT]!;
    const part = (kind & HAS_PARTS) === 0 ? undefined : parts[this.part++]!;
    framed.bytes = this.views.of(bytes, start, start + rows[at + HERE]!);
    framed.length = rows[at + LENGTH]!;
    framed.time = times[row]!;
    framed.origins = part === undefined ? [rows[at + ORIGIN]!] : part.origins;
    framed.pieces = part?.pieces;
    const high = rows[at + OFFSET_HIGH]!;
    framed.offset = (high === 0 ? rows[at + OFFSET]! : high * WORD + rows[at + OFFSET]!) - 1;
    const decoded = decode(framed.bytes, VERSION_CODES[kind & VERSION_BITS]!);
    this.problems += decoded.problems.length;
    const sender = connection.senders[(kind & FROM_SERVER) === 0 ? 0 : 1];
    return packetItem(++this.packets, sender, framed, decoded);
  }

  /** What is known of connections from this row on. */
  private learn({ states }: Batch, row: number): void {
    for (; states[this.state]?.row === row; this.state++) {
      const { state } = states[this.state]!;
      let connection = this.connections.get(state.id);
      if (connection === undefined) {
        connection = new Mirror(state.id, this.maxAliasCharacters);
        this.connections.set(state.id, connection);
      }
      connection.become(state);
    }
  }

  private connection(id: number): Mirror {
    if (this.last?.id !== id) this.last = this.connections.get(id)!;
    return this.last;
  }

  private close({ forgotten }: Batch): void {
    for (const id of forgotten) this.connections.delete(id);
    if (forgotten.length > 0) this.last = undefined;
    this.batch = undefined;
  }
}
