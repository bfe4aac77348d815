// Reads an acl_file: what users, those without a name, and everyone (`pattern`) may do with which topics.
//   topic read $SYS/#            before any `user`: for clients without a user name
//   user roger
//   topic [read | write | readwrite | deny] filter
//   pattern write $SYS/broker/connection/%c/state      %c: Client Identifier, %u: user name

import { checkTopicFilter } from '../../spec/topic-filter.js';
import { type ConfigurationFile, rawLines, trimmed, words } from './lines.js';
import { type Place, type Remark, Remarks } from './remark.js';
import { quoted } from './values.js';

export const ACCESSES = ['read', 'write', 'readwrite', 'deny'] as const;
export type Access = (typeof ACCESSES)[number];

export interface AccessRule {
  readonly access: Access;
  /** A topic filter; in a pattern, %c and %u stand for the client's. */
  readonly filter: string;
}

export interface AccessList {
  readonly anonymous: readonly AccessRule[];
  readonly users: ReadonlyMap<string, readonly AccessRule[]>;
  readonly patterns: readonly AccessRule[];
}

export interface ParsedAcl {
  /** undefined: there is an error among the remarks. */
  readonly list: AccessList | undefined;
  readonly remarks: readonly Remark[];
}

export function parseAcl(file: ConfigurationFile): ParsedAcl {
  const remarks = new Remarks();
  const anonymous: AccessRule[] = [];
  const patterns: AccessRule[] = [];
  const users = new Map<string, AccessRule[]>();
  let user: string | undefined;
  for (const { text, ...place } of rawLines(file)) {
    if (remarks.full) break;
    const [keyword, ...rest] = words(text.trimEnd());
    if (keyword === undefined) continue;
    const after = trimmed(text.slice(text.indexOf(keyword) + keyword.length));
    if (keyword === 'user') {
      if (after === '') remarks.error(place, 'user has no name');
      else user = after;
    } else if (keyword === 'topic' || keyword === 'pattern') {
      const rule = readRule(keyword, rest, after, place, remarks);
      if (rule === undefined) continue;
      if (keyword === 'pattern') patterns.push(rule);
      else if (user === undefined) anonymous.push(rule);
      else rulesOf(user, users).push(rule);
    } else remarks.error(place, `${quoted(keyword)} is not topic, user or pattern`);
  }
  const list = { anonymous, users, patterns };
  return { list: remarks.failed ? undefined : list, remarks: remarks.all };
}

function rulesOf(user: string, users: Map<string, AccessRule[]>): AccessRule[] {
  const before = users.get(user);
  if (before !== undefined) return before;
  const made: AccessRule[] = [];
  users.set(user, made);
  return made;
}

function readRule(
  keyword: 'topic' | 'pattern',
  given: readonly string[],
  after: string,
  place: Place,
  remarks: Remarks,
): AccessRule | undefined {
  const [first] = given;
  if (first === undefined) {
    remarks.error(place, `${keyword} has no topic`);
    return undefined;
  }
  // A single word is the topic, even one that is the name of an access.
  const filter = given.length === 1 ? first : trimmed(after.slice(first.length));
  const access = given.length === 1 ? 'readwrite' : ACCESSES.find((one) => one === first);
  if (access === undefined) {
    remarks.error(
      place,
      `${quoted(first)} is not read, write, readwrite or deny (before a topic with a space, one of them must stand)`,
    );
    return undefined;
  }
  const checked = checkTopicFilter(filter.startsWith('$share') ? `x${filter}` : filter);
  if (!checked.ok) {
    remarks.error(place, `${quoted(filter)} is not a topic filter: ${checked.message}`);
    return undefined;
  }
  sayDoubtful(keyword, filter, given.length, place, remarks);
  return { access, filter };
}

function sayDoubtful(keyword: string, filter: string, count: number, place: Place, remarks: Remarks): void {
  const substitutes = /%[cu]/.test(filter);
  if (keyword === 'pattern' && !substitutes) remarks.warning(place, `pattern ${quoted(filter)} has neither %c nor %u`);
  if (keyword === 'topic' && substitutes)
    remarks.warning(place, `topic ${quoted(filter)}: %c and %u work in pattern only`);
  if (count === 1 && ACCESSES.some((one) => one === filter)) {
    remarks.warning(place, `${keyword} ${filter}: this is the topic ${quoted(filter)}, with read and write access`);
  }
}
