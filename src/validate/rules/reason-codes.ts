// What rules on Reason Codes have in common (5.0: 2.4): how messages show one, and a rule for the packets with one code.

import { REASON_CODES, reasonCodeName } from '../../spec/reason-codes.js';
import type { Example, Violation } from '../example.js';
import { frameRule, type Ref, type Rule } from '../rule.js';

type WithReasonCode = 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP' | 'DISCONNECT' | 'AUTH';

/** 0x8f */
export function hexByte(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`;
}

/** 0x8f (Topic Filter invalid) */
export function namedCode(type: string, code: number): string {
  const name = reasonCodeName(type, code);
  return name === undefined ? hexByte(code) : `${hexByte(code)} (${name})`;
}

/** The Reason Code of a packet type, when there is one, is one that table 2-6 allows in it. */
export function definedCodeRule(
  type: WithReasonCode,
  ref: Ref,
  violates: readonly Violation[],
  complies: readonly Example[],
): Rule {
  const name = type.toLowerCase();
  const rows = REASON_CODES.filter(({ packets }) => (packets as readonly string[]).includes(type));
  const codes: ReadonlySet<number> = new Set(rows.map(({ code }) => code));
  return frameRule({
    name: `${name}-code-undefined`,
    refs: { '5.0': [ref] },
    party: 'sender',
    hint: `use a Reason Code that ${type} knows`,
    on: [type],
    check({ reasonCode }, verdict) {
      if (reasonCode === undefined) return;
      if (codes.has(reasonCode)) verdict.hold();
      else verdict.violate({ message: `${hexByte(reasonCode)} is no code of ${type}`, path: `${name}.reasonCode` });
    },
    violates,
    complies,
  });
}
