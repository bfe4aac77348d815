// JSON and NDJSON: valid whatever the strings hold, the contract's order of keys, masks.

import { describe, expect, it } from 'vitest';
import { createJson } from '../../src/report/json.js';
import { bytesJson, stringJson, valueJson } from '../../src/report/json-value.js';
import { createNdjson } from '../../src/report/ndjson.js';
import type { RenderOptions } from '../../src/report/renderer.js';
import { hex } from '../support/hex.js';
import {
  CONNECT_BYTES,
  connection,
  OPTIONS,
  type PacketSpec,
  packet,
  rendered,
  SOURCE,
  STORY,
  SUMMARY,
} from './items.js';

type Line = Record<string, unknown>;

function line(bytes: string, options: Partial<RenderOptions> = {}, spec: PacketSpec = {}): Line {
  return JSON.parse(rendered(createNdjson({ ...OPTIONS, ...options }), [packet(bytes, spec)])) as Line;
}

describe('values', () => {
  const strings = ['', 'a', 'é"\\\u0000\u001f\u007f\u2028\ud800', '"', '\\', 'x'.repeat(100), '\n', '温度😀'];
  it.each(strings)('string %j comes back', (text) => {
    // JSON.stringify is the reference; a lone surrogate is escaped and comes back as well.
    expect(JSON.parse(stringJson(text))).toBe(text);
    // Nothing that a terminal would obey.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stringJson(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it.each([
    ['', ''],
    ['"text" 0a 09 1b', 'text\n\t\x1b'],
    ['c3 a9', 'é'],
    ['00 00 00 01', { base64: 'AAAAAQ==' }],
    ['c3', { base64: 'ww==' }],
    ['ed a0 80', { base64: '7aCA' }],
  ])('bytes %s', (bytes, expected) => {
    expect(JSON.parse(bytesJson(hex(bytes)))).toEqual(expected);
  });

  it.each([0, 1, 6, 60, 61, 62, 63, 64, 100])('of text with any byte behind %i others', (before) => {
    for (let byte = 0; byte < 256; byte++) {
      const bytes = new Uint8Array(before + 2).fill(0x61);
      bytes[before] = byte;
      const isText = byte < 0x80 && (byte >= 0x20 || [7, 8, 9, 10, 11, 12, 13, 27].includes(byte));
      const text = `${'a'.repeat(before)}${String.fromCharCode(byte)}a`;
      expect(JSON.parse(bytesJson(bytes))).toEqual(isText ? text : { base64: Buffer.from(bytes).toString('base64') });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(bytesJson(bytes)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
  });

  it('base64 of many bytes is whole', () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => i & 0xff);
    const { base64 } = JSON.parse(bytesJson(bytes)) as { base64: string };
    expect(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))).toEqual(bytes);
  });

  it('leaves out what is absent', () => {
    expect(valueJson({ a: undefined, b: [{ c: true }] }, false)).toBe('{"b":[{"c":true}]}');
  });
});

describe('ndjson', () => {
  it('has the keys of the contract in their order', () => {
    expect(Object.keys(line('c0 00', { hex: true, fields: true, nameSources: true }))).toEqual([
      'number',
      'file',
      'captureFrames',
      'time',
      'connection',
      'direction',
      'source',
      'destination',
      'transport',
      'version',
      'versionFrom',
      'type',
      'length',
      'packet',
      'hex',
      'fields',
      'problems',
    ]);
  });

  it('tells the layers and the client of a connection as they are known by then', () => {
    const changing = { ...connection(0, '3.1.1'), client: '10.0.0.2:20000', transport: 'tls' };
    const ndjson = createNdjson(OPTIONS);
    const told = () => {
      const { source, transport } = JSON.parse(ndjson.item(packet('c0 00', { connection: changing }))) as Line;
      return [source, transport];
    };
    expect(told()).toEqual(['10.0.0.2:20000', 'tls']);
    changing.transport = 'tls+websocket';
    expect(told()).toEqual(['10.0.0.2:20000', 'tls+websocket']);
    changing.client = '192.0.2.7:1';
    expect(told()).toEqual(['192.0.2.7:1', 'tls+websocket']);
  });

  it.each([
    ['32 07 00 01 "a" 00 07 "xy"', { dup: false, qos: 1, retain: false, topic: 'a', packetId: 7, payload: 'xy' }],
    [
      '30 85 00 00 01 "a" "hi"',
      { dup: false, qos: 0, retain: false, remainingLengthWidth: 2, topic: 'a', payload: 'hi' },
    ],
    ['3b 03 00 01 "a"', { dup: true, qos: 1, retain: true, topic: 'a' }],
    [
      '82 06 00 02 00 01 "a" 01',
      { packetId: 2, subscriptions: [{ topicFilter: 'a', options: { reserved: 0, qos: 1 } }] },
    ],
    ['00 00', { typeCode: 0 }],
    ['c0 00', {}],
  ])('gives the values of %s', (bytes, expected) => {
    expect(line(bytes).packet).toEqual(expected);
  });

  it('gives properties as objects of one key', () => {
    const bytes = '30 0e 00 00 0a 23 00 05 26 00 01 "a" 00 01 "b" "x"';
    const { packet: values, aliasTopic } = line(bytes, {}, { version: '5.0', aliasTopic: 't' });
    expect(values).toMatchObject({ properties: [{ topicAlias: 5 }, { userProperty: { name: 'a', value: 'b' } }] });
    expect(aliasTopic).toBe('t');
  });

  it('puts any client id and topic on one line', () => {
    const text = rendered(createNdjson(OPTIONS), [packet('30 07 00 04 0a 22 5c 0d "x"')]);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect((JSON.parse(text) as { packet: { topic: string } }).packet.topic).toBe('\n"\\\r');
  });

  it('has nothing but its lines', () => {
    const lines = rendered(createNdjson(OPTIONS), STORY).trimEnd().split('\n');
    expect(lines).toHaveLength(STORY.length);
    for (const text of lines)
      expect(Object.keys(JSON.parse(text) as object)).toContain(/"event"/.test(text) ? 'event' : 'type');
  });
});

describe('json', () => {
  it.each([0, 1, 5])('is one valid object after %i items', (count) => {
    const whole = JSON.parse(rendered(createJson(OPTIONS), STORY.slice(0, count))) as Line;
    expect(whole.items).toHaveLength(count);
    expect(whole.summary).toEqual(SUMMARY);
  });

  it('holds the lines of ndjson', () => {
    const lines = rendered(createNdjson(OPTIONS), STORY).trimEnd().split('\n');
    expect((JSON.parse(rendered(createJson(OPTIONS), STORY)) as Line).items).toEqual(
      lines.map((text) => JSON.parse(text) as Line),
    );
  });

  it('writes each item as it comes', () => {
    const json = createJson(OPTIONS);
    json.begin();
    json.source(SOURCE);
    expect(json.item(STORY[0]!)).toMatch(/^\n\{.*\}$/);
    expect(json.item(STORY[1]!)).toMatch(/^,\n\{.*\}$/);
  });
});

it('masks nothing but secrets', () => {
  const masked = JSON.stringify(line(CONNECT_BYTES, { hex: true, fields: true }));
  const shown = JSON.stringify(line(CONNECT_BYTES, { hex: true, fields: true, showSecrets: true }));
  expect(shown).toContain('hunter2');
  expect(masked).toBe(shown.replaceAll('hunter2', '********').replace('68 75 6e 74 65 72 32', '** ** ** ** ** ** **'));
});
