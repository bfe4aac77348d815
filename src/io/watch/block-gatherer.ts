// Blocks of a pcapng file, gathered in pieces of whole blocks, for one write each. There is no bound here: whoever gathers
// asks first (`packetBlockLength`).

import { packetBlockLength, type Room, type Texts, writePacketBlock } from './pcapng-writer.js';

/** Bytes of a piece, by default. */
export const PIECE = 256 * 1024;

export class BlockGatherer {
  /** Bytes that wait to be taken. */
  length = 0;
  private readonly full: Uint8Array[] = [];
  private room: Room = NO_ROOM;
  private used = 0;

  /** `piece`: bytes that a piece has at most, unless a block is longer. */
  constructor(private readonly piece = PIECE) {}

  packet(index: number, time: bigint, packet: Uint8Array, comments: Texts): void {
    const length = packetBlockLength(packet.length, comments);
    const at = this.reserve(length);
    writePacketBlock(this.room, at, index, time, packet, comments);
  }

  add(block: Uint8Array): void {
    const at = this.reserve(block.length);
    this.room.bytes.set(block, at);
  }

  /** A piece is full: more would not make its write better. */
  get isFull(): boolean {
    return this.full.length > 0;
  }

  /** The first piece, full or not; undefined when nothing waits. */
  take(): Uint8Array | undefined {
    if (this.full.length === 0) this.seal();
    const piece = this.full.shift();
    if (piece !== undefined) this.length -= piece.length;
    return piece;
  }

  /** Nothing more comes. */
  end(): void {
    this.seal();
    this.room = NO_ROOM;
  }

  /** What has come is a piece; what comes now begins another. */
  private seal(): void {
    const { used, room } = this;
    if (used === 0) return;
    this.used = 0;
    // When little of the memory is used it is copied, so that the rest can be used again.
    const isSmall = used < room.bytes.length / 2;
    this.full.push(isSmall ? room.bytes.slice(0, used) : room.bytes.subarray(0, used));
    if (!isSmall) this.room = NO_ROOM;
  }

  /** Room in the piece in use, a new one when it does not fit. */
  private reserve(length: number): number {
    if (this.used + length > this.room.bytes.length) {
      this.seal();
      if (length > this.room.bytes.length) this.room = roomOf(Math.max(this.piece, length));
    }
    const at = this.used;
    this.used += length;
    this.length += length;
    return at;
  }
}

const NO_ROOM = roomOf(0);

function roomOf(length: number): Room {
  // Every byte is written before it is taken.
  const { buffer } = Buffer.allocUnsafeSlow(length);
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
}
