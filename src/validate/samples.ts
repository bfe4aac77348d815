// Pieces of transcripts that examples of rules share: how a connection is opened, and the same fault of a CONNECT at the
// places where its versions have it.

import type { Version } from '../spec/versions.js';
import type { Violation } from './example.js';

/** A client connects and is accepted: packets 1 and 2. */
export const OPENED = '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p }\n';

/** Bytes of fixed header, protocol name and level of a short CONNECT: the flags begin there. */
const FLAGS_AT: Readonly<Record<Version, number>> = { '3.1': 11, '3.1.1': 9, '5.0': 9 };

/** A fault in the Connect Flags of packet 1, for each version. */
export function flagViolations(title: string, transcript: string, bits: Violation['bits']): readonly Violation[] {
  return connectViolations(title, transcript, { '3.1': 0, '3.1.1': 0, '5.0': 0 }, 1, bits);
}

/** A fault in packet 1, a CONNECT, so many bytes behind its flags; only in the versions that are named. */
export function connectViolations(
  title: string,
  transcript: string,
  behind: Readonly<Partial<Record<Version, number>>>,
  length: number,
  bits?: Violation['bits'],
): readonly Violation[] {
  return (Object.keys(behind) as Version[]).map((version) => {
    const at = FLAGS_AT[version] + behind[version]!;
    const place = bits === undefined ? { at, length } : { at, length, bits };
    return { title, transcript, versions: [version], frame: 1, ...place };
  });
}
