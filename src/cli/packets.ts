// Where packets are rendered, each with what the judge found in it: the sink of `dissect` and of `proxy`.

import type { Moment } from '../bytes/chunk.js';
import type { Item } from '../dissect/item.js';
import type { Source } from '../report/renderer.js';
import type { Shown, ShownEvent, ShownSummary } from '../report/shown.js';
import type { Finding } from '../validate/finding.js';
import type { Io } from './io.js';
import type { Judging } from './judging.js';
import type { ReportOptions } from './options.js';
import { Report } from './report.js';
import type { Sieve } from './selection-options.js';
import type { Sink } from './sink.js';

export class Packets implements Sink {
  readonly summaryOnly: boolean;
  /** Told of each finding, shown or not. */
  onFinding: ((finding: Finding) => void) | undefined = undefined;
  /** Told of what is shown, also when nothing is rendered. */
  onShown: ((shown: Shown, findings?: readonly Finding[]) => void) | undefined = undefined;
  /** Told of findings that come behind their packet, also when nothing is rendered. */
  onLate: ((finding: Finding) => void) | undefined = undefined;
  private readonly report: Report;

  constructor(
    inputs: readonly string[],
    options: ReportOptions & { readonly quiet?: boolean },
    private readonly sieve: Sieve,
    private readonly judging: Judging | undefined,
    io: Io,
  ) {
    const { quiet = false } = options;
    this.summaryOnly = quiet && sieve.isOpen;
    this.report = new Report({ options, defaultFormat: 'table', quiet, inputs, pasted: false }, io);
  }

  get broken(): boolean {
    return this.report.broken;
  }

  get isFull(): boolean {
    return this.sieve.isFull;
  }

  get hasLimit(): boolean {
    return this.sieve.hasLimit;
  }

  get isVisible(): boolean {
    return this.report.isVisible;
  }

  begin(): Promise<void> {
    return this.report.begin();
  }

  source(source: Source): void {
    this.report.source(source);
    this.sieve.source(source.epoch);
  }

  add(item: Item): boolean {
    const { sieve, judging } = this;
    const shown = sieve.admits(item);
    if (judging === undefined) return shown && this.show(item);
    const findings = judging.push(item);
    if (findings.length === 0) return shown && this.show(item, findings);
    return this.addFound(item, shown, findings);
  }

  event(event: ShownEvent): void {
    this.show(event);
  }

  private show(item: Shown, findings?: readonly Finding[]): boolean {
    this.onShown?.(item, findings);
    return this.report.add(item, findings);
  }

  private addFound(item: Item, shown: boolean, findings: readonly Finding[]): boolean {
    if (this.onFinding !== undefined) findings.forEach(this.onFinding);
    const number = item.kind === 'packet' ? item.number : 0;
    const isOwn = ({ frame }: Finding) => frame.number === number;
    let full = shown && this.show(item, findings.filter(isOwn));
    for (const finding of findings) if (!shown || !isOwn(finding)) full = this.late(finding) || full;
    return full;
  }

  private late(finding: Finding): boolean {
    this.onLate?.(finding);
    return this.report.late(finding);
  }

  pass(): Promise<void> {
    return this.report.pass();
  }

  flush(): Promise<void> {
    return this.report.flush();
  }

  async end(summary: ShownSummary, last: Moment): Promise<void> {
    const { sieve, judging, report } = this;
    // At the limit the capture has not ended: what it still owes is not known.
    for (const finding of sieve.isFull ? [] : (judging?.end(last) ?? [])) {
      this.onFinding?.(finding);
      if (this.late(finding)) await report.pass();
    }
    const counted = sieve.counted(summary);
    await report.end(judging === undefined ? counted : { ...counted, findings: judging.found });
  }
}
