// Each packet with its story, its field tree (-v) and its bytes (-x): beside the tree where the output is wide, else
// below. Packets are separated by an empty line. Nothing is kept from one packet to the next.

import type { Problem } from '../codec/field.js';
import { annotate } from '../codec/frame.js';
import type { Finding } from '../validate/finding.js';
import { describe } from './describe.js';
import { findingLine, framesText, messageText, packetText, paintOf } from './finding-text.js';
import { DUMP_WIDTH, hexDump } from './hex-dump.js';
import { count, plural } from './preview.js';
import { eventText, problemText, withProblems } from './problems.js';
import type { Renderer, RenderOptions } from './renderer.js';
import { secretSpans } from './secrets.js';
import {
  directionOf,
  originsOf,
  type Shown,
  type ShownEvent,
  type ShownPacket,
  timeOf,
  type VersionSource,
} from './shown.js';
import { summaryText } from './summary.js';
import { cut, displayWidth, escapeText, fill, type Palette, paletteOf, wrap } from './terminal.js';
import { relativeClock } from './time.js';
import { type Remark, treeLines } from './tree-lines.js';

const MAX_VALUE = 64;
const MAX_DUMP = 1024;
/** From here on the bytes stand beside the tree. */
const BESIDE = 140;
const BETWEEN = 3;
/** The bytes stay near the tree, however wide the output is. */
const MAX_TREE = 108;

const VERSION_FROM: Readonly<Record<VersionSource, string>> = {
  connect: '',
  inferred: ' (inferred)',
  option: ' (as told)',
  default: ' (assumed)',
};

export function createTree(options: RenderOptions): Renderer {
  const { width } = options;
  const palette = paletteOf(options.colour);
  const clock = relativeClock();
  const telling = { palette, room: width, showSecrets: options.showSecrets };
  let named = '';
  /** The name of a source, to stand before its first packet. */
  let sourceLine = '';
  const heading = (item: Shown): string[] => {
    const lines = inLines(headingParts(item, clock.format(timeOf(item))), width).map(palette.dim);
    if (sourceLine !== '') lines.unshift(sourceLine, '');
    sourceLine = '';
    return lines;
  };

  const shown = (findings: readonly Finding[] = []): readonly Finding[] =>
    options.fields ? findings : findings.filter(({ verdict }) => verdict === 'violation');
  const found = (findings: readonly Finding[]) => findingLines(findings, width, palette);
  const packet = (item: ShownPacket, findings: readonly Finding[]): string => {
    const problems = options.fields ? '' : problemText(item, findings);
    const lines = [...heading(item), withProblems(describe(item, telling), problems, width, palette)];
    lines.push(...found(findings), ...body(item, options, findings));
    return `${lines.map((line) => line.trimEnd()).join('\n')}\n\n`;
  };
  const event = (item: ShownEvent, findings: readonly Finding[]): string => {
    const lines = [...heading(item), ...wrap(eventText(item, paletteOf(false)), width), ...found(findings)];
    return `${lines.join('\n')}\n\n`;
  };
  return {
    begin: () => '',
    source({ name, epoch }) {
      clock.source(epoch);
      if (options.nameSources && name !== named) sourceLine = palette.bold(`${escapeText(name)}:`);
      named = name;
      return '';
    },
    item: (item, findings) => (item.kind === 'packet' ? packet(item, shown(findings)) : event(item, shown(findings))),
    late(finding) {
      if (shown([finding]).length === 0) return '';
      return `${[palette.dim(cut(aboutText(finding), width)), ...found([finding])].join('\n')}\n\n`;
    },
    flush: () => '',
    end: (summary) => `${summaryText(summary)}\n`,
  };
}

function findingLines(findings: readonly Finding[], width: number, palette: Palette): string[] {
  return findings.flatMap((one) => wrap(findingLine(one), width).map(paintOf(one, palette)));
}

/** The packet that a late finding is about. */
function aboutText({ frame }: Finding): string {
  return [packetText(frame), framesText(frame.captureFrames)].filter((one) => one !== '').join(', ');
}

/** `#3  frame 7  0.001234  10.0.0.2:20000 → 10.128.0.1:1883  MQTT 3.1.1  client id "paho"`. */
function headingParts(item: Shown, seconds: string): readonly string[] {
  const parts = item.kind === 'packet' ? [`#${item.number}`] : [];
  if (item.offset !== undefined) parts.push(`offset ${item.offset}`);
  const { connection } = item;
  if (connection !== undefined) parts.push(framesText(originsOf(item)), `${seconds} s`, addressText(item));
  if (item.kind === 'packet') {
    const from = connection?.versionFrom ?? item.versionFrom ?? 'connect';
    parts.push(`MQTT ${item.frame.version}${VERSION_FROM[from]}`, plural(item.frame.length, 'byte'));
  }
  if (connection?.clientId) parts.push(`client id "${escapeText(connection.clientId)}"`);
  return parts.filter((part) => part !== '');
}

/** Parts stay whole, unless one is wider than a line. */
function inLines(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 2 + displayWidth(part) <= width)
      lines.push(`${lines.pop()}  ${part}`);
    else lines.push(cut(part, width));
  }
  return lines;
}

function addressText(item: Shown): string {
  const { client, server } = item.connection!;
  const direction = directionOf(item);
  if (direction === undefined) return `${client} – ${server}`;
  return direction === 'client-to-server' ? `${client} → ${server}` : `${server} → ${client}`;
}

function body({ frame }: ShownPacket, options: RenderOptions, findings: readonly Finding[]): readonly string[] {
  const { width, maxBytes, showSecrets } = options;
  const dump = options.hex
    ? dumpLines(frame.bytes, maxBytes ?? MAX_DUMP, showSecrets ? [] : secretSpans(frame.bytes, frame.version))
    : [];
  if (!options.fields) return dump;
  const beside = options.hex && width >= BESIDE;
  const treeWidth = beside ? Math.min(MAX_TREE, width - DUMP_WIDTH - BETWEEN) : width;
  const palette = paletteOf(options.colour);
  const maxValue = maxBytes ?? MAX_VALUE;
  const root = annotate(frame.bytes, frame.version);
  const remarks = [...frame.problems.map(problemRemark), ...findings.map(findingRemark)];
  const tree = treeLines(frame.bytes, root, remarks, { width: treeWidth, palette, showSecrets, maxValue });
  return beside ? sideBySide(tree, dump, treeWidth) : [...tree, ...(dump.length > 0 ? ['', ...dump] : [])];
}

function problemRemark({ path, message, at }: Problem): Remark {
  return { path, text: `! ${escapeText(message)} (offset ${at})`, level: 'problem' };
}

/** At its field a finding is only pointed out: it has been said above in full. */
function findingRemark(finding: Finding): Remark {
  const { place, verdict, level } = finding;
  const mark = verdict === 'violation' ? '✗' : '?';
  return {
    path: place?.path,
    text: `${mark} ${messageText(finding)}`,
    level: verdict === 'violation' ? level : 'note',
  };
}

function dumpLines(bytes: Uint8Array, max: number, secrets: Parameters<typeof hexDump>[2]): readonly string[] {
  const rows = hexDump(bytes, Math.min(bytes.length, max), secrets);
  if (bytes.length > max) rows.push(`        … ${count(bytes.length - max)} more bytes (--max-bytes)`);
  return rows;
}

function sideBySide(left: readonly string[], right: readonly string[], width: number): readonly string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const text = right[row];
    return text === undefined ? left[row]! : `${fill(left[row] ?? '', width)}${' '.repeat(BETWEEN)}${text}`;
  });
}
