// One run's packets: the renderer that the options ask for, over the place where its text goes.

import { FORMATS } from '../report/index.js';
import type { Format, Renderer, Source } from '../report/renderer.js';
import type { Shown, ShownSummary } from '../report/shown.js';
import { summaryText } from '../report/summary.js';
import { createSummaryOnly } from '../report/summary-only.js';
import type { Finding } from '../validate/finding.js';
import type { Io } from './io.js';
import type { ReportOptions } from './options.js';
import { isColoured, Outlet, widthOf } from './outlet.js';

/** Columns where no terminal tells: lines for grep and files; a tree, which wraps, is more likely to be paged. */
const WIDTH_ELSEWHERE = { table: 200, tree: 100 };

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
  private readonly settings: ReportSettings;
  private readonly io: Io;
  private readonly outlet: Outlet;
  /** There from `begin` on. */
  private renderer: Renderer = createSummaryOnly();

  constructor(settings: ReportSettings, io: Io) {
    const { options, inputs } = settings;
    const name = formatName(settings);
    this.settings = settings;
    this.io = io;
    this.outlet = new Outlet(options, inputs, io);
    this.format = FORMATS.find((format) => format.name === name)!;
  }

  /** Nobody reads the results any more. */
  get broken(): boolean {
    return this.outlet.broken;
  }

  /** Whether lines of results appear on the terminal as they come. */
  get isVisible(): boolean {
    return this.outlet.isVisible && !this.settings.quiet;
  }

  /** Opens the output; nothing when it is open. */
  async begin(): Promise<void> {
    if (this.outlet.isOpen) return;
    if (!this.settings.quiet || !this.format.closesWithSummary) this.renderer = await this.load();
    await this.outlet.open();
    this.outlet.add(this.renderer.begin());
  }

  private async load(): Promise<Renderer> {
    const { name } = this.format;
    const { options, inputs, pasted } = this.settings;
    const create = await this.format.load();
    return create({
      width: widthOf(options, this.io) ?? WIDTH_ELSEWHERE[name === 'tree' ? 'tree' : 'table'],
      colour: isColoured(options, this.io),
      // The bytes alone need no tree, pasted bytes always get one.
      fields: options.verbose === true || (pasted && name === 'tree'),
      hex: options.hex === true,
      showSecrets: options.showSecrets === true,
      maxBytes: options.maxBytes,
      nameSources: inputs.length > 1,
      pasted,
    });
  }

  source(source: Source): void {
    this.outlet.add(this.renderer.source(source));
  }

  /** True when it is time for `pass`. */
  add(item: Shown, findings?: readonly Finding[]): boolean {
    return this.outlet.add(this.settings.quiet ? '' : this.renderer.item(item, findings));
  }

  late(finding: Finding): boolean {
    return this.outlet.add(this.settings.quiet ? '' : this.renderer.late(finding));
  }

  /** Hands on what was rendered. */
  pass(): Promise<void> {
    return this.outlet.pass();
  }

  /** Nothing more comes for now: everything is to be seen. */
  flush(): Promise<void> {
    this.outlet.add(this.renderer.flush());
    return this.outlet.flush();
  }

  async end(summary: ShownSummary): Promise<void> {
    this.outlet.add(this.renderer.end(summary));
    await this.outlet.close();
    if (!this.broken && !this.format.closesWithSummary) this.io.stderr.write(`${summaryText(summary)}\n`);
  }
}

function formatName({ options, defaultFormat }: ReportSettings): string {
  const name = options.format ?? defaultFormat;
  return name === 'table' && (options.verbose === true || options.hex === true) ? 'tree' : name;
}
