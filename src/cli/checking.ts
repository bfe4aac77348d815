// What `check` does. Everything is tracked; selections choose what is reported. The exit code tells whether something was found
// that the baseline does not have.

import { resolve } from 'node:path';
import type { Moment } from '../bytes/chunk.js';
import type { TakesGlanced } from '../dissect/glanced.js';
import type { Item, Summary } from '../dissect/item.js';
import { refuseInput } from '../io/output.js';
import { readTextFile, replaceTextFile } from '../io/small-files.js';
import { baselineText, readBaseline } from '../report/judgement/baseline.js';
import { coverageOfCapture } from '../report/judgement/exercised.js';
import type { FailOn } from '../report/judgement/judgement.js';
import type { Source } from '../report/renderer.js';
import { UserError } from '../user-error.js';
import type { Finding } from '../validate/finding.js';
import type { Rule } from '../validate/rule.js';
import { RULES } from '../validate/rules/index.js';
import { EXIT } from './exit-codes.js';
import type { Io } from './io.js';
import { judgeLimitsOf } from './judge-limits.js';
import { JudgementReport } from './judgement-report.js';
import { Judging } from './judging.js';
import type { OutputOptions } from './options.js';
import { packageVersion } from './package-version.js';
import { type Begun, type ReadingFlags, readAll } from './reading.js';
import { type Scope, scopeOf } from './rule-scope.js';
import type { ScopeFlags } from './scope-options.js';
import { type SelectionFlags, Sieve } from './selection-options.js';
import type { Sink } from './sink.js';

export interface CheckOptions extends OutputOptions, SelectionFlags, ReadingFlags, ScopeFlags {
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly inconclusive?: boolean;
  readonly failOn: FailOn;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly port?: readonly number[];
}

/** `begun`: the captures are being read already. */
export async function check(paths: readonly string[], options: CheckOptions, io: Io, begun?: Begun): Promise<number> {
  const { baseline, writeBaseline } = options;
  const known = baseline === undefined ? undefined : readBaseline(await readTextFile(baseline), baseline);
  if (writeBaseline !== undefined) {
    await refuseInput(writeBaseline, paths);
    if (options.output !== undefined && resolve(options.output) === resolve(writeBaseline)) {
      throw new UserError('option', `${writeBaseline}: is the file of -o too, one would overwrite the other`);
    }
  }
  const verdicts = new Verdicts(paths, options, known, io);
  const complete = await readAll(paths, options, verdicts, io, begun);
  const broken = verdicts.judging.tellErrors(io);
  if (!complete || broken) return EXIT.usage;
  if (writeBaseline !== undefined) await replaceTextFile(writeBaseline, baselineText(verdicts.violations.values()));
  else if (verdicts.report.failed) return EXIT.findings;
  return io.interrupt.aborted ? EXIT.interrupted : EXIT.ok;
}

class Verdicts implements Sink {
  readonly summaryOnly = false;
  /** Where packets are chosen, each is looked at. */
  readonly glance: TakesGlanced | undefined;
  readonly judging: Judging;
  readonly report: JudgementReport;
  /** For the baseline, when one is to be written: one of each fingerprint. */
  readonly violations = new Map<string, Finding>();
  private readonly sieve: Sieve;
  private readonly scope: Scope;
  private readonly rules: readonly Rule[] = RULES;
  private readonly limit: number;
  /** With the number of the first packet of each. */
  private readonly sources: { readonly source: Source; readonly first: number }[] = [];
  private packets = 0;

  constructor(
    inputs: readonly string[],
    private readonly options: CheckOptions,
    known: ReadonlySet<string> | undefined,
    io: Io,
  ) {
    const { limit = Number.POSITIVE_INFINITY, ...selection } = options;
    this.limit = limit;
    this.sieve = new Sieve(selection);
    this.scope = scopeOf(options);
    const { rules, scope: asks } = this;
    const judge = { rules, asks, limits: judgeLimitsOf(options), countsInconclusive: countsInconclusive(options) };
    this.judging = new Judging(this.sieve, judge);
    this.glance = this.sieve.isWhole
      ? (packet) => {
          if (!this.judging.judge.glance(packet)) return false;
          this.packets = packet.number;
          return true;
        }
      : undefined;
    const toolVersion = packageVersion();
    this.report = new JudgementReport({ options, inputs, rules: this.rules, known, toolVersion }, io);
  }

  get broken(): boolean {
    return this.report.broken;
  }

  get isFull(): boolean {
    return this.report.reported >= this.limit;
  }

  get hasLimit(): boolean {
    return this.limit < Number.POSITIVE_INFINITY;
  }

  get isVisible(): boolean {
    return this.report.isVisible;
  }

  begin(): Promise<void> {
    return this.report.begin();
  }

  source(source: Source): void {
    // Given again when its epoch becomes known.
    if (this.sources.at(-1)?.source.name === source.name) this.sources.pop();
    this.sources.push({ source, first: this.packets + 1 });
    this.sieve.source(source.epoch);
  }

  add(item: Item): boolean {
    this.sieve.selects(item);
    if (item.kind === 'packet') this.packets = item.number;
    let full = false;
    for (const finding of this.judging.push(item)) full = this.found(finding) || full;
    return full;
  }

  pass(): Promise<void> {
    return this.report.pass();
  }

  flush(): Promise<void> {
    return this.report.flush();
  }

  async end(summary: Summary, last: Moment): Promise<void> {
    const { report, judging, rules, scope, sources } = this;
    // At the limit the capture has not ended: what it still owes is not known.
    if (this.isFull) judging.judge.stop();
    else for (const finding of judging.end(last)) if (this.found(finding)) await report.pass();
    const judged = judging.judge.report();
    await report.end({
      summary,
      sources: sources.map(({ source }) => source),
      counts: report.countsWith(judged.droppedFindings),
      coverage: coverageOfCapture(judged, rules, scope, (version) => (summary.byVersion[version] ?? 0) > 0),
      connections: judged.connections
        .filter(({ connection }) => this.sieve.hasConnection(connection.id))
        .sort((a, b) => a.connection.id - b.connection.id),
      moreConnections: judged.moreConnections,
      errors: judging.judge.errors,
    });
  }

  private found(finding: Finding): boolean {
    if (this.isFull) return false;
    if (this.options.writeBaseline !== undefined && finding.verdict === 'violation') {
      this.violations.set(finding.fingerprint, finding);
    }
    return this.report.add(finding, this.sourceOf(finding));
  }

  /** A finding may be about a packet of an earlier capture. */
  private sourceOf({ frame }: Finding): Source {
    const { sources } = this;
    let at = sources.length - 1;
    while (at > 0 && frame.number > 0 && sources[at]!.first > frame.number) at--;
    return sources[at]!.source;
  }
}

/** Of what is inconclusive only the count appears in the table: nobody looks where it stands. */
function countsInconclusive({ format = 'table', verbose, inconclusive, quiet }: CheckOptions): boolean {
  return format === 'table' && (quiet === true || (verbose !== true && inconclusive !== true));
}
