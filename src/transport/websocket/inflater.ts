// permessage-deflate (RFC 7692) of one direction: a compressed message to its bytes. Keeps the last 32 KiB of what was
// sent, to which later messages may refer, and nothing else. Bounded: by the message, and over all of them by what came in.
//
// What is not known is not guessed: after a loss the window is empty, and zlib refuses a message that refers to more than
// there is of it. So any message that inflates is right, and reading goes on with the first that needs nothing lost.

import { constants, inflateRawSync } from 'node:zlib';
import type { WebSocketOptions } from './options.js';

export type Inflated =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'bad'; readonly message: string }
  /** It refers to what is lost, or is bad: that cannot be told apart while the window is not known in full. */
  | { readonly kind: 'unknown-context' }
  | { readonly kind: 'limit'; readonly message: string };

const WINDOW_BYTES = 32 << 10;
/** 7.2.1: what the sender took off. */
export const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);
/** 7.2.3.4: blocks that say they are the last; each costs a run of zlib. */
const MAX_RUNS = 8;

export class Inflater {
  /** Off: no message refers to those before, so none are kept. */
  takeover = true;
  /** Something was lost, and since then less than a window has come. */
  private partial = false;
  private history = new Uint8Array(0);
  private historyEnd = 0;
  private credit: number;

  constructor(private readonly options: WebSocketOptions) {
    this.credit = options.inflateAllowance;
  }

  /** A message's compressed bytes, with TAIL where it is whole; what can be read of it where it is not. */
  inflate(compressed: Uint8Array): Inflated {
    const { maxMessageBytes, maxInflateRatio } = this.options;
    this.credit += compressed.length * maxInflateRatio;
    const parts: Uint8Array[] = [];
    let size = 0;
    let at = 0;
    for (let run = 0; at < compressed.length; run++) {
      if (run === MAX_RUNS) return this.bad(`a message of more than ${MAX_RUNS} deflate streams`);
      const room = Math.min(maxMessageBytes - size, this.credit);
      // Without room there may still be what inflates to nothing.
      const result = this.run(compressed.subarray(at), Math.max(1, room));
      if (result === '' || (typeof result === 'object' && result.bytes.length > room)) return this.beyond(room);
      if (typeof result === 'string') return this.bad(result);
      if (result.consumed === 0) break;
      at += result.consumed;
      size += result.bytes.length;
      this.credit -= result.bytes.length;
      parts.push(result.bytes);
      if (this.takeover || at < compressed.length) this.remember(result.bytes);
    }
    if (!this.takeover) this.lose();
    return { kind: 'bytes', bytes: parts.length === 1 ? parts[0]! : joined(parts, size) };
  }

  /** A message was not seen: later ones may refer to it. */
  lose(): void {
    this.historyEnd = 0;
    this.partial = this.takeover;
  }

  /** What zlib makes of it; its error, or '' when there is more than fits. */
  private run(compressed: Uint8Array, room: number): { bytes: Uint8Array; consumed: number } | string {
    const start = Math.max(0, this.historyEnd - WINDOW_BYTES);
    const dictionary = this.history.subarray(start, this.historyEnd);
    // zlib's output buffer is made anew each time, and most messages are short.
    const chunkSize = compressed.length < 512 ? 1024 : 16_384;
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: room, info: true, chunkSize };
    try {
      const made: unknown = inflateRawSync(compressed, dictionary.length === 0 ? options : { ...options, dictionary });
      const { buffer, engine } = made as { buffer: Uint8Array; engine: { bytesWritten: number } };
      const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
      return { bytes, consumed: engine.bytesWritten };
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code === 'ERR_BUFFER_TOO_LARGE') return '';
      if (code?.startsWith('Z_')) return message;
      throw error;
    }
  }

  private bad(message: string): Inflated {
    const { partial } = this;
    this.lose();
    return partial ? { kind: 'unknown-context' } : { kind: 'bad', message };
  }

  private beyond(room: number): Inflated {
    const inProportion = room < this.credit;
    // What zlib did up to the bound is paid for.
    this.credit -= Math.max(0, room);
    this.lose();
    const message = inProportion
      ? `a message inflates to more than ${this.options.maxMessageBytes} bytes`
      : 'the messages inflate out of proportion to their compressed bytes';
    return { kind: 'limit', message };
  }

  private remember(bytes: Uint8Array): void {
    if (this.history.length === 0) this.history = new Uint8Array(2 * WINDOW_BYTES);
    const { history } = this;
    const last = bytes.subarray(Math.max(0, bytes.length - WINDOW_BYTES));
    if (this.historyEnd + last.length > history.length) {
      history.copyWithin(0, this.historyEnd - WINDOW_BYTES, this.historyEnd);
      this.historyEnd = WINDOW_BYTES;
    }
    history.set(last, this.historyEnd);
    this.historyEnd += last.length;
    if (this.historyEnd >= WINDOW_BYTES) this.partial = false;
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
