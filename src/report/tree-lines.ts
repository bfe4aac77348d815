// The field tree of one packet as lines: offset, bytes (for bits the byte and which of its bits), name, value, meaning,
// and under a field what is wrong with it. Values longer than a bound are cut, and how much is missing is said.

import { formatHex, hexByte } from '../bytes/hex.js';
import type { Field } from '../codec/field.js';
import { count, quoted, textOf, wholeCharacters } from './preview.js';
import { MASK, secretLeaves } from './secrets.js';
import { displayWidth, escapeText, type Palette, wrap } from './terminal.js';

/** What is to be said of a field. */
export interface Remark {
  /** Of the field; one without a path, or whose field could not be read, stands at the end. */
  readonly path: string | undefined;
  /** Safe for a terminal. */
  readonly text: string;
  readonly level: 'problem' | 'must' | 'should' | 'note';
}

export interface TreeOptions {
  readonly width: number;
  readonly palette: Palette;
  readonly showSecrets: boolean;
  /** Bytes or characters of one value. */
  readonly maxValue: number;
}

const OFFSET = 6;
const GAP = '  ';
/** Room for "10 .... 0000", and for the first four bytes of a longer field. */
const BYTES = 12;
const BYTES_WHEN_WIDE = 24;
/** From this width on there is room for section numbers. */
const WIDE = 100;
/** Narrower text is no use, whatever the width. */
const LEAST_TEXT = 8;

export function treeLines(
  bytes: Uint8Array,
  root: Field,
  remarks: readonly Remark[],
  options: TreeOptions,
): readonly string[] {
  const tree = new Tree(bytes, remarks, options, options.showSecrets ? () => false : secretLeaves(root));
  for (const field of root.children ?? []) tree.add(field, 0);
  tree.addOtherRemarks();
  return tree.lines;
}

class Tree {
  readonly lines: string[] = [];
  private readonly bytes: Uint8Array;
  private readonly remarks: Set<Remark>;
  private readonly options: TreeOptions;
  private readonly isSecret: (leaf: Field) => boolean;
  private readonly bytesWidth: number;

  constructor(bytes: Uint8Array, remarks: readonly Remark[], options: TreeOptions, isSecret: (leaf: Field) => boolean) {
    this.bytes = bytes;
    this.remarks = new Set(remarks);
    this.options = options;
    this.isSecret = isSecret;
    this.bytesWidth = options.width >= WIDE ? BYTES_WHEN_WIDE : BYTES;
  }

  add(field: Field, depth: number): void {
    const { palette } = this.options;
    const secret = this.isSecret(field);
    const bytes = this.bytesOf(field, secret);
    const margin = palette.dim(String(field.at).padStart(OFFSET)) + GAP + palette.cyan(bytes.padEnd(this.bytesWidth));
    this.text(this.valueLine(field, secret), depth, margin + GAP, field.section);
    for (const remark of this.remarks) if (remark.path === field.path) this.remark(remark, depth);
    for (const child of field.children ?? []) this.add(child, depth + 1);
  }

  /** Those whose field could not be read at all; of a finding without a field enough was said above the tree. */
  addOtherRemarks(): void {
    for (const remark of this.remarks) if (remark.level === 'problem') this.remark(remark, 0);
  }

  private remark(remark: Remark, depth: number): void {
    this.remarks.delete(remark);
    const { palette } = this.options;
    const margin = ' '.repeat(OFFSET + this.bytesWidth + 2 * GAP.length);
    const paint = { problem: palette.yellow, must: palette.red, should: palette.yellow, note: palette.dim };
    this.text(remark.text, depth, margin, undefined, paint[remark.level]);
  }

  /** Text behind a margin, wrapped under itself. */
  private text(text: string, depth: number, margin: string, section?: string, paint = (line: string) => line): void {
    const { width, palette } = this.options;
    const indent = '  '.repeat(depth);
    const blank = ' '.repeat(OFFSET + this.bytesWidth + 2 * GAP.length);
    const room = Math.max(LEAST_TEXT, width - blank.length - indent.length);
    wrap(text, room).forEach((line, index, { length }) => {
      const note = section === undefined || width < WIDE ? '' : `  §${section}`;
      const fits = index === length - 1 && displayWidth(line) + note.length <= room;
      this.lines.push((index === 0 ? margin : blank) + indent + paint(line) + (fits ? palette.dim(note) : ''));
    });
  }

  /** What stands in the bytes column: nothing for a group, whose parts have it, unless that is one byte of bits. */
  private bytesOf(field: Field, secret: boolean): string {
    const { bytes, bytesWidth } = this;
    if (field.length === 0 || (field.children !== undefined && field.length > 1)) return '';
    if (field.bits !== undefined)
      return `${formatHex(bytes, field.at, field.at + 1)} ${bitPattern(bytes[field.at]!, field.bits)}`;
    const fits = Math.floor((bytesWidth + 1) / 3);
    const shown = Math.min(field.length, fits);
    const hex = secret ? '** '.repeat(shown).trimEnd() : formatHex(bytes, field.at, field.at + shown);
    return shown < field.length ? `${hex}…` : hex;
  }

  private valueLine(field: Field, secret: boolean): string {
    if (field.children !== undefined) return field.label;
    if (secret) {
      const hidden = field.label === 'Unread' ? `${MASK} (may hold the password: --show-secrets)` : MASK;
      return `${field.label}: ${hidden}`;
    }
    const value = valueText(field, this.options.maxValue);
    return value === '' ? field.label : `${field.label}: ${value}`;
  }
}

/** "…. .01.": the bits of a field where they stand in their byte. */
export function bitPattern(byte: number, [high, low]: readonly [number, number]): string {
  let text = '';
  for (let bit = 7; bit >= 0; bit--) {
    text += bit <= high && bit >= low ? (byte >> bit) & 1 : '.';
    if (bit === 4) text += ' ';
  }
  return text;
}

function valueText({ value, meaning, label }: Field, max: number): string {
  switch (typeof value) {
    case 'undefined':
      return meaning ?? '';
    case 'boolean':
      return withMeaning(value ? 'set' : 'not set', meaning);
    case 'number':
      // Codes are known by their hexadecimal number.
      return withMeaning(/(Code|Property Identifier)$/.test(label) ? hexByte(value) : String(value), meaning);
    case 'string':
      return withMeaning(longText(value, max), meaning);
    default:
      return withMeaning(bytesText(value, max), meaning);
  }
}

/** "60 s" says all that "60" does. */
function withMeaning(value: string, meaning: string | undefined): string {
  if (meaning === undefined) return value;
  return meaning.startsWith(`${value} `) ? escapeText(meaning) : `${value} (${escapeText(meaning)})`;
}

function longText(text: string, max: number): string {
  if (text.length <= max) return quoted(text);
  return `${quoted(text.slice(0, max))} … ${count(text.length - max)} more characters`;
}

function bytesText(bytes: Uint8Array, max: number): string {
  if (bytes.length === 0) return 'empty';
  const end = bytes.length <= max ? bytes.length : wholeCharacters(bytes, max);
  const text = textOf(bytes.subarray(0, end));
  const shown = text === undefined ? Math.min(max, bytes.length) : end;
  const body = text === undefined ? formatHex(bytes, 0, shown) : quoted(text);
  return shown < bytes.length ? `${body} … ${count(bytes.length - shown)} more bytes` : body;
}
