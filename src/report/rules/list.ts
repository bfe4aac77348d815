// The list of statements: one a line with level, who is bound, the kind of answer, and the rules or nothing. Lines never
// wrap: what does not fit is cut with ….

import { ANSWERS } from '../../validate/coverage.js';
import { count } from '../preview.js';
import { cut, fill, type Palette, wrap } from '../terminal.js';
import type { Entry } from './entries.js';

const WIDTHS = { key: 20, level: 6, binds: 8, answer: 12 } as const;

export function listText(entries: readonly Entry[], width: number, palette: Palette): string {
  const titles = row('Statement', 'Level', 'Binds', 'Answer', 'Rule', width);
  const lines = entries.map(({ key, level, binds, answer, rules }) =>
    row(key, level, binds, answer ?? 'none', rules.map(({ name }) => name).join(', '), width),
  );
  return `${[palette.dim(titles), ...lines, ...wrap(closing(entries), width)].join('\n')}\n`;
}

function row(key: string, level: string, binds: string, answer: string, by: string, width: number): string {
  const { key: a, level: b, binds: c, answer: d } = WIDTHS;
  return cut(`${fill(key, a)} ${fill(level, b)} ${fill(binds, c)} ${fill(answer, d)} ${by}`, width).trimEnd();
}

function closing(entries: readonly Entry[]): string {
  const statements = entries.filter(({ statement }) => statement !== undefined);
  const counts = ANSWERS.map((answer) => [answer, statements.filter((one) => one.answer === answer).length] as const);
  const parts = counts.filter(([, number]) => number > 0).map(([answer, number]) => `${count(number)} ${answer}`);
  const others = entries.length - statements.length;
  const beside = others > 0 ? `; ${count(others)} demands without a number` : '';
  return `${count(statements.length)} statements: ${parts.join(', ')}${beside}`;
}
