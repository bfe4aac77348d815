// Findings under the packets of `dissect`, in every format; and what of a problem they say already.

import { describe, expect, it } from 'vitest';
import { covers, findingLine, shortFindingLine } from '../../src/report/finding-text.js';
import type { RenderOptions } from '../../src/report/renderer.js';
import type { ShownPacket } from '../../src/report/shown.js';
import { displayWidth } from '../../src/report/terminal.js';
import type { Finding } from '../../src/validate/finding.js';
import { connection, event, LOADED, OPTIONS, packet, SOURCE, SUMMARY } from './items.js';

const CONNECTION = connection(0, '3.1.1', 'paho');
const DUP = packet('38 07 00 03 "a/b" "xy"', { number: 3, connection: CONNECTION, origins: [7] });
const BROKEN = packet('30 07 01 2c "a/b" 00 01', { number: 5, connection: CONNECTION, origins: [13] });
const PING = packet('c0 00', { number: 6, connection: CONNECTION, origins: [14] });

function finding(shown: ShownPacket, more: Partial<Finding> = {}): Finding {
  const { number, frame } = shown;
  const { version, direction, origins: captureFrames, time, length } = frame;
  return {
    verdict: 'violation',
    rule: 'publish-dup-qos-0',
    statement: '3.1.1:MQTT-3.3.1-2',
    section: '3.3.1.1',
    level: 'must',
    party: 'client',
    message: 'DUP is 1 on a QoS 0 message',
    hint: 'send QoS 0 messages once, with DUP 0',
    connection: CONNECTION,
    version,
    frame: { number, type: frame.packet.type, direction, version, captureFrames, time, length },
    place: { path: 'publish.dup', at: 0, length: 1, bits: [3, 3] },
    fingerprint: '0123456789abcdef',
    ...more,
  };
}

const TOPIC = { path: 'publish.topic', at: 2, length: 7 };
const OWN = finding(DUP);
const NOT_SURE = finding(DUP, { verdict: 'inconclusive', reason: 'a gap', level: 'should', message: 'maybe wrong' });
const CUT = finding(BROKEN, { rule: 'field-cut', message: 'Topic Name says 300 bytes, 5 are left', place: TOPIC });
const LATE = finding(DUP, { level: 'should', message: 'never acknowledged', statement: '5.0:MQTT-4.3.2-4' });
const CLOSE = finding(PING, {
  level: 'note',
  message: 'closed \x1b[2J without DISCONNECT',
  frame: { ...OWN.frame, number: 0, type: 'close', captureFrames: [20] },
});

function render(name: string, options: Partial<RenderOptions> = {}): string {
  const renderer = LOADED.find((one) => one.name === name)!.create({ ...OPTIONS, ...options });
  const closed = event('connection-closed', 'closed by the client (FIN)', { direction: 'client-to-server' });
  return [
    renderer.begin(),
    renderer.source(SOURCE),
    renderer.item(DUP, [OWN, NOT_SURE]),
    renderer.item(BROKEN, [CUT]),
    renderer.item(PING, []),
    renderer.late(LATE),
    renderer.item(closed, [CLOSE]),
    renderer.flush(),
    renderer.end({ ...SUMMARY, findings: { must: 2, should: 1, note: 1, inconclusive: 1, more: 4 } }),
  ].join('');
}

describe('snapshots', () => {
  const rows: readonly (readonly [string, string, Partial<RenderOptions>])[] = [
    ['table at 80 columns', 'table', {}],
    ['table at 200 columns', 'table', { width: 200 }],
    ['table in colour', 'table', { colour: true }],
    ['tree without fields', 'tree', {}],
    ['tree at 80 columns', 'tree', { fields: true }],
    ['tree in colour', 'tree', { fields: true, colour: true, width: 120 }],
    ['json', 'json', {}],
    ['ndjson', 'ndjson', {}],
  ];
  it.each(rows)('%s', (_, name, options) => {
    expect(render(name, options)).toMatchSnapshot();
  });
});

it.each(['table', 'tree'])('%s keeps to its width and lets no control character through', (name) => {
  for (const width of [40, 60, 80, 120, 160, 200]) {
    const lines = render(name, { width, fields: true }).split('\n').slice(0, -2);
    expect(Math.max(...lines.map(displayWidth)), `${name} at ${width}`).toBeLessThanOrEqual(width);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lines.join('\n')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  }
});

it.each(['json', 'ndjson'])('%s gives every packet its list, and a late finding its packet', (name) => {
  const text = render(name);
  const items =
    name === 'json'
      ? JSON.parse(text).items
      : text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
  expect(items.map((item: { findings?: object[] }) => item.findings?.length)).toEqual([2, 1, 0, undefined, 1]);
  expect(items[3]).toMatchObject({ number: 3, captureFrames: [7], event: 'finding', finding: { level: 'should' } });
  expect(items[0].findings[0]).toEqual({
    statement: '3.1.1:MQTT-3.3.1-2',
    section: '3.3.1.1',
    level: 'must',
    party: 'client',
    verdict: 'violation',
    message: 'DUP is 1 on a QoS 0 message',
    path: 'publish.dup',
    at: 0,
    length: 1,
    bits: [3, 3],
    rule: 'publish-dup-qos-0',
    hint: 'send QoS 0 messages once, with DUP 0',
    fingerprint: '0123456789abcdef',
  });
});

it('says nothing of findings when nobody judged', () => {
  for (const { name, create } of LOADED) {
    const text = create(OPTIONS).item(DUP) + create(OPTIONS).end(SUMMARY);
    expect(text, name).not.toMatch(/finding/);
  }
});

describe('a problem that a finding covers', () => {
  const problem = BROKEN.frame.problems[0]!;
  it.each([
    ['the same field', { place: { ...TOPIC, path: problem.path } }, true],
    ['the same bytes', { place: { at: problem.at, length: 1 } }, true],
    ['other bytes', { place: { at: 0, length: 1 } }, false],
    ['the whole packet', { place: undefined }, false],
    ['not sure', { place: TOPIC, verdict: 'inconclusive' as const }, false],
  ])('%s', (_, more, covered) => {
    const { place, ...rest } = more;
    const made = finding(BROKEN, rest);
    const { place: _place, ...without } = made;
    expect(covers(place === undefined ? without : { ...made, place }, problem)).toBe(covered);
  });

  it('is not said twice', () => {
    const table = LOADED.find(({ name }) => name === 'table')!;
    const shown = (findings: readonly Finding[]) => {
      const renderer = table.create({ ...OPTIONS, width: 200 });
      return renderer.item(BROKEN, findings) + renderer.flush();
    };
    expect(shown([])).toContain('! Topic Name Length says');
    expect(shown([CUT])).not.toContain('! Topic Name Length says');
    expect(shown([CUT])).toContain('✗ must, client: Topic Name says 300 bytes');
  });
});

describe('one line', () => {
  it('keeps the statement when the message is cut', () => {
    const long = finding(DUP, { message: 'x'.repeat(200) });
    expect(findingLine(long)).toContain('x (3.1.1:MQTT-3.3.1-2; byte 0, bit 3)');
    expect(shortFindingLine(long, 80)).toMatch(/^✗ must, client: x+… \(3\.1\.1:MQTT-3\.3\.1-2\)$/);
    expect(displayWidth(shortFindingLine(long, 80))).toBe(80);
    expect(displayWidth(shortFindingLine(long, 30))).toBe(30);
  });

  it.each([
    [{ place: { at: 9, length: 1, bits: [4, 3] as const } }, 'byte 9, bits 4 to 3'],
    [{ place: { at: 4, length: 3 } }, 'bytes 4 to 6'],
    [{ statement: undefined, section: '2.1' }, '3.1.1 §2.1'],
  ])('%j', (more, text) => {
    const { statement, ...rest } = finding(DUP, more as Partial<Finding>);
    expect(findingLine(statement === undefined ? rest : { ...rest, statement })).toContain(text);
  });
});
