// One run's results: the renderer that the options ask for, and where its text goes. The output is opened with the
// first text, so that a run that reads nothing overwrites nothing.

import type { Summary } from '../dissect/item.js';
import { Output, openOutputFile } from '../io/output.js';
import { FORMATS } from '../report/index.js';
import type { Format, Renderer, Source } from '../report/renderer.js';
import type { Shown } from '../report/shown.js';
import { summaryText } from '../report/summary.js';
import { LEAST_WIDTH } from '../report/table-columns.js';
import type { Io } from './io.js';
import type { ReportOptions } from './options.js';

/** Columns where no terminal tells: lines for grep and files; a tree, which wraps, is more likely to be paged. */
const WIDTH_ELSEWHERE = { table: 200, tree: 100 };
/** Rendered text is handed on when it is so long. */
const HANDED_ON = 64 * 1024;

export interface ReportSettings {
  readonly options: ReportOptions;
  readonly defaultFormat: string;
  /** Only the summary. */
  readonly quiet: boolean;
  /** Files that must not be written. */
  readonly inputs: readonly string[];
  readonly pasted: boolean;
}

export class Report {
  private readonly format: Format;
  private readonly renderer: Renderer;
  private readonly settings: ReportSettings;
  private readonly io: Io;
  private output: Output | undefined = undefined;
  private text = '';

  constructor(settings: ReportSettings, io: Io) {
    const { options, inputs, pasted } = settings;
    const name = formatName(settings);
    this.settings = settings;
    this.io = io;
    this.format = FORMATS.find((format) => format.name === name)!;
    this.renderer = this.format.create({
      width: options.width ?? widthOf(options, io) ?? WIDTH_ELSEWHERE[name === 'tree' ? 'tree' : 'table'],
      colour: isColoured(options, io),
      // The bytes alone need no tree, pasted bytes always get one.
      fields: options.verbose === true || (pasted && name === 'tree'),
      hex: options.hex === true,
      showSecrets: options.showSecrets === true,
      maxBytes: options.maxBytes,
      nameSources: inputs.length > 1,
      pasted,
    });
  }

  /** Nobody reads the results any more. */
  get broken(): boolean {
    return this.output?.broken === true;
  }

  /** Whether lines of results appear on the terminal as they come. */
  get isVisible(): boolean {
    return this.io.stdout.isTTY === true && this.settings.options.output === undefined && !this.settings.quiet;
  }

  /** Opens the output; nothing when it is open. */
  async begin(): Promise<void> {
    if (this.output !== undefined) return;
    const { options, inputs } = this.settings;
    const path = options.output;
    this.output =
      path === undefined ? new Output(this.io.stdout, 'standard output') : await openOutputFile(path, inputs);
    this.text += this.renderer.begin();
  }

  source(source: Source): void {
    this.text += this.renderer.source(source);
  }

  /** True when it is time for `pass`. */
  add(item: Shown): boolean {
    if (!this.settings.quiet) this.text += this.renderer.item(item);
    return this.text.length >= HANDED_ON;
  }

  /** Hands on what was rendered. */
  async pass(): Promise<void> {
    const { text } = this;
    this.text = '';
    await this.output?.write(text);
  }

  /** Nothing more comes for now: everything is to be seen. */
  async flush(): Promise<void> {
    this.text += this.renderer.flush();
    await this.pass();
    await this.output?.flush();
  }

  async end(summary: Summary): Promise<void> {
    this.text += this.renderer.end(summary);
    await this.flush();
    await this.output?.close(this.settings.options.output !== undefined);
    if (!this.broken && !this.format.closesWithSummary) this.io.stderr.write(`${summaryText(summary)}\n`);
  }
}

function formatName({ options, defaultFormat }: ReportSettings): string {
  const name = options.format ?? defaultFormat;
  return name === 'table' && (options.verbose === true || options.hex === true) ? 'tree' : name;
}

function widthOf({ output }: ReportOptions, { stdout, env }: Io): number | undefined {
  const columns = output === undefined && stdout.isTTY === true ? stdout.columns : Number(env.COLUMNS);
  return columns !== undefined && columns > 0 ? Math.max(LEAST_WIDTH, Math.floor(columns)) : undefined;
}

function isColoured({ color, output }: ReportOptions, { stdout, env }: Io): boolean {
  if (color !== 'auto') return color === 'always';
  return output === undefined && stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
