// Which rule speaks of a problem of the codec: each problem has one, so that one fault is said once. Of the problems that
// break the structure of a packet only the first counts, since whatever was read behind it is its consequence.

import type { Problem } from '../codec/field.js';
import type { Version } from '../spec/versions.js';
import { accuse } from './doubt.js';
import type { PacketEvent } from './event.js';
import type { Verdict } from './rule.js';
import type { PacketOf, PacketType } from './seen.js';
import { ownerOfString } from './strings.js';

const NO_STRUCTURE: ReadonlySet<Problem['code']> = new Set(['utf8', 'overlong', 'incomplete']);

/** The first problem behind which nothing can be trusted. */
export function brokenBy(problems: readonly Problem[]): Problem | undefined {
  return problems.find(({ code }) => !NO_STRUCTURE.has(code));
}

/** For a rule that is exercised by every packet: it holds, or says what is its own. */
export function judgeProblems(rule: string, verdict: Verdict, event: PacketEvent): void {
  if (event.frame.problems.length === 0) verdict.hold();
  else reportProblems(rule, verdict, event);
}

/** Reports those problems of the packet that are the rule's own. */
export function reportProblems(rule: string, verdict: Verdict, event: PacketEvent): void {
  const { problems, packet, version } = event.frame;
  const broken = brokenBy(problems);
  for (const problem of problems) {
    if (problem !== broken && !counts(problem, broken)) continue;
    if (ownerOf(problem, packet, version) !== rule) continue;
    accuse(verdict, event, { message: problem.message, ...placeOf(problem, packet.type) });
  }
}

/** A string or a long form is its own fault when it stands before the broken place. */
function counts({ code, at }: Problem, broken: Problem | undefined): boolean {
  return NO_STRUCTURE.has(code) && (broken === undefined || at < broken.at);
}

/** What is missing has no bytes: the Remaining Length is what says that nothing more comes. */
function placeOf({ path, at, length }: Problem, type: PacketType) {
  return length > 0 ? { path, at, length } : { path: `${type.toLowerCase()}.remainingLength` };
}

/** The name of the rule; '' when none speaks of it here. */
export function ownerOf(problem: Problem, packet: PacketOf<PacketType>, version: Version): string {
  const { code, path } = problem;
  switch (code) {
    case 'incomplete':
      return '';
    case 'utf8':
      return ownerOfString(path, version, 'ill-formed');
    case 'overlong':
      return 'variable-byte-integer-overlong';
    case 'variable-byte-integer':
      return 'variable-byte-integer-too-long';
    case 'unknown-property':
      return 'property-unknown';
    case 'reserved-type':
      return 'packet-type-reserved';
    case 'unread':
      return packet.type === 'CONNECT' ? ownerOfRest(packet, version) : 'packet-trailing-bytes';
    case 'field-cut':
      return ownerOfCut(problem, version);
    case 'length-overrun':
      return /^connect\.(clientId|will\.topic|will\.payload|userName|password)Length$/.test(path)
        ? 'connect-payload-unreadable'
        : 'packet-length-overrun';
  }
}

/** Bytes behind the payload of CONNECT: those of a field whose flag is 0, if any is. */
function ownerOfRest({ flags }: PacketOf<'CONNECT'>, version: Version): string {
  if (flags === undefined) return 'packet-trailing-bytes';
  // 3.1, 2.2: without its flag a user name or password is disregarded.
  if (!flags.userName) return version === '3.1' ? '' : 'connect-user-name-without-flag';
  if (!flags.password) return version === '3.1' ? '' : 'connect-password-without-flag';
  return flags.will ? 'packet-trailing-bytes' : 'connect-will-without-flag';
}

function ownerOfCut({ path, length }: Problem, version: Version): string {
  if (path === 'connect.clientIdLength') return 'connect-client-id-missing';
  if (/^connect\.will\.(propertyLength|topicLength|payloadLength)$/.test(path)) return 'connect-will-missing';
  if (version !== '3.1' && path === 'connect.userNameLength') return 'connect-user-name-missing';
  if (version !== '3.1' && path === 'connect.passwordLength') return 'connect-password-missing';
  return length === 0 && path.endsWith('.propertyLength') ? 'property-length-missing' : 'packet-field-cut';
}
