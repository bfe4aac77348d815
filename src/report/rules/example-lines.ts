// An example as a dialogue: who sent what, its bytes, and below the faulty ones a mark; of the faulty packet the field
// tree, with the fault at its field.

import { formatHex } from '../../bytes/hex.js';
import type { Field } from '../../codec/field.js';
import { annotate, decode } from '../../codec/frame.js';
import type { Version } from '../../spec/versions.js';
import { type Example, readTranscript, type Step, type Violation } from '../../validate/example.js';
import { describe } from '../describe.js';
import { bitsText } from '../finding-text.js';
import type { ShownPacket } from '../shown.js';
import { cut, type Palette } from '../terminal.js';
import { type Remark, treeLines } from '../tree-lines.js';

export interface ExampleOptions {
  readonly width: number;
  readonly palette: Palette;
  /** The field tree of every packet. */
  readonly verbose: boolean;
}

const INDENT = '    ';
const BYTES_INDENT = '         ';
const MAX_VALUE = 64;
const MOST_BYTES = 256;

type PacketStep = Extract<Step, { kind: 'packet' }>;

export function exampleLines(
  example: Example,
  version: Version,
  options: ExampleOptions,
  fault?: Violation,
): readonly string[] {
  const steps = readTranscript(example.transcript, version);
  const packets = steps.filter((step) => step.kind === 'packet').length;
  const many = new Set(steps.map((step) => ('connection' in step ? step.connection : 1))).size > 1;
  let number = 0;
  return steps.flatMap((step) => {
    if (step.kind !== 'packet') return [options.palette.dim(`${INDENT}${eventText(step, many)}`)];
    number++;
    const isFault = fault?.frame === number;
    const place = isFault && fault?.at !== undefined ? fault : undefined;
    const whole = isFault || options.verbose || packets === 1;
    return packetLines(step, { number, version, many, isFault, whole }, place, options);
  });
}

interface Telling {
  readonly number: number;
  readonly version: Version;
  /** Several connections: each packet names its own. */
  readonly many: boolean;
  readonly isFault: boolean;
  /** With its field tree. */
  readonly whole: boolean;
}

function packetLines(
  { bytes, from, connection }: PacketStep,
  { number, version, many, isFault, whole }: Telling,
  place: Violation | undefined,
  { width, palette }: ExampleOptions,
): readonly string[] {
  const { packet, problems } = decode(bytes, version);
  const direction = from === 'client' ? ('client-to-server' as const) : ('server-to-client' as const);
  const frame = { version, direction, bytes, length: bytes.length, packet, problems, time: 0, origins: [] };
  const item: ShownPacket = { kind: 'packet', number, frame, versionFrom: 'option' };
  const story = describe(item, { palette, room: width, showSecrets: true });
  const arrow = `${from === 'client' ? '→' : '←'}${many ? ` [${connection}]` : ''}`;
  const lines = [cut(`${INDENT}#${number} ${arrow} ${story}${isFault ? palette.red(' ✗') : ''}`, width)];
  lines.push(...byteLines(bytes, place, width, palette));
  if (!whole) return lines;
  const root = annotate(bytes, version);
  const remarks: Remark[] = problems.map(({ path, message }) => ({ path, text: `! ${message}`, level: 'problem' }));
  if (place !== undefined) remarks.push({ path: pathAt(root, place), text: '✗ here', level: 'must' });
  const tree = { width: width - INDENT.length, palette, showSecrets: true, maxValue: MAX_VALUE };
  return [...lines, ...treeLines(bytes, root, remarks, tree).map((line) => `${INDENT}${line}`.trimEnd())];
}

/** Rows of hex, and under them what is marked. */
function byteLines(
  bytes: Uint8Array,
  place: Violation | undefined,
  width: number,
  palette: Palette,
): readonly string[] {
  const perRow = Math.min(16, Math.max(4, Math.floor((width - BYTES_INDENT.length) / 3)));
  const end = Math.min(bytes.length, MOST_BYTES);
  const lines: string[] = [];
  for (let at = 0; at < end; at += perRow) {
    lines.push(`${BYTES_INDENT}${formatHex(bytes, at, Math.min(at + perRow, end))}`);
    if (place?.at === undefined) continue;
    const [from, to] = [Math.max(place.at, at), Math.min(place.at + (place.length ?? 1), at + perRow, end)];
    if (from >= to) continue;
    const bits = place.bits === undefined ? '' : ` ${bitsText(place.bits)}`;
    const marks = palette.red(`${'^^ '.repeat(to - from).trimEnd()}${bits}`);
    lines.push(BYTES_INDENT + ' '.repeat(3 * (from - at)) + marks);
  }
  if (end < bytes.length) lines.push(`${BYTES_INDENT}… ${bytes.length - end} more bytes`);
  return lines;
}

/** The smallest field that has just these bytes and bits, or begins there. */
function pathAt(root: Field, { at = 0, length = 1, bits }: Violation): string | undefined {
  let found: string | undefined;
  const visit = (field: Field): void => {
    const same = field.at === at && field.length === length;
    const sameBits = bits === undefined || (field.bits?.[0] === bits[0] && field.bits[1] === bits[1]);
    if (same && sameBits) found = field.path;
    for (const child of field.children ?? []) visit(child);
  };
  visit(root);
  return found;
}

function eventText(step: Exclude<Step, { kind: 'packet' }>, many: boolean): string {
  const on = many && 'connection' in step ? ` [${step.connection}]` : '';
  switch (step.kind) {
    case 'wait':
      return `-- ${step.seconds} s later`;
    case 'lost':
      return `-- bytes of the ${step.from} were not captured${on}`;
    case 'open':
      return `-- the client opens the connection${on}`;
    case 'upgrade':
      return `-- WebSocket${on}: the client offers "${step.offered}", the server chooses "${step.chosen}"`;
    case 'fin':
      return `-- the ${step.from} closes${on}`;
    case 'rst':
      return `-- the ${step.from} resets the connection${on}`;
  }
}
