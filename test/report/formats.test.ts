// Every format over the same items, as it looks at 80 and at 200 columns.

import { describe, expect, it } from 'vitest';
import type { RenderOptions } from '../../src/report/renderer.js';
import type { ShownEvent } from '../../src/report/shown.js';
import { displayWidth } from '../../src/report/terminal.js';
import { event, LOADED, OPTIONS, packet, rendered, SOURCE, STORY, SUMMARY } from './items.js';

function render(name: string, options: Partial<RenderOptions> = {}, items = STORY): string {
  const format = LOADED.find((one) => one.name === name)!;
  return rendered(format.create({ ...OPTIONS, ...options }), items);
}

describe('snapshots', () => {
  const rows: readonly (readonly [string, string, Partial<RenderOptions>])[] = [
    ['table at 80 columns', 'table', {}],
    ['table at 120 columns', 'table', { width: 120 }],
    ['table at 200 columns', 'table', { width: 200 }],
    ['table in colour', 'table', { width: 120, colour: true }],
    ['tree at 80 columns', 'tree', { fields: true }],
    ['tree at 80 columns with bytes', 'tree', { fields: true, hex: true }],
    ['tree at 200 columns with bytes', 'tree', { width: 200, fields: true, hex: true }],
    ['only bytes', 'tree', { hex: true }],
    ['json', 'json', {}],
    ['ndjson', 'ndjson', {}],
    ['ndjson with bytes and fields', 'ndjson', { fields: true, hex: true }],
  ];
  it.each(rows)('%s', (_, name, options) => {
    expect(render(name, options)).toMatchSnapshot();
  });
});

describe('width', () => {
  const nasty = packet('30 20 00 01 "a" "温度温度温度温度温"');
  it.each(['table', 'tree'])('%s never goes beyond it', (name) => {
    for (const width of [40, 79, 80, 110, 139, 140, 160, 200]) {
      const items = [...STORY, nasty, event('gap', 'x'.repeat(500))];
      const text = render(name, { width, fields: true, hex: width >= 80 }, items);
      const lines = text.split('\n').slice(0, -2);
      const widest = Math.max(...lines.map(displayWidth));
      expect(widest, `${name} at ${width}`).toBeLessThanOrEqual(width);
    }
  });
});

describe('what a proxy says of connections', () => {
  const said = (name: 'relay' | 'fault', message: string, code?: string): ShownEvent => ({
    ...{ kind: 'event', event: name, time: 1_500_000, origins: [], message },
    ...(code === undefined ? {} : { code }),
  });
  const items = [
    said('relay', '192.0.2.7:50000 connected, passed on to 192.0.2.1:1883', 'connected'),
    said('relay', `192.0.2.7:50000: the TLS handshake failed: ${'why it did '.repeat(6)}at last`, 'tls'),
    said('fault', '192.0.2.7:50000, rule 1: dropped PUBACK 152 of the server'),
  ];

  it.each([80, 120, 200])('is told in full at %d columns', (width) => {
    const lines = render('table', { width }, items).split('\n').slice(1, -2);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
    const text = lines.join(' ').replace(/\s+/g, ' ');
    for (const { message } of items) expect(text).toContain(message);
    expect(lines[0]).toMatch(/^ +0\.0015\d* -- 192/);
    // Beyond the first line they stand below each other.
    const at = lines[0]!.indexOf('--');
    for (const line of lines) expect(line.slice(at, at + 1)).not.toBe(' ');
  });
});

describe('untrusted text', () => {
  // OSC 52 (clipboard), CSI, 8-bit CSI, right-to-left override.
  const attack = '1b5d35323b633b6d1b5c 1b5b326a c29b33316d e280ae';
  const length = 10 + 4 + 5 + 3;
  const prefixed = `00 ${length.toString(16)} ${attack}`;
  const items = [
    packet(
      `10 ${(12 + 2 * (length + 2)).toString(16).padStart(2, '0')} 00 04 "MQTT" 04 82 00 3c ${prefixed} ${prefixed}`,
    ),
    packet(`30 ${(2 * length + 2).toString(16)} ${prefixed} ${attack}`),
    packet(`82 ${(length + 5).toString(16)} 00 01 ${prefixed} 00`),
    packet(`e0 ${(length + 5).toString(16)} 8e ${(length + 3).toString(16)} 1f ${prefixed}`, { version: '5.0' }),
    event('gap', '\x1b]0;owned\x07'),
  ];
  it.each(['table', 'tree', 'json', 'ndjson'])('%s lets no control character through', (name) => {
    const text = render(name, { fields: true, hex: true, width: 160 }, items);
    // JSON may hold C1 and format characters: it is data, and its strings stay what they were.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    const forbidden = /json/.test(name) ? /[\x00-\x09\x0b-\x1f]/ : /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/;
    expect(text).not.toMatch(forbidden);
    expect(text.length).toBeGreaterThan(200);
  });
});

describe('streaming', () => {
  it.each(LOADED.map((format) => format.name))('%s keeps no items', (name) => {
    const renderer = LOADED.find((format) => format.name === name)!.create({ ...OPTIONS, fields: true });
    renderer.begin();
    renderer.source(SOURCE);
    const tail = (rounds: number): number => {
      for (let i = 0; i < rounds; i++) for (const item of STORY) renderer.item(item);
      return renderer.flush().length;
    };
    // What is held back after many items is no more than after a few.
    expect(tail(1000)).toBeLessThanOrEqual(Math.max(tail(1), 16 * 81 * 2));
    expect(renderer.flush()).toBe('');
  });

  it('prints a row at once when flushed', () => {
    const table = LOADED[0]!.create(OPTIONS);
    table.begin();
    table.source(SOURCE);
    expect(table.item(STORY[0]!)).toBe('');
    expect(table.flush().split('\n')).toHaveLength(3);
    table.item(STORY[1]!);
    expect(table.flush()).toMatch(/^ {5}6 .*CONNACK refused: not authorized\n$/);
  });

  it('prints the titles once, whatever the batches', () => {
    const text = render('table', {}, Array(20).fill(STORY).flat());
    expect(text.match(/Frame/g)).toHaveLength(1);
    expect(text.split('\n')).toHaveLength(1 + 20 * STORY.length + 2);
  });
});

describe('sources', () => {
  it.each(['table', 'tree'])('%s names those that have something to show', (name) => {
    const renderer = LOADED.find((format) => format.name === name)!.create({ ...OPTIONS, nameSources: true });
    let text = renderer.begin();
    for (const [source, items] of [
      ['a.pcap', 1],
      ['b.pcap', 0],
      ['c\x1b.pcap', 1],
    ] as const) {
      text += renderer.source({ ...SOURCE, name: source });
      text += renderer.source({ ...SOURCE, name: source });
      for (let i = 0; i < items; i++) text += renderer.item(STORY[0]!);
    }
    text += renderer.end(SUMMARY);
    expect(text.split('\n').filter((line) => line.endsWith(':'))).toEqual(['a.pcap:', 'c\\x1b.pcap:']);
  });
});
