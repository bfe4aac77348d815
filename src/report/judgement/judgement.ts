// What reports of a judgement are made of: findings as they come, and at the end what it came to. Renderers are pure; those
// that can print a finding when it comes, the others keep a bounded number.

import type { Finding } from '../../validate/finding.js';
import type { InternalError } from '../../validate/judge.js';
import type { JudgedConnection } from '../../validate/report.js';
import type { Rule } from '../../validate/rule.js';
import type { Source } from '../renderer.js';
import type { FindingCounts, ShownSummary } from '../shown.js';
import type { VersionCoverage } from './exercised.js';

/** The least level that makes a run fail. */
export const FAIL_ON = ['must', 'should', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export interface Found {
  readonly finding: Finding;
  /** The capture that holds its packet. */
  readonly source: Source;
  /** Its fingerprint is in the baseline: it does not make the run fail. */
  readonly isKnown: boolean;
}

export interface JudgementCounts extends FindingCounts {
  /** Violations that the baseline has; they are not among the others. */
  readonly known: number;
}

export interface Judgement {
  readonly summary: ShownSummary;
  /** Captures that were read, in order. */
  readonly sources: readonly Source[];
  readonly counts: JudgementCounts;
  readonly coverage: readonly VersionCoverage[];
  readonly connections: readonly JudgedConnection[];
  /** Connections beyond those listed. */
  readonly moreConnections: number;
  readonly errors: readonly InternalError[];
}

export interface JudgementOptions {
  readonly width: number;
  readonly colour: boolean;
  /** Every connection, and what is inconclusive. */
  readonly verbose: boolean;
  readonly inconclusive: boolean;
  /** Only the end. */
  readonly quiet: boolean;
  readonly failOn: FailOn;
  /** Several captures: each finding names its own. */
  readonly nameSources: boolean;
  /** All that were asked. */
  readonly rules: readonly Rule[];
  /** Version of mqtt-dissect. */
  readonly toolVersion: string;
  /** There is a baseline to which findings are compared. */
  readonly hasBaseline: boolean;
}

export interface JudgementRenderer {
  begin(): string;
  found(found: Found): string;
  /** What was held back for speed: nothing more comes for now. */
  flush(): string;
  end(judgement: Judgement): string;
  /** For the step summary of a workflow, where the format has one. */
  stepSummary?(judgement: Judgement): string;
}

export interface JudgementFormat {
  readonly name: string;
  readonly title: string;
  /** Whether the closing lines are part of the output; else they go beside it. */
  readonly closesWithSummary: boolean;
  /** It tells of each statement or finding, and is nothing without them: -q is refused. */
  readonly isWhole: boolean;
  create(options: JudgementOptions): JudgementRenderer;
}

/** Findings that a format keeps which can only be written at the end. */
export const MOST_KEPT = 10_000;

/** Findings, kept up to a bound, and beyond it the first of each kind, so that what fails is never told as held; the rest is counted. */
export class Kept {
  readonly all: Found[] = [];
  more = 0;
  private readonly kinds = new Set<string>();

  add(found: Found): void {
    const { finding, isKnown } = found;
    const { rule, version, verdict, level } = finding;
    const kind = `${rule} ${version} ${verdict} ${level} ${isKnown}`;
    if (this.all.length < MOST_KEPT || !this.kinds.has(kind)) this.all.push(found);
    else this.more++;
    this.kinds.add(kind);
  }
}

/** A format that is written at the end, of all that was found. */
export function writtenAtEnd(
  end: (judgement: Judgement, kept: Kept) => string,
  begin: () => string = () => '',
): JudgementRenderer {
  const kept = new Kept();
  return {
    begin,
    found(found) {
      kept.add(found);
      return '';
    },
    flush: () => '',
    end: (judgement) => end(judgement, kept),
  };
}

/** What a test of a report fails by: as the run does; where that never fails, as it would unless told otherwise. */
export function failsTest(failOn: FailOn): (found: Found) => boolean {
  const level = failOn === 'never' ? 'must' : failOn;
  return (found) => fails(found, level);
}

/** Whether it makes a run fail. */
export function fails({ finding, isKnown }: Found, failOn: FailOn): boolean {
  if (isKnown || finding.verdict !== 'violation' || failOn === 'never') return false;
  return finding.level === 'must' || (failOn === 'should' && finding.level === 'should');
}
