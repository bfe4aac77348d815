// Bytes that belong to no packet: counted from the damage on until a boundary is found, the first of them kept to be shown.

import { ascending } from './origins.js';

export interface LostSync {
  readonly kind: 'lost-sync';
  readonly message: string;
  /** The first bytes of them, at most 256. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly time: number;
  readonly origins: readonly number[];
}

/** They are reported at the latest when they are so many. */
const REPORT = 64 * 1024;
const SHOWN = 256;

export class LostBytes {
  length = 0;
  private readonly bytes: number[] = [];
  private readonly origins: number[] = [];

  constructor(
    private readonly message: string,
    private time: number,
  ) {}

  get isMuch(): boolean {
    return this.length >= REPORT;
  }

  add(bytes: Uint8Array, at: number, end: number, time: number, origins: readonly number[]): void {
    for (let i = at; i < end && this.bytes.length < SHOWN; i++) this.bytes.push(bytes[i]!);
    this.length += end - at;
    this.time = time;
    for (const origin of origins) if (this.origins.at(-1) !== origin) this.origins.push(origin);
  }

  report(): LostSync {
    const { message, length, time, origins } = this;
    const bytes = Uint8Array.from(this.bytes);
    return { kind: 'lost-sync', message, bytes, length, time, origins: ascending(origins) };
  }
}
