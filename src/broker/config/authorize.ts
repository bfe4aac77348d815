// What an access list says of a client and a topic, as mosquitto decides it: of the rules for its user name, then of the
// patterns, the first that forbids or grants it; what none grants is forbidden. Subscribing is always allowed: what a
// client may not read it is not sent.
// The rules of a client are made once, its answers are remembered (bounded), so that a message asks one map.

import { matchesTopic, type TopicFilter } from '../../spec/topic-filter.js';
import type { Authorize, Client } from '../settings.js';
import type { AccessList, AccessRule } from './acl-file.js';

/** Read and write, as bits. */
const READ = 1;
const WRITE = 2;
const BITS = { read: READ, write: WRITE, readwrite: READ | WRITE, deny: 0 } as const;

interface CompiledRule {
  /** Bits; 0 forbids both. */
  readonly grants: number;
  readonly filter: TopicFilter;
}

/** Topics remembered for a client; when there are more, it begins anew. */
const REMEMBERED = 1000;

class ClientAccess {
  private readonly read = new Map<string, boolean>();
  private readonly write = new Map<string, boolean>();

  constructor(
    private readonly rules: readonly CompiledRule[],
    private readonly patterns: readonly CompiledRule[],
  ) {}

  allows(action: number, topic: string): boolean {
    const known = action === READ ? this.read : this.write;
    const before = known.get(topic);
    if (before !== undefined) return before;
    if (known.size >= REMEMBERED) known.clear();
    const answer = decide(this.rules, action, topic) ?? decide(this.patterns, action, topic) ?? false;
    known.set(topic, answer);
    return answer;
  }
}

/** undefined: no rule says anything about it. */
function decide(rules: readonly CompiledRule[], action: number, topic: string): boolean | undefined {
  for (const { grants, filter } of rules) {
    if (grants !== 0 && (grants & action) === 0) continue;
    if (matchesTopic(filter, topic)) return grants !== 0;
  }
  return undefined;
}

/** Those that forbid first, whatever their place in the file. */
function compile(rules: readonly AccessRule[]): CompiledRule[] {
  const compiled = rules.map(({ access, filter }) => ({ grants: BITS[access], filter: { levels: filter.split('/') } }));
  return [...compiled.filter(({ grants }) => grants === 0), ...compiled.filter(({ grants }) => grants !== 0)];
}

/** Wildcards in a name would widen what a pattern grants. */
const WILDCARD = /[+#]/;

/** Patterns with the client's names in them; undefined for one that needs a user name where there is none. */
function patternsFor(patterns: readonly AccessRule[], clientId: string, userName: string | undefined): CompiledRule[] {
  if (WILDCARD.test(clientId) || (userName !== undefined && WILDCARD.test(userName))) return [];
  const filled = patterns.flatMap(({ access, filter }) => {
    if (userName === undefined && filter.includes('%u')) return [];
    const names = filter.replace(/%[cu]/g, (name) => (name === '%c' ? clientId : userName!));
    return [{ access, filter: names }];
  });
  return compile(filled.filter(({ filter }) => filter !== ''));
}

/** The answers of one access list. */
export function authorizeBy(list: AccessList): Authorize {
  const anonymous = compile(list.anonymous);
  const users = new Map([...list.users].map(([name, rules]) => [name, compile(rules)] as const));
  const known = new WeakMap<Client, ClientAccess>();
  const accessOf = (client: Client): ClientAccess => {
    const before = known.get(client);
    if (before !== undefined) return before;
    const { userName, clientId } = client;
    const rules = userName === undefined ? anonymous : (users.get(userName) ?? []);
    const access = new ClientAccess(rules, patternsFor(list.patterns, clientId, userName));
    known.set(client, access);
    return access;
  };
  return (client, action, topic) => {
    if (action === 'subscribe') return true;
    if (topic.startsWith('$')) {
      // Of the broker's own topics all may be read; clients write none but the state of a bridge.
      if (topic.startsWith('$SYS'))
        return action === 'receive'
          ? accessOf(client).allows(READ, topic)
          : isBridgeState(topic) && accessOf(client).allows(WRITE, topic);
      if (topic.startsWith('$share')) return false;
    }
    return accessOf(client).allows(action === 'publish' ? WRITE : READ, topic);
  };
}

function isBridgeState(topic: string): boolean {
  return /^\$SYS\/broker\/connection\/[^/]*\/state$/s.test(topic);
}
