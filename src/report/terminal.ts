// Text on a terminal. Topics, client identifiers and payloads come from the network: what `escapeText` lets through can
// move no cursor, set no colour and turn no text around. Widths are columns, not characters: CJK and emoji take two.
// The only escape sequences in any output are the SGR colours of a palette.

const PLAIN = /^[\x20-\x7e]*$/;
// All of "Other" (controls, format and bidirectional marks, surrogates, private use, unassigned) and line separators.
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with everything that is not a visible character or a space spelled out: \n, \x1b, \u{202e}. */
export function escapeText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSAFE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const same = (text: string): string => text;
const NO_COLOUR: Palette = { bold: same, dim: same, red: same, yellow: same, green: same, cyan: same };
const COLOUR: Palette = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  yellow: sgr(33, 39),
  green: sgr(32, 39),
  cyan: sgr(36, 39),
};

function sgr(on: number, off: number): (text: string) => string {
  return (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`);
}

export function paletteOf(colour: boolean): Palette {
  return colour ? COLOUR : NO_COLOUR;
}

// One step of a styled text: an SGR sequence or a character.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const STEP = /\x1b\[[\d;]*m|./gsu;
const RESET = '\x1b[0m';
const ELLIPSIS = '…';

/** Columns that the text takes; SGR sequences take none. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const [step] of text.matchAll(STEP)) width += stepWidth(step);
  return width;
}

/** At most `width` columns, the last of them … when something was cut off. */
export function cut(text: string, width: number): string {
  if (PLAIN.test(text)) {
    if (text.length <= width) return text;
    return width < 1 ? '' : text.slice(0, width - 1) + ELLIPSIS;
  }
  if (displayWidth(text) <= width) return text;
  return width < 1 ? '' : splitAt(text, width - 1)[0] + ELLIPSIS;
}

/** Cut and filled with spaces to exactly `width` columns. */
export function fill(text: string, width: number): string {
  const short = cut(text, width);
  return short + ' '.repeat(Math.max(0, width - displayWidth(short)));
}

/** Plain text broken into lines of at most `width` columns, at a space where one is near the end. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (displayWidth(rest) > width) {
    const [head] = splitAt(rest, width);
    const space = head.lastIndexOf(' ');
    // A word is cut only when it is longer than a line.
    const [word = ''] = rest.slice(space + 1).split(' ', 1);
    const end = space > 0 && displayWidth(word) <= width ? space + 1 : Math.max(head.length, 1);
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  lines.push(rest);
  return lines;
}

/** The first `width` columns and the rest; a styled head is reset at its end. */
function splitAt(text: string, width: number): [head: string, rest: string] {
  let taken = 0;
  let end = 0;
  let styled = false;
  for (const [step] of text.matchAll(STEP)) {
    taken += stepWidth(step);
    if (taken > width) break;
    styled ||= step.length > 2;
    end += step.length;
  }
  return [text.slice(0, end) + (styled ? RESET : ''), text.slice(end)];
}

const NO_WIDTH = /\p{M}|\p{Emoji_Modifier}/u;
const EMOJI = /\p{Emoji_Presentation}/u;

function stepWidth(step: string): number {
  if (step.length > 2) return 0;
  const code = step.codePointAt(0)!;
  if (code < 0x300) return 1;
  // Variation selector 16 makes an emoji, of two columns, of a character that is none by itself.
  if (code === 0xfe0f) return 1;
  if (NO_WIDTH.test(step)) return 0;
  // Two regional indicators make one flag of two columns.
  if (code >= 0x1f1e6 && code <= 0x1f1ff) return 1;
  return isWide(code) || EMOJI.test(step) ? 2 : 1;
}

// East Asian Width W and F (UAX #11), in the blocks that have them.
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2fb],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  return WIDE.some(([first, last]) => code >= first && code <= last);
}
