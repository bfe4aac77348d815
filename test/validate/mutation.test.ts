// The judge against damage: recorded sessions in which nobody breaks the specification, each packet damaged in every way that it
// can be, one at a time. What is found, as a must violation of the side that did it, stands in docs/judging.md; this keeps
// that table current (UPDATE_DOCS=1 writes it) and holds each kind to its least rate.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Damage } from './damage/damage.js';
import { GROUPS, KINDS, RECORDED } from './damage/kinds.js';
import { damage, mustFindings, type Outcome, ratesOf } from './damage/run.js';
import { sessionOf, settled } from './damage/session.js';
import { tableOf, withTable } from './damage/table.js';

const PAGE = fileURLToPath(new URL('../../docs/judging.md', import.meta.url));
const TIMEOUT = 120_000;

const sessions = RECORDED.map(sessionOf);
const outcomes = new Map<Damage, readonly Outcome[]>();

beforeAll(() => {
  for (const kind of KINDS) {
    outcomes.set(
      kind,
      sessions.flatMap((session) => damage(session, kind)),
    );
  }
}, TIMEOUT);

describe('before any damage', () => {
  it.each(sessions.map((session) => [session.name, session] as const))('%s is clean', (_name, session) => {
    for (const { steps } of [session, settled(session)]) {
      expect(mustFindings(steps).filter(({ finding }) => finding.verdict === 'violation')).toEqual([]);
    }
  });
});

describe('damage', () => {
  it.each(KINDS.map((kind) => [kind.name, kind] as const))('%s is found', (_name, kind) => {
    const its = outcomes.get(kind)!;
    const { found, tried } = ratesOf(its).all;
    const missed = its
      .filter((one) => !one.found)
      .map(({ target: { session, number, packet }, said }) => `${session.name} #${number} ${packet.type}: ${said}`);
    expect(tried).toBeGreaterThan(0);
    expect(found / tried, missed.slice(0, 20).join('\n')).toBeGreaterThanOrEqual(kind.least);
  });

  it('has kinds with names of their own, that say why they are not always found', () => {
    expect(new Set(KINDS.map(({ name }) => name)).size).toBe(KINDS.length);
    expect(KINDS.filter(({ least, why }) => least < 1 !== (why !== undefined)).map(({ name }) => name)).toEqual([]);
  });

  it('stands in docs/judging.md as it is found', () => {
    const page = readFileSync(PAGE, 'utf8');
    const current = withTable(page, tableOf(GROUPS, outcomes));
    if (process.env.UPDATE_DOCS !== undefined) writeFileSync(PAGE, current);
    else expect(page).toBe(current);
  });
});
