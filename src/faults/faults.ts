// The rules in force, over all connections, and their counts. They may change while connections are open: a rule applies from
// the next packet on. What began before it was there is not known to it: the topics of exchanges under way, topic aliases.

import { UserError } from '../user-error.js';
import { FaultGate, type RuleBook } from './fault-gate.js';
import type { Gate } from './gate.js';
import { toFaultRule } from './read-rules.js';
import type { FaultRule } from './rule.js';
import { RuleState } from './rule-state.js';

export interface FaultState {
  /** From 1, never used again. */
  readonly number: number;
  readonly rule: FaultRule;
  /** In words. */
  readonly text: string;
  /** Packets that matched; of a limit the directions of connections that it is set on. */
  readonly matches: number;
  /** How often it did something. */
  readonly injections: number;
}

/** More make every packet slow. */
const MOST_RULES = 1000;

export class Faults {
  private readonly book: { version: number; rules: readonly RuleState[] } = { version: 0, rules: [] };
  private last = 0;
  private gates = 0;

  /** Rules, or words for them. UserError for one that cannot be. */
  constructor(rules: readonly (FaultRule | string)[] = []) {
    for (const rule of rules) this.add(rule);
  }

  /** A rule, words for it, or what JSON.parse made of one: gives its number. UserError says what is wrong with it. */
  add(rule: unknown): number {
    const { book } = this;
    const checked = toFaultRule(rule);
    if (book.rules.length >= MOST_RULES) throw new UserError('option', `no more than ${MOST_RULES} faults at a time`);
    book.rules = [...book.rules, new RuleState(++this.last, checked)];
    book.version++;
    return this.last;
  }

  /** Whether there was such a rule. What it has delayed stays delayed. */
  remove(number: number): boolean {
    const { book } = this;
    const rest = book.rules.filter((state) => state.number !== number);
    if (rest.length === book.rules.length) return false;
    book.rules = rest;
    book.version++;
    return true;
  }

  list(): readonly FaultState[] {
    return this.book.rules.map(({ number, rule, text, matches, injections }) => ({
      number,
      rule,
      text,
      matches,
      injections,
    }));
  }

  /** For a connection that begins. */
  gate(): Gate {
    return new FaultGate(this.book satisfies RuleBook, this.gates++);
  }
}
