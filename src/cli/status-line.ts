// What passes right now, in the last line of a terminal: drawn over itself, taken away before anything else is written.

import { count, plural } from '../report/preview.js';
import type { Terminal } from './io.js';

const CLEAR = '\r\x1b[K';

export interface Passing {
  readonly connections: number;
  /** So far. */
  readonly packets: number;
  readonly bytes: number;
  readonly findings: number;
}

export class StatusLine {
  private last: { readonly passing: Passing; readonly time: number } | undefined = undefined;
  private line = '';
  private isDrawn = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly isRead: boolean,
  ) {}

  /** `now` in milliseconds; rates are of the time since the last update. */
  update(passing: Passing, now: number): void {
    const { last } = this;
    const seconds = last === undefined ? 0 : (now - last.time) / 1000;
    const rate = (of: (one: Passing) => number) =>
      last === undefined || seconds <= 0 ? 0 : (of(passing) - of(last.passing)) / seconds;
    const parts = [plural(passing.connections, 'connection')];
    if (this.isRead) parts.push(`${count(Math.round(rate(({ packets }) => packets)))} packets/s`);
    parts.push(bytesText(rate(({ bytes }) => bytes)));
    if (this.isRead) parts.push(plural(passing.findings, 'finding'));
    this.line = parts.join(' · ');
    this.last = { passing, time: now };
    this.draw();
  }

  draw(): void {
    if (this.terminal.isTTY !== true || this.line === '') return;
    this.terminal.write(CLEAR + this.line.slice(0, Math.max(1, (this.terminal.columns ?? 80) - 1)));
    this.isDrawn = true;
  }

  /** Something else is written on the same terminal. */
  aside(write: () => void): void {
    const { isDrawn } = this;
    this.clear();
    write();
    if (isDrawn) this.draw();
  }

  clear(): void {
    if (this.isDrawn) this.terminal.write(CLEAR);
    this.isDrawn = false;
  }
}

function bytesText(perSecond: number): string {
  const units = ['B/s', 'kB/s', 'MB/s', 'GB/s'];
  let value = perSecond;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
