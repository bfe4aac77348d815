// Collects a reader's notes. A damaged file can have something wrong in every record, so each kind is told a fixed
// number of times, the last saying that more of it follows unlisted.

import type { CaptureNote, CaptureNoteCode } from './packet.js';

export const MAX_NOTES_PER_CODE = 20;

export class NoteList {
  #notes: CaptureNote[] = [];
  readonly #counts = new Map<CaptureNoteCode, number>();

  add(code: CaptureNoteCode, offset: number, message: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    if (count > MAX_NOTES_PER_CODE) return;
    this.#counts.set(code, count);
    const last = count === MAX_NOTES_PER_CODE ? ' (further notes of this kind are not listed)' : '';
    this.#notes.push({ code, message: message + last, offset });
  }

  take(): readonly CaptureNote[] {
    const notes = this.#notes;
    if (notes.length > 0) this.#notes = [];
    return notes;
  }
}
