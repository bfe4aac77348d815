// Memory for messages that are kept for a moment, until their acknowledgement: many share a piece, which costs less than
// a buffer for each. The last few pieces stay; when one has to go, what is still needed of it gets memory of its own. So
// a message that nobody acknowledges never holds on to its neighbours.

import type { Message } from './message.js';

const PIECE = 16 * 1024;
/** Larger messages have their own memory from the beginning. */
const MOST = 2048;
/** Pieces that stay: few and small, so that the messages in them are forgotten while they are young. */
const PIECES = 4;

interface Piece {
  readonly bytes: Uint8Array;
  readonly messages: Message[];
}

export class Keeper {
  private readonly pieces: Piece[] = [];
  private piece: Piece = { bytes: new Uint8Array(PIECE), messages: [] };
  private at = 0;

  /** Takes the bytes of a message that is going to outlive the call. */
  keep(message: Message): void {
    if (message.isKept) return;
    const { packet } = message;
    const size = packet.length;
    if (size > MOST) {
      message.own();
      return;
    }
    if (this.at + size > PIECE) this.next();
    const { bytes, messages } = this.piece;
    bytes.set(packet, this.at);
    message.keepIn(bytes.subarray(this.at, this.at + size));
    messages.push(message);
    this.at += size;
  }

  private next(): void {
    this.pieces.push(this.piece);
    this.piece = { bytes: new Uint8Array(PIECE), messages: [] };
    this.at = 0;
    if (this.pieces.length < PIECES) return;
    for (const message of this.pieces.shift()!.messages) if (message.holders > 0) message.own();
  }
}
