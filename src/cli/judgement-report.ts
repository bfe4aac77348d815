// One run's judgement: the renderer that the options ask for, over the place where its text goes, and what became of the
// findings: how many, how many of them known, whether the run fails.

import { appendTextFile } from '../io/small-files.js';
import { closingLines } from '../report/judgement/closing.js';
import { JUDGEMENT_FORMATS } from '../report/judgement/index.js';
import {
  type FailOn,
  type Found,
  fails,
  type Judgement,
  type JudgementCounts,
  type JudgementFormat,
  type JudgementRenderer,
} from '../report/judgement/judgement.js';
import type { Source } from '../report/renderer.js';
import { UserError } from '../user-error.js';
import type { Finding } from '../validate/finding.js';
import type { Rule } from '../validate/rule.js';
import type { Io } from './io.js';
import type { OutputOptions } from './options.js';
import { isColoured, Outlet, widthOf } from './outlet.js';

export interface JudgementSettings {
  readonly options: OutputOptions & {
    readonly verbose?: boolean;
    readonly inconclusive?: boolean;
    readonly quiet?: boolean;
    readonly failOn: FailOn;
  };
  readonly inputs: readonly string[];
  readonly rules: readonly Rule[];
  /** Fingerprints of the baseline, when there is one. */
  readonly known: ReadonlySet<string> | undefined;
  readonly toolVersion: string;
}

/** Columns where no terminal tells. */
const WIDTH_ELSEWHERE = 120;

export class JudgementReport {
  /** Something was found that makes the run fail. */
  failed = false;
  /** Findings let through, those of the baseline included. */
  reported = 0;
  private readonly format: JudgementFormat;
  private readonly renderer: JudgementRenderer;
  private readonly outlet: Outlet;
  private readonly counts = { must: 0, should: 0, note: 0, inconclusive: 0, known: 0 };

  constructor(
    private readonly settings: JudgementSettings,
    private readonly io: Io,
  ) {
    const { options, inputs, rules, known, toolVersion } = settings;
    const { verbose = false, inconclusive = false, quiet = false, failOn } = options;
    this.format = JUDGEMENT_FORMATS.find(({ name }) => name === (options.format ?? 'table'))!;
    if (quiet && this.format.isWhole) {
      throw new UserError('option', `-q is not for --format ${this.format.name}, which cannot be only the counts`);
    }
    this.outlet = new Outlet(options, inputs, io);
    this.renderer = this.format.create({
      width: widthOf(options, io) ?? WIDTH_ELSEWHERE,
      colour: isColoured(options, io),
      ...{ verbose, inconclusive, quiet, failOn, rules, toolVersion },
      nameSources: inputs.length > 1,
      hasBaseline: known !== undefined,
    });
  }

  get broken(): boolean {
    return this.outlet.broken;
  }

  get isVisible(): boolean {
    return this.outlet.isVisible;
  }

  async begin(): Promise<void> {
    if (this.outlet.isOpen) return;
    await this.outlet.open();
    this.outlet.add(this.renderer.begin());
  }

  /** True when it is time for `pass`. */
  add(finding: Finding, source: Source): boolean {
    const { known, options } = this.settings;
    const { verdict, level, fingerprint } = finding;
    const found: Found = { finding, source, isKnown: verdict === 'violation' && known?.has(fingerprint) === true };
    this.counts[found.isKnown ? 'known' : verdict === 'inconclusive' ? verdict : level]++;
    this.failed ||= fails(found, options.failOn);
    this.reported++;
    return this.outlet.add(this.renderer.found(found));
  }

  countsWith(more: number): JudgementCounts {
    return { ...this.counts, more };
  }

  pass(): Promise<void> {
    return this.outlet.pass();
  }

  flush(): Promise<void> {
    this.outlet.add(this.renderer.flush());
    return this.outlet.flush();
  }

  async end(judgement: Judgement): Promise<void> {
    const { outlet, renderer, io, format } = this;
    outlet.add(renderer.end(judgement));
    await outlet.close();
    const summaryFile = io.env.GITHUB_STEP_SUMMARY;
    if (renderer.stepSummary !== undefined && summaryFile) {
      await appendTextFile(summaryFile, renderer.stepSummary(judgement));
    }
    if (!this.broken && !format.closesWithSummary) io.stderr.write(`${closingLines(judgement).join('\n')}\n`);
  }
}
