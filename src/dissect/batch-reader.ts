// Makes items of batches, the same ones as the dissector makes where there is one thread.
//
//   reader.open(batch);
//   for (let item = reader.next(); item !== undefined; item = reader.next()) …   // views in them are valid while it is open

import { ById } from '../bytes/by-id.js';
import { hashOf } from '../bytes/sample-hash.js';
import { Views } from '../bytes/views.js';
import { decode } from '../codec/frame.js';
import { usual } from '../codec/framed.js';
import type { Property, ReadPacket } from '../codec/packet.js';
import type { PlainType } from '../codec/plain.js';
import { PACKET_BY_CODE } from '../spec/packets.js';
import {
  AT,
  afterParts,
  type Batch,
  COLUMNS,
  CONNECTION,
  FIRST,
  type FileBytes,
  FROM_SERVER,
  HAS_PARTS,
  HERE,
  IN_FILE,
  IS_EVENT,
  IS_USUAL,
  KIND,
  LENGTH,
  type Memory,
  OFFSET,
  OFFSET_HIGH,
  ORIGIN,
  OWN,
  PACKET_ID,
  PAYLOAD_HASH,
  PAYLOAD_LENGTH,
  PROPERTIES,
  partsAt,
  TOPIC,
  VERSION_BITS,
  VERSION_CODES,
  WORD,
} from './batch.js';
import { CONVERSATION_DEFAULTS } from './bounds.js';
import { Glanced, type TakesGlanced } from './glanced.js';
import type { EventItem, Item } from './item.js';
import { packetItem } from './items.js';
import { Mirror } from './mirror.js';
import { learn } from './numbered.js';

// Only of usual packets.
const NO_PAYLOAD = new Uint8Array(0);
const TYPES = PACKET_BY_CODE.map((row) => row?.type as PlainType);

export class BatchReader {
  /** Of all packets so far: whoever framed them has not looked for any. */
  problems = 0;
  /** What is read, as far as its packets are not all here. */
  file: FileBytes | undefined = undefined;
  private packets = 0;
  private batch: Batch | undefined = undefined;
  private memory!: Memory;
  private readonly memories: Memory[] = [];
  private row = 0;
  /** The next of those that go beside the rows. */
  private state = 0;
  private event = 0;
  private part = 0;
  private readonly connections = new ById<Mirror>();
  private readonly views = new Views();
  private readonly framed = usual()[0];
  private readonly glanced = new Glanced();
  private readonly topics: string[] = [];
  private readonly properties: (readonly Property[])[] = [];

  constructor(private readonly maxAliasCharacters = CONVERSATION_DEFAULTS.maxAliasCharacters) {}

  open(batch: Batch): void {
    const { slot, memory } = batch;
    this.batch = batch;
    this.memory = memory ?? this.memories[slot]!;
    if (memory !== undefined && slot !== OWN) this.memories[slot] = memory;
    learn(this.topics, batch.topics);
    learn(this.properties, batch.properties);
    this.row = this.state = this.event = this.part = 0;
  }

  /** Undefined at the end of the batch. `glance` may take usual packets on the way. */
  next(glance?: TakesGlanced): Item | undefined {
    const { batch } = this;
    if (batch === undefined) return undefined;
    const { count, states } = batch;
    const { rows } = this.memory;
    for (;;) {
      const { row } = this;
      if (states.length > this.state) this.learn(batch, row);
      if (row === count) {
        this.close(batch);
        return undefined;
      }
      this.row = row + 1;
      const at = row * COLUMNS;
      const connection = this.connections.get(rows[at + CONNECTION]!)!;
      const kind = rows[at + KIND]!;
      if ((kind & IS_EVENT) !== 0) return { ...batch.events[this.event++]!, connection } as EventItem;
      if ((kind & IS_USUAL) === 0 || glance === undefined) return this.packet(batch, row, connection, kind);
      this.usual(batch, row, connection, kind);
      if (!glance(this.glanced)) return this.packet(batch, row, connection, kind);
      this.packets++;
      if ((kind & HAS_PARTS) !== 0) this.part = afterParts(batch.parts, this.part);
    }
  }

  private usual({ parts }: Batch, row: number, connection: Mirror, kind: number): void {
    const { glanced } = this;
    const { times, rows } = this.memory;
    const at = row * COLUMNS;
    const first = rows[at + FIRST]!;
    glanced.connection = connection;
    glanced.number = this.packets + 1;
    glanced.version = VERSION_CODES[kind & VERSION_BITS]!;
    glanced.fromClient = (kind & FROM_SERVER) === 0;
    glanced.length = rows[at + LENGTH]!;
    glanced.time = times[row]!;
    glanced.origin = rows[at + ORIGIN]!;
    glanced.origins = undefined;
    glanced.offset = offsetOf(rows, at);
    if ((kind & HAS_PARTS) !== 0) glanced.lieIn(partsAt(parts, this.part));
    glanced.type = TYPES[first >> 4]!;
    glanced.packetId = rows[at + PACKET_ID]! - 1;
    if (glanced.type !== 'PUBLISH') return;
    glanced.say(first);
    const topic = rows[at + TOPIC]!;
    glanced.topic = this.topics[topic]!;
    glanced.topicNumber = topic;
    const properties = rows[at + PROPERTIES]!;
    glanced.properties = properties === 0 ? undefined : this.properties[properties - 1];
    glanced.payloadLength = rows[at + PAYLOAD_LENGTH]!;
    glanced.payloadHash = rows[at + PAYLOAD_HASH]! | 0;
  }

  private packet({ parts }: Batch, row: number, connection: Mirror, kind: number): Item {
    const { framed } = this;
    const { times, rows, bytes } = this.memory;
    const at = row * COLUMNS;
    const part = (kind & HAS_PARTS) === 0 ? undefined : partsAt(parts, this.part);
    if (part !== undefined) this.part = afterParts(parts, this.part);
    framed.length = rows[at + LENGTH]!;
    framed.time = times[row]!;
    framed.origins = part === undefined ? [rows[at + ORIGIN]!] : part.origins;
    framed.pieces = part?.pieces;
    framed.offset = offsetOf(rows, at);
    const isInFile = (kind & IN_FILE) !== 0;
    const start = rows[at + AT]!;
    if (isInFile) framed.bytes = this.file!.read(framed.length, framed.offset, framed.pieces);
    else framed.bytes = this.views.of(bytes, start, start + rows[at + HERE]!);
    const decoded = decode(framed.bytes, VERSION_CODES[kind & VERSION_BITS]!);
    if (isInFile && !this.isAsBefore(decoded.packet, at)) throw this.file!.changed();
    this.problems += decoded.problems.length;
    const sender = connection.senders[(kind & FROM_SERVER) === 0 ? 0 : 1];
    return packetItem(++this.packets, sender, framed, decoded);
  }

  /** A usual packet that was read again is what its row says, as far as that says it. */
  private isAsBefore(packet: ReadPacket, at: number): boolean {
    const { rows } = this.memory;
    const first = rows[at + FIRST]!;
    const packetId = 'packetId' in packet ? packet.packetId : undefined;
    if (this.framed.bytes[0] !== first || (packetId ?? -1) !== rows[at + PACKET_ID]! - 1) return false;
    if (packet.type !== 'PUBLISH') return packet.type === TYPES[first >> 4];
    const { topic, payload = NO_PAYLOAD } = packet;
    if (topic !== this.topics[rows[at + TOPIC]!] || payload.length !== rows[at + PAYLOAD_LENGTH]) return false;
    return hashOf(payload) === (rows[at + PAYLOAD_HASH]! | 0);
  }

  /** What is known of connections from this row on. */
  private learn({ states }: Batch, row: number): void {
    for (; states[this.state]?.row === row; this.state++) {
      const { state } = states[this.state]!;
      let connection = this.connections.get(state.id);
      if (connection === undefined) {
        connection = new Mirror(state.id, this.maxAliasCharacters);
        this.connections.add(connection);
      }
      connection.become(state);
    }
  }

  private close({ forgotten }: Batch): void {
    for (const id of forgotten) this.connections.delete(id);
    this.batch = undefined;
  }
}

function offsetOf(rows: Uint32Array, at: number): number {
  const high = rows[at + OFFSET_HIGH]!;
  return (high === 0 ? rows[at + OFFSET]! : high * WORD + rows[at + OFFSET]!) - 1;
}
