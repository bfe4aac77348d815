// A progress bar for long files, on a terminal only. It is one line that is drawn over itself, taken away before
// anything else is printed there and at the end.

/** Shorter files are done before anybody looks. */
const LONG = 32 * 1024 * 1024;
/** Milliseconds between two drawings. */
const PERIOD = 100;
const BAR = 24;
const CLEAR = '\r\x1b[K';

export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Progress {
  update(bytesRead: number, size: number | undefined): void;
  clear(): void;
}

const NONE: Progress = { update() {}, clear() {} };

/** `now` in milliseconds; `enabled` false when nothing is to be drawn whatever the terminal is. */
export function createProgress(
  terminal: Terminal,
  enabled: boolean,
  now: () => number = () => performance.now(),
): Progress {
  if (!enabled || terminal.isTTY !== true) return NONE;
  const begin = now();
  let last = begin;
  let drawn = false;
  return {
    update(bytesRead, size) {
      const time = now();
      if (size === undefined || size < LONG || time - last < PERIOD) return;
      last = time;
      drawn = true;
      const line = barLine(bytesRead, size, (time - begin) / 1000);
      terminal.write(CLEAR + line.slice(0, Math.max(1, (terminal.columns ?? 80) - 1)));
    },
    clear() {
      if (drawn) terminal.write(CLEAR);
      drawn = false;
    },
  };
}

/** ` 42 % [##########--------------]  420 of 1000 MB  95 MB/s`; a file that grows is never more than 100 %. */
function barLine(bytesRead: number, size: number, seconds: number): string {
  const share = Math.min(1, bytesRead / size);
  const full = Math.round(share * BAR);
  const bar = '#'.repeat(full) + '-'.repeat(BAR - full);
  const rate = seconds > 0 ? `  ${megabytes(bytesRead / seconds)} MB/s` : '';
  return `${String(Math.floor(share * 100)).padStart(3)} % [${bar}]  ${megabytes(bytesRead)} of ${megabytes(size)} MB${rate}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0);
}
