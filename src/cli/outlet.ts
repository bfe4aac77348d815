// Where a run's results go: stdout or a file, opened with the first text, so that a run that reads nothing overwrites
// nothing. Text is gathered and handed on in pieces; a reader that goes away ends the run quietly.

import { Output, openOutputFile } from '../io/output.js';
import { LEAST_WIDTH } from '../report/table-columns.js';
import type { Io } from './io.js';
import type { OutputOptions } from './options.js';

/** Rendered text is handed on when it is so long. */
const HANDED_ON = 64 * 1024;

export class Outlet {
  private output: Output | undefined = undefined;
  private text = '';

  constructor(
    private readonly options: OutputOptions,
    /** Files that must not be written. */
    private readonly inputs: readonly string[],
    private readonly io: Io,
  ) {}

  /** Nobody reads the results any more. */
  get broken(): boolean {
    return this.output?.broken === true;
  }

  /** Whether lines of results appear on the terminal as they come. */
  get isVisible(): boolean {
    return isVisible(this.options, this.io);
  }

  get isOpen(): boolean {
    return this.output !== undefined;
  }

  async open(): Promise<void> {
    const path = fileOf(this.options);
    this.output =
      path === undefined ? new Output(this.io.stdout, 'standard output') : await openOutputFile(path, this.inputs);
  }

  /** True when it is time for `pass`. */
  add(text: string): boolean {
    this.text += text;
    return this.text.length >= HANDED_ON;
  }

  /** Hands on what was added. */
  async pass(): Promise<void> {
    const { text } = this;
    this.text = '';
    await this.output?.write(text);
  }

  /** Nothing more comes for now: everything is to be seen. */
  async flush(): Promise<void> {
    await this.pass();
    await this.output?.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.output?.close(fileOf(this.options) !== undefined);
  }
}

/** Of `-o`; undefined for stdout. */
function fileOf({ output }: OutputOptions): string | undefined {
  return output === '-' ? undefined : output;
}

/** Whether lines of results appear on the terminal as they come. */
export function isVisible(options: OutputOptions & { readonly quiet?: boolean }, { stdout }: Io): boolean {
  return stdout.isTTY === true && fileOf(options) === undefined && options.quiet !== true;
}

/** Columns of the terminal, or as told; undefined where nothing tells. */
export function widthOf(options: OutputOptions, { stdout, env }: Io): number | undefined {
  const { width } = options;
  if (width !== undefined) return width;
  const columns = fileOf(options) === undefined && stdout.isTTY === true ? stdout.columns : Number(env.COLUMNS);
  return columns !== undefined && columns > 0 ? Math.max(LEAST_WIDTH, Math.floor(columns)) : undefined;
}

export function isColoured(options: OutputOptions, { stdout, env }: Io): boolean {
  const { color } = options;
  if (color !== 'auto') return color === 'always';
  return fileOf(options) === undefined && stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
