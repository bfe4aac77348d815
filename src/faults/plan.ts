// What becomes of one packet. The rules that are for it are asked in their order; each changes the plan. Who takes the
// packet away (drop, replace, cut) is the last one.

import { type PacketFacts, SENDERS } from './connection-facts.js';
import { corrupted } from './corrupt.js';
import { duration, rate } from './field-kinds.js';
import type { InjectedFault } from './gate.js';
import type { ActionName, PacketRule } from './rule.js';
import type { RuleState } from './rule-state.js';

export class Plan {
  readonly faults: InjectedFault[] = [];
  readonly before: Uint8Array[] = [];
  readonly after: Uint8Array[] = [];
  /** What is sent in its place. */
  bytes: Uint8Array;
  copies = 1;
  /** Milliseconds. */
  delay = 0;
  overtake = false;
  /** Nothing more of the packet goes on, where it is not whole yet. */
  takesRest = false;
  /** Both sides are closed after so many bytes of the packet. */
  cut: { readonly how: 'fin' | 'rst'; readonly keep: number } | undefined = undefined;

  constructor(readonly packet: PacketFacts) {
    this.bytes = packet.bytes;
  }

  /** How much longer its header has become. */
  get grown(): number {
    return this.bytes.length - this.packet.bytes.length;
  }

  tell(state: RuleState, message: string): void {
    this.faults.push({ rule: state.number, message, from: this.packet.from });
  }
}

/** Does it and says so; whether no other rule is to be asked. */
type Deed = (plan: Plan, rule: never, state: RuleState) => boolean;
type RuleOf<A extends ActionName> = Extract<PacketRule, { readonly action: A }>;

const HOW = { fin: '', rst: ' (RST)' } as const;

const DEEDS = {
  drop: (plan, _rule, state) => {
    plan.tell(state, `dropped ${plan.packet.name}`);
    return takeAway(plan, []);
  },
  replace: (plan, _rule, state) => {
    plan.tell(state, `replaced ${plan.packet.name} by ${counted(state.bytes!.length)}`);
    return takeAway(plan, [state.bytes!]);
  },
  delay: (plan, rule: RuleOf<'delay'>, state) => {
    plan.delay += rule.duration;
    if (rule.overtake === true) plan.overtake = true;
    plan.tell(state, `delayed ${plan.packet.name} by ${duration.toWord(rule.duration as never)}`);
    return false;
  },
  duplicate: (plan, _rule, state) => {
    const { packet } = plan;
    if (packet.isWhole) plan.copies++;
    plan.tell(
      state,
      packet.isWhole
        ? `duplicated ${packet.name}`
        : `did not duplicate ${packet.name}: its ${packet.length} bytes are too many to keep`,
    );
    return false;
  },
  corrupt: (plan, rule: RuleOf<'corrupt'>, state) => {
    plan.bytes = corruptedBy(plan, rule)!;
    const { field, byte, bit } = rule;
    const what = field ?? `byte ${byte}${bit === undefined ? '' : ` bit ${bit}`}`;
    plan.tell(state, `corrupted ${what} of ${plan.packet.name}`);
    return false;
  },
  cut: (plan, rule: RuleOf<'cut'>, state) => {
    const { where = 'before', byte, how = 'fin' } = rule;
    const { packet } = plan;
    const keep = Math.min(byte ?? (where === 'after' ? packet.length : 0), packet.length);
    const place = byte === undefined ? where : `after byte ${keep} of`;
    plan.cut = { how, keep };
    plan.tell(state, `cut the connection ${place} ${packet.name}${HOW[how]}`);
    return true;
  },
  inject: (plan, rule: RuleOf<'inject'>, state) => {
    const { where = 'before' } = rule;
    plan[where].push(state.bytes!);
    plan.tell(state, `injected ${counted(state.bytes!.length)} ${where} ${plan.packet.name}`);
    return false;
  },
} satisfies Record<PacketRule['action'], (plan: Plan, rule: never, state: RuleState) => boolean>;

/** What the rules, in their order, make of a packet; undefined where none is for it. */
export function planFor(packet: PacketFacts, rules: readonly RuleState[], now: number): Plan | undefined {
  let plan: Plan | undefined;
  let isLast = false;
  for (const state of rules) {
    // Also asked when the packet is gone: it may begin an exchange.
    if (!state.matchesPacket(packet, now) || isLast) continue;
    const rule = state.rule as PacketRule;
    if (rule.action === 'corrupt' && corruptedBy(plan ?? new Plan(packet), rule) === undefined) continue;
    if (!state.takes(packet.connection)) continue;
    plan ??= new Plan(packet);
    isLast = (DEEDS[rule.action] as Deed)(plan, rule as never, state);
  }
  return plan;
}

function takeAway(plan: Plan, instead: readonly Uint8Array[]): true {
  plan.copies = 0;
  plan.before.push(...instead);
  plan.takesRest = true;
  return true;
}

function corruptedBy(plan: Plan, rule: RuleOf<'corrupt'>): Uint8Array | undefined {
  const { packet } = plan;
  return corrupted(rule, plan.bytes, packet.bodyAt + plan.grown, packet.version);
}

function counted(bytes: number): string {
  return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
}

export function limitMessage(state: RuleState, from: 0 | 1): string {
  const { rule } = state;
  const speed = rule.action === 'limit' ? rate.toWord(rule.rate as never) : '';
  return `limited the ${SENDERS[from]} to ${speed}`;
}
