// Kinds of subscriptions that a 5.0 server announces in CONNACK not to support (3.2.2.3.11 to 3.2.2.3.13): asking for one is a
// Protocol Error.

import { topicFilter } from '../../spec/topic-filter.js';
import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import type { PacketOf } from '../seen.js';
import type { Limits } from '../state/limits.js';

interface Unavailable {
  readonly name: string;
  readonly section: `§${string}`;
  readonly due: number;
  readonly hint: string;
  /** Property identifier of the announcement, and what asks for it: in an option of SUBSCRIBE, or its properties. */
  readonly announced: string;
  readonly what: string;
  readonly asking: string;
  readonly at: number;
  readonly length: number;
  isAvailable(limits: Limits): boolean;
  /** Path of what asks for it. */
  asks(packet: PacketOf<'SUBSCRIBE'>): string | undefined;
}

function filterPath(
  { subscriptions = [] }: PacketOf<'SUBSCRIBE'>,
  is: (filter: string) => boolean,
): string | undefined {
  const index = subscriptions.findIndex(({ topicFilter: filter }) => is(filter));
  return index < 0 ? undefined : `subscribe.subscriptions[${index}].topicFilter`;
}

const ROWS: readonly Unavailable[] = [
  {
    name: 'wildcard-subscription-not-available',
    ...{ section: '§3.2.2.3.11', due: 0xa2, announced: '28 00', what: 'a topic filter with wildcards' },
    hint: 'subscribe without wildcards where Wildcard Subscription Available is 0',
    ...{ asking: '> 82 { 0001 p "a/#" 00 }', at: 7, length: 3 },
    isAvailable: (limits) => limits.wildcardSubscriptionAvailable,
    asks: (packet) =>
      filterPath(packet, (filter) => topicFilter(filter).levels.some((level) => level === '+' || level === '#')),
  },
  {
    name: 'subscription-identifier-not-available',
    ...{ section: '§3.2.2.3.12', due: 0xa1, announced: '29 00', what: 'a Subscription Identifier' },
    hint: 'subscribe without Subscription Identifier where Subscription Identifier Available is 0',
    ...{ asking: '> 82 { 0001 p{ 0b 05 } "a" 00 }', at: 6, length: 1 },
    isAvailable: (limits) => limits.subscriptionIdentifierAvailable,
    asks: ({ properties = [] }) => {
      const index = properties.findIndex(({ name }) => name === 'subscriptionIdentifier');
      return index < 0 ? undefined : `subscribe.properties[${index}].subscriptionIdentifier`;
    },
  },
  {
    name: 'shared-subscription-not-available',
    ...{ section: '§3.2.2.3.13', due: 0x9e, announced: '2a 00', what: 'a shared subscription' },
    hint: 'subscribe without $share where Shared Subscription Available is 0',
    ...{ asking: '> 82 { 0001 p "$share/g/a" 00 }', at: 7, length: 10 },
    isAvailable: (limits) => limits.sharedSubscriptionAvailable,
    asks: (packet) => filterPath(packet, (filter) => filter.startsWith('$share/')),
  },
];

function unavailable(row: Unavailable): Rule {
  const { name, section, due, hint, announced, what, asking, at, length, isAvailable, asks } = row;
  const opened = `> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p{ ${announced} } }\n`;
  return conversationRule({
    name,
    refs: { '5.0': [section] },
    party: 'client',
    hint,
    needs: 'nothing',
    due,
    on: ['SUBSCRIBE'],
    asked: 'limits',
    check(packet, verdict, { receiver, fromClient, time }) {
      const { limits } = receiver;
      if (!fromClient || !limits.known || isAvailable(limits)) return;
      const path = asks(packet);
      if (path === undefined) return verdict.hold();
      const fault = { message: `${what}, which CONNACK said is not available`, path };
      if (limits.reached(time)) verdict.violate(fault);
      else verdict.inconclusive('the client was sending before CONNACK told it', fault);
    },
    violates: [
      { title: `${what}, though it is not available`, transcript: `${opened}${asking}`, frame: 3, at, length },
    ],
    complies: [{ title: 'a plain subscription', transcript: `${opened}> 82 { 0001 p "a" 00 }\n< 90 { 0001 p 00 }` }],
  });
}

export const SERVER_LIMITS_SUBSCRIPTIONS: RuleSet = { rules: ROWS.map(unavailable), unjudged: [] };
