// The last line of the terminal while a proxy runs.

import { describe, expect, it } from 'vitest';
import { StatusLine } from '../../src/cli/status-line.js';
import { terminal } from './terminal.js';

const CLEAR = '\r\x1b[K';
const none = { connections: 0, packets: 0, bytes: 0, findings: 0 };

describe('StatusLine', () => {
  it.each([
    [{ connections: 1, packets: 50, bytes: 700, findings: 1 }, '1 connection · 100 packets/s · 1.4 kB/s · 1 finding'],
    [
      { connections: 2, packets: 60_000, bytes: 6e6, findings: 0 },
      '2 connections · 120,000 packets/s · 12 MB/s · 0 findings',
    ],
    [none, '0 connections · 0 packets/s · 0 B/s · 0 findings'],
  ])('tells rates of the time since it was last drawn: %j', (passing, expected) => {
    const { stream, text } = terminal(100);
    const status = new StatusLine(stream, true);
    status.update(none, 1000);
    status.update(passing, 1500);
    expect(text().split(CLEAR).at(-1)).toBe(expected);
  });

  it('is taken away for what else is written, and comes again', () => {
    const { stream, text } = terminal(100);
    const status = new StatusLine(stream, false);
    status.update(none, 0);
    status.aside(() => stream.write('warning\n'));
    expect(text()).toBe(`${CLEAR}0 connections · 0 B/s${CLEAR}warning\n${CLEAR}0 connections · 0 B/s`);
  });

  it('is never wider than the terminal', () => {
    const { stream, text } = terminal(12);
    new StatusLine(stream, true).update(none, 0);
    expect(text()).toBe(`${CLEAR}0 connectio`);
  });

  it('is drawn on terminals only', () => {
    const { stream, text } = terminal(undefined);
    const status = new StatusLine(stream, true);
    status.update(none, 0);
    status.clear();
    expect(text()).toBe('');
  });
});
