// What a file of settings is told about itself: errors, with which nothing starts; warnings, for what works otherwise than
// one might think; notices, for what is outdated. All of them stand in one list, each with its file and line.

export interface Place {
  readonly file: string;
  /** Counts from 1; 0 is the file as a whole. */
  readonly line: number;
}

export type RemarkLevel = 'error' | 'warning' | 'notice';

export interface Remark extends Place {
  readonly level: RemarkLevel;
  readonly message: string;
}

/** More errors than these say no more than that this is not such a file. */
export const MOST_ERRORS = 20;
/** Warnings and notices that are kept. */
const MOST_OTHERS = 100;

/** Collects remarks in the order they were made; of too many, the first. */
export class Remarks {
  readonly all: Remark[] = [];
  private errors = 0;
  private others = 0;

  /** So many errors that reading on makes no sense. */
  get full(): boolean {
    return this.errors >= MOST_ERRORS;
  }

  get failed(): boolean {
    return this.errors > 0;
  }

  error(place: Place, message: string): void {
    if (!this.full) this.add('error', place, message);
    this.errors++;
  }

  warning(place: Place, message: string): void {
    if (this.others++ < MOST_OTHERS) this.add('warning', place, message);
  }

  notice(place: Place, message: string): void {
    if (this.others++ < MOST_OTHERS) this.add('notice', place, message);
  }

  private add(level: RemarkLevel, { file, line }: Place, message: string): void {
    this.all.push({ level, file, line, message });
  }
}

/** One line: `file:line: message`. */
export function renderRemark({ level, file, line, message }: Remark): string {
  const where = line > 0 ? `${file}:${line}` : file;
  return `${where}: ${level === 'error' ? '' : `${level}: `}${message}`;
}
