// Damages sessions one packet at a time, judges each, and counts by kind and version what was found: a must violation of the
// side that did it, not before it was done.

import { Dissector } from '../../../src/dissect/dissector.js';
import type { Version } from '../../../src/spec/versions.js';
import type { Finding } from '../../../src/validate/finding.js';
import { Judge } from '../../../src/validate/judge.js';
import type { Damage, Damaged } from './damage.js';
import { type Captured, type Session, type Step, settled, type Target, targetsOf, wired } from './session.js';

/** Of one kind in one session, at most so many packets are damaged, spread over it. */
const MOST_PER_SESSION = 8;

export interface Outcome {
  readonly kind: string;
  readonly target: Target;
  readonly found: boolean;
  /** What the judge says of it, and since when: rules with the party, inconclusive ones with a ? before. */
  readonly said: readonly string[];
}

interface Said {
  readonly finding: Finding;
  /** The packet with which it became certain. */
  readonly at: number;
}

/** Must findings of a session, with the packet at which each was made. */
export function mustFindings(steps: readonly Step[], captured?: Captured): readonly Said[] {
  const dissector = new Dissector({ ports: [1883] });
  const judge = new Judge();
  const said: Said[] = [];
  let at = 0;
  const keep = (findings: readonly Finding[]): void => {
    for (const finding of findings) if (finding.level === 'must') said.push({ finding, at });
  };
  for (const packet of wired(steps, captured)) {
    for (const item of dissector.push(packet)) {
      if (item.kind === 'packet') at = item.number;
      keep(judge.push(item));
    }
  }
  for (const item of dissector.end()) keep(judge.push(item));
  keep(judge.end());
  if (judge.errors.length > 0) throw new Error(`a rule threw: ${JSON.stringify(judge.errors[0])}`);
  return said;
}

/** Every packet that a kind of damage applies to, or some of them. */
export function damage(session: Session, kind: Damage): readonly Outcome[] {
  const possible = targetsOf(kind.isSettled === true ? settled(session) : session).flatMap((target) => {
    if (kind.versions !== undefined && !kind.versions.includes(target.version)) return [];
    const damaged = kind.make(target);
    return damaged === undefined ? [] : [{ target, damaged }];
  });
  const step = Math.max(1, possible.length / MOST_PER_SESSION);
  const chosen = possible.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  return chosen.map(({ target, damaged }) => outcome(kind, target, damaged));
}

function outcome(kind: Damage, target: Target, { steps, by, number, control }: Damaged): Outcome {
  const anyway = new Set(control === undefined ? [] : mustFindings(control).map(nameOf));
  const after = mustFindings(steps).filter((one) => one.at >= number - 1 && !anyway.has(nameOf(one)));
  const found = after.some(({ finding }) => finding.verdict === 'violation' && finding.party === by);
  return { kind: kind.name, target, found, said: after.map(nameOf) };
}

function nameOf({ finding: { verdict, rule, party } }: Said): string {
  return `${verdict === 'violation' ? '' : '?'}${rule} [${party}]`;
}

/** Found and tried. */
export interface Rate {
  found: number;
  tried: number;
}

export function ratesOf(outcomes: readonly Outcome[]): Readonly<Record<Version | 'all', Rate>> {
  const rates = { all: zero(), '3.1': zero(), '3.1.1': zero(), '5.0': zero() };
  for (const { target, found } of outcomes) {
    for (const rate of [rates.all, rates[target.version]]) {
      rate.tried++;
      if (found) rate.found++;
    }
  }
  return rates;
}

const zero = (): Rate => ({ found: 0, tried: 0 });
