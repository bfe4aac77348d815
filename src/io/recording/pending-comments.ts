// What is to be said and belongs to no packet: a comment of the next one. There are bounds, since a next one may not come.

import { optionText, type Texts } from '../watch/pcapng-writer.js';

const MOST = 100;
const NONE: Texts = [];

export class PendingComments {
  private texts: Uint8Array[] = [];
  private more = 0;

  add(text: string): void {
    if (this.texts.length < MOST) this.texts.push(optionText(text));
    else this.more++;
  }

  /** These first, then those of the packet itself. */
  with(comments: readonly string[]): Texts {
    if (this.texts.length === 0) return comments.length === 0 ? NONE : comments.map(optionText);
    const untold = this.more === 0 ? [] : [optionText(`${this.more} more events are not told here`)];
    return [...this.texts, ...untold, ...comments.map(optionText)];
  }

  clear(): void {
    if (this.texts.length === 0) return;
    this.texts = [];
    this.more = 0;
  }
}
