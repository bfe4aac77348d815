// The lines of mosquitto.conf and of the files beside it, split as mosquitto splits them: a # in the first column is a
// comment, a name ends at a space (not at a tab), and what follows is one text or several words, as the option wants it.

import type { Place } from './remark.js';

export interface ConfigurationFile {
  /** As it is to be named in messages. */
  readonly name: string;
  readonly text: string;
}

export interface Line extends Place {
  readonly name: string;
  /** What follows the name, without the spaces around it. */
  readonly rest: string;
}

/** C's isspace, which is what surrounds a value that is trimmed. */
const SPACE = '[ \\t\\v\\f\\r\\n]';
const AROUND = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g');

export function trimmed(text: string): string {
  return text.replace(AROUND, '');
}

/** What is between single spaces or several; a tab does not part words. */
export function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

/** The words before a word that begins a comment. */
export function wordsBeforeComment(text: string): string[] {
  const all = words(text);
  const comment = all.findIndex((word) => word.startsWith('#'));
  return comment < 0 ? all : all.slice(0, comment);
}

/** Lines without their ends, each with its number; the comments among them left out. */
export function* rawLines({ name, text }: ConfigurationFile): Generator<Place & { readonly text: string }> {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('#')) continue;
    yield { file: name, line: index + 1, text: line.replace(/\r+$/, '') };
  }
}

/** Lines that say something. */
export function* linesOf(file: ConfigurationFile): Generator<Line> {
  for (const { file: name, line, text } of rawLines(file)) {
    const start = text.replace(/^ +/, '');
    if (start === '') continue;
    const end = start.indexOf(' ');
    const option = end < 0 ? start : start.slice(0, end);
    yield { file: name, line, name: option, rest: end < 0 ? '' : trimmed(start.slice(end)) };
  }
}
