// Rules in plain words: `drop PUBACK every 10`, `cut after byte 5 of the next PUBLISH rst`. The action comes first, the rest in
// any order; `of`, `the`, `by` and `to` say nothing; `next` is `count 1`. docs/faults.md has the words.

import { UserError } from '../user-error.js';
import { type RuleDraft, suggestion, wrongWith } from './check-rule.js';
import { duration } from './field-kinds.js';
import type { FaultRule } from './rule.js';
import { ACTIONS, FIELDS, type FieldRow, fieldsOf } from './rule-fields.js';

interface Word {
  readonly text: string;
  /** In quotes it is a value and nothing else. */
  readonly isQuoted: boolean;
  readonly position: number;
}

const WORD = /\s*(?:("(?:[^"\\]|\\.)*")(?=\s|$)|([^\s"]\S*))/y;
const COUNT = FIELDS.find(({ name }) => name === 'count')!;
const WHERE = FIELDS.find(({ name }) => name === 'where')!;
const SILENT: readonly string[] = ['of', 'the', 'by', 'to'];

/** UserError that names the word that is wrong. */
export function parseFault(text: string): FaultRule {
  return new FaultParser(text).parse();
}

/** The rule in words, one way of several: `parseFault` gives it back. */
export function faultText(rule: FaultRule): string {
  const values = rule as unknown as Readonly<Record<string, never>>;
  const words: string[] = [rule.action];
  for (const { name, word, kind } of fieldsOf(rule.action)) {
    if (values[name] === undefined) continue;
    if (name === 'byte' && rule.action === 'cut') words.push('after');
    if (word !== undefined) words.push(word);
    words.push(kind.toWord(values[name]));
    if (OF_AFTER[name]?.(values) === true) words.push('of');
  }
  return words.join(' ');
}

/** After which fields "of" reads well: `corrupt byte 3 bit 0 of PUBLISH`. */
const OF_AFTER: Readonly<Record<string, (values: Readonly<Record<string, unknown>>) => boolean>> = {
  field: ({ types }) => types !== undefined,
  byte: ({ types, bit }) => types !== undefined && bit === undefined,
  bit: ({ types }) => types !== undefined,
};

class FaultParser {
  private readonly words: readonly Word[];
  private at = 0;

  constructor(private readonly text: string) {
    this.words = this.split();
  }

  parse(): FaultRule {
    const first = this.words[0];
    if (first === undefined) throw this.fail('a rule begins with what to do', undefined, ACTIONS.join(', '));
    const action = ACTIONS.find((one) => one === first.text);
    if (action === undefined) {
      throw this.fail(`not one of ${ACTIONS.join(', ')}`, first, suggestion(first.text, ACTIONS));
    }
    const draft: RuleDraft = { action };
    const rows = fieldsOf(action);
    for (this.at = 1; this.at < this.words.length; this.at++) this.clause(draft, rows);
    const whole = wrongWith(draft, nameInWords);
    if (whole !== undefined) throw this.fail(whole);
    return draft as unknown as FaultRule;
  }

  private clause(draft: RuleDraft, rows: readonly FieldRow[]): void {
    const word = this.words[this.at]!;
    if (word.isQuoted) throw this.fail('a value without a word before it that says of what', word);
    if (SILENT.includes(word.text) || (word.text === 'after' && this.afterMeansPlace(draft))) return;
    const [row, value] = this.valueAt(word, rows);
    if (row === undefined || !rows.includes(row)) throw this.unknown(word, draft, rows);
    this.set(draft, row, value, word);
  }

  /** The field that a word is, or is the name of, and its value. */
  private valueAt(word: Word, rows: readonly FieldRow[]): readonly [row: FieldRow | undefined, value?: unknown] {
    const { text } = word;
    if (text === 'next') return [COUNT, 1];
    const named = rows.find((one) => one.word === text);
    if (named !== undefined) {
      const value = this.words[++this.at];
      const read = value === undefined ? undefined : named.kind.fromWord(value.text);
      if (read === undefined) throw this.fail(`${text} must be ${named.kind.what}`, value ?? word);
      return [named, read];
    }
    const found = bareValue(text, rows);
    if (found !== undefined) return found;
    // "remaining length", "40 s": two words for one.
    const next = this.words[this.at + 1];
    if (next === undefined || next.isQuoted) return [undefined];
    const together = bareValue(`${text}-${next.text}`, rows) ?? bareValue(`${text}${next.text}`, rows);
    if (together !== undefined) this.at++;
    return together ?? [undefined];
  }

  /** `after` is a time, a byte of a cut, or a place at a packet; only the first has a value that follows. */
  private afterMeansPlace(draft: RuleDraft): boolean {
    const next = this.words[this.at + 1];
    if (next !== undefined && !next.isQuoted && duration.fromWord(next.text) !== undefined) return false;
    if (draft.action === 'cut' && next?.text === 'byte') return true;
    if (draft.action !== 'cut' && draft.action !== 'inject') return false;
    if (next !== undefined && /^\d/.test(next.text)) return false;
    const word = this.words[this.at]!;
    this.set(draft, WHERE, 'after', word);
    return true;
  }

  private set(draft: RuleDraft, row: FieldRow, value: unknown, word: Word): void {
    if (draft[row.name] !== undefined) throw this.fail(`${nameInWords(row)} is given twice`, word);
    draft[row.name] = value;
  }

  private unknown(word: Word, { action }: RuleDraft, rows: readonly FieldRow[]): UserError {
    const { text } = word;
    const other = FIELDS.find((row) => row.word === text || (row.word === undefined && row.kind.words?.includes(text)));
    const elsewhere = FIELDS.find((row) => row.word === undefined && row.kind.fromWord(text) !== undefined);
    const owner = other ?? elsewhere;
    if (owner !== undefined) return this.fail(`goes with ${owner.actions.join(' or ')}, not with ${action}`, word);
    const known = rows.flatMap((row) => (row.word === undefined ? (row.kind.words ?? []) : [row.word]));
    return this.fail(`${action} knows no such word`, word, suggestion(text, known));
  }

  private fail(what: string, word?: Word, more = ''): UserError {
    const where = word === undefined ? '' : `, word ${word.position} (${oneLine(word.text)})`;
    const separator = more === '' || more.startsWith(';') ? '' : ': ';
    return new UserError('option', `fault "${oneLine(this.text)}"${where}: ${what}${separator}${more}`);
  }

  private split(): readonly Word[] {
    const words: Word[] = [];
    const end = this.text.trimEnd().length;
    WORD.lastIndex = 0;
    while (WORD.lastIndex < end) {
      const from = WORD.lastIndex;
      const match = WORD.exec(this.text);
      const text = match?.[1] === undefined ? match?.[2] : unquoted(match[1]);
      if (text === undefined) {
        const rest = this.text.slice(from).trim();
        throw this.fail('a quote that does not end well', { text: rest, isQuoted: true, position: words.length + 1 });
      }
      words.push({ text, isQuoted: match?.[1] !== undefined, position: words.length + 1 });
    }
    return words;
  }
}

/** The field that says by itself what it is, and its value. */
function bareValue(text: string, rows: readonly FieldRow[]): readonly [row: FieldRow, value: unknown] | undefined {
  for (const row of rows) {
    const value = row.word === undefined ? row.kind.fromWord(text) : undefined;
    if (value !== undefined) return [row, value];
  }
  return undefined;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

function nameInWords({ name, word, kind }: Pick<FieldRow, 'name' | 'word' | 'kind'>): string {
  if (word !== undefined) return word;
  return name === 'field' ? 'a field' : kind.what;
}
