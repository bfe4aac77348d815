// The judge on the command line: it sees every item, whatever is selected; what it finds is let through by the selection
// of the packet that it is about. A rule that threw is told at the end, and makes the run fail.

import type { Moment } from '../bytes/chunk.js';
import type { Item } from '../dissect/item.js';
import { doubted } from '../io/proxy/server-doubt.js';
import { internalErrorText } from '../report/judgement/plain.js';
import type { FindingCounts } from '../report/shown.js';
import type { Finding } from '../validate/finding.js';
import { Judge, type JudgeOptions } from '../validate/judge.js';
import { type Io, say } from './io.js';
import type { Sieve } from './selection-options.js';

export class Judging {
  readonly judge: Judge;
  /** Why nothing is held against servers from now on; undefined while there is no reason. */
  serverDoubt: string | undefined = undefined;
  private readonly counts = { must: 0, should: 0, note: 0, inconclusive: 0 };

  constructor(
    private readonly sieve: Sieve,
    options: Partial<JudgeOptions> = {},
  ) {
    this.judge = new Judge(options);
  }

  /** After the sieve has seen the item. */
  push(item: Item): readonly Finding[] {
    const findings = this.judge.push(item);
    return findings.length === 0 ? findings : this.selected(findings);
  }

  end(last: Moment): readonly Finding[] {
    return this.selected(this.judge.end(last));
  }

  /** Of what was let through. */
  get found(): FindingCounts {
    return { ...this.counts, more: this.judge.report().droppedFindings };
  }

  /** Tells of rules that threw; whether there were any. */
  tellErrors(io: Io): boolean {
    for (const error of this.judge.errors) say(io, internalErrorText(error));
    return this.judge.errors.length > 0;
  }

  private selected(findings: readonly Finding[]): readonly Finding[] {
    const { serverDoubt } = this;
    const fair = serverDoubt === undefined ? findings : findings.map((one) => doubted(one, serverDoubt));
    const selected = fair.filter((finding) => this.sieve.selectsFinding(finding));
    for (const { verdict, level } of selected) this.counts[verdict === 'inconclusive' ? verdict : level]++;
    return selected;
  }
}
