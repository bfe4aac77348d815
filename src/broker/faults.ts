// What can be wrong with what a client sends, and the Reason Code that says so (5.0: 4.13, 2.4). Versions before 5.0 have
// no codes for most of it: there the connection is closed, or a CONNACK return code comes nearest.

import type { Problem, ProblemCode } from '../codec/field.js';

export interface Fault {
  /** As in 5.0. */
  readonly reasonCode: number;
  readonly reason: string;
}

export const MALFORMED = 0x81;
export const PROTOCOL_ERROR = 0x82;

export function fault(reasonCode: number, reason: string): Fault {
  return { reasonCode, reason };
}

export const malformed = (reason: string): Fault => ({ reasonCode: MALFORMED, reason });
export const protocolError = (reason: string): Fault => ({ reasonCode: PROTOCOL_ERROR, reason });

/** Each problem of the codec is one of the packet's form. */
const BY_PROBLEM: Readonly<Record<ProblemCode, number>> = {
  'field-cut': MALFORMED,
  'length-overrun': MALFORMED,
  'variable-byte-integer': MALFORMED,
  overlong: MALFORMED,
  utf8: MALFORMED,
  'unknown-property': MALFORMED,
  'reserved-type': MALFORMED,
  unread: MALFORMED,
  incomplete: MALFORMED,
};

export function faultOf(problems: readonly Problem[]): Fault | undefined {
  const first = problems[0];
  return first === undefined ? undefined : { reasonCode: BY_PROBLEM[first.code], reason: first.message };
}

/** CONNACK return codes of 3.1 and 3.1.1 (3.2.2.3); what is not here closes without CONNACK. */
const RETURN_CODES: ReadonlyMap<number, number> = new Map([
  [0x84, 1],
  [0x85, 2],
  [0x88, 3],
  [0x89, 3],
  [0x97, 3],
  [0x9c, 3],
  [0x9d, 3],
  [0x9f, 3],
  [0x86, 4],
  [0x87, 5],
  [0x8a, 5],
  [0x8c, 5],
  [0x90, 5],
  [0x9a, 5],
  [0x9b, 5],
  [0x80, 3],
  [0x83, 3],
  [0x98, 3],
]);

export function returnCodeOf(reasonCode: number): number | undefined {
  return RETURN_CODES.get(reasonCode);
}
