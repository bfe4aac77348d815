// A capture that lacks something accuses nobody: sessions in which nobody breaks the specification, captured in part. Whatever
// is missing (a packet, the beginning, the end, one side, all but the first bytes), no must violation may come of it.

import { describe, expect, it } from 'vitest';
import { RECORDED } from './damage/kinds.js';
import { mustFindings } from './damage/run.js';
import { type Captured, type Session, type Step, sessionOf, settled } from './damage/session.js';

const TIMEOUT = 60_000;
const SNAPLENS = [41, 45, 60, 80];

/** "rule [party] packet 3: message" of each must violation. */
function accusations(steps: readonly Step[], captured: Captured): readonly string[] {
  return mustFindings(steps, captured)
    .filter(({ finding }) => finding.verdict === 'violation')
    .map(({ finding: { rule, party, frame, message } }) => `${rule} [${party}] packet ${frame.number}: ${message}`);
}

/** What a partial capture is wrongly accused of, by what it lacks. */
function wrong(
  session: Session,
  parts: Iterable<readonly [what: string, steps: readonly Step[], captured: Captured]>,
): string[] {
  return [...parts].flatMap(([what, steps, captured]) =>
    accusations(steps, captured).map((one) => `${session.name}, ${what}: ${one}`),
  );
}

const positions = ({ steps }: Session): readonly number[] =>
  steps.flatMap((step, index) => (step.kind === 'packet' ? [index] : []));

const SESSIONS = RECORDED.map(sessionOf).flatMap((session) => [
  [session.name, session] as const,
  [`${session.name}, slowly`, settled(session)] as const,
]);

describe.each(SESSIONS)('%s', { timeout: TIMEOUT }, (_name, session) => {
  it('without one packet', () => {
    const parts = positions(session).map(
      (at) => [`without step ${at}`, session.steps, { lost: new Set([at]) }] as const,
    );
    expect(wrong(session, parts)).toEqual([]);
  });

  it('without three packets in a row', () => {
    const all = positions(session);
    const parts = all.map(
      (at, i) => [`without three from step ${at}`, session.steps, { lost: new Set(all.slice(i, i + 3)) }] as const,
    );
    expect(wrong(session, parts)).toEqual([]);
  });

  it('from any packet on', () => {
    const parts = positions(session).map((at) => [`from step ${at} on`, session.steps, { from: at }] as const);
    expect(wrong(session, parts)).toEqual([]);
  });

  it('up to any packet', () => {
    const parts = positions(session).map((at) => [`up to step ${at}`, session.steps.slice(0, at), {}] as const);
    expect(wrong(session, parts)).toEqual([]);
  });

  it('of one side only', () => {
    const parts = (['client', 'server'] as const).map((side) => [`${side} only`, session.steps, { side }] as const);
    expect(wrong(session, parts)).toEqual([]);
  });

  it('with packets cut short', () => {
    const parts = SNAPLENS.map((snaplen) => [`${snaplen} bytes of each packet`, session.steps, { snaplen }] as const);
    expect(wrong(session, parts)).toEqual([]);
  });
});
