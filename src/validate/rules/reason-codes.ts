// The rule that packets with one Reason Code have in common (5.0: 2.4).

import { REASON_CODES } from '../../spec/reason-codes.js';
import { codeText } from '../code-text.js';
import type { Example, Violation } from '../example.js';
import { frameRule, type Ref, type Rule } from '../rule.js';

type WithReasonCode = 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP' | 'DISCONNECT' | 'AUTH';

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
    asked: 'coded',
    faults: 'odd',
    otherwise: 'holds',
    on: [type],
    check({ reasonCode }, verdict) {
      if (reasonCode === undefined) return;
      if (codes.has(reasonCode)) verdict.hold();
      else
        verdict.violate({
          message: `${codeText(type, reasonCode, '5.0')} is no code of ${type}`,
          path: `${name}.reasonCode`,
        });
    },
    violates,
    complies,
  });
}
