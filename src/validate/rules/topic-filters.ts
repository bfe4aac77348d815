// Topic filters of SUBSCRIBE and UNSUBSCRIBE (4.7): at least one character, wildcards where they may stand, no U+0000,
// well-formed UTF-8. Of a shared subscription (5.0: 4.8.2) it is the filter behind the ShareName that is judged here.

import { frameRule, type RuleSet, type Verdict } from '../rule.js';
import { OPENED } from '../samples.js';
import type { PacketOf } from '../seen.js';
import { shown, utf8Rule, withoutNull } from './topic-encoding.js';

export type Request = PacketOf<'SUBSCRIBE' | 'UNSUBSCRIBE'>;
type Judging = (filter: string, path: string, verdict: Verdict) => void;

export const SHARE = '$share/';

/** Calls `judge` for each topic filter with its path. */
export function eachFilter(packet: Request, verdict: Verdict, judge: Judging): void {
  if (packet.type === 'SUBSCRIBE') {
    packet.subscriptions?.forEach(({ topicFilter }, i) => {
      judge(topicFilter, `subscribe.subscriptions[${i}].topicFilter`, verdict);
    });
  } else {
    packet.topicFilters?.forEach((filter, i) => {
      judge(filter, `unsubscribe.topicFilters[${i}]`, verdict);
    });
  }
}

/** What is matched with topics: all of it, or behind the ShareName. Undefined: a share that has no filter. */
function matched(filter: string, isShared: boolean): string | undefined {
  if (!isShared || !filter.startsWith(SHARE)) return filter;
  const slash = filter.indexOf('/', SHARE.length);
  return slash < 0 ? undefined : filter.slice(slash + 1);
}

/** Why the first # that is in the wrong place is so. */
function multiLevelFault(filter: string): string | undefined {
  const at = filter.indexOf('#');
  if (at < 0) return undefined;
  if (at < filter.length - 1) return 'before its end';
  return at > 0 && filter[at - 1] !== '/' ? 'that is not a level by itself' : undefined;
}

/** Whether a + shares its level with other characters; 3.1 asks only that it has a separator beside it (Appendix A). */
function hasCrampedPlus(filter: string, isLoose: boolean): boolean {
  for (let at = filter.indexOf('+'); at >= 0; at = filter.indexOf('+', at + 1)) {
    const before = at === 0 || filter[at - 1] === '/';
    const after = at === filter.length - 1 || filter[at + 1] === '/';
    if (before && after) continue;
    const touches = (at > 0 && before) || (at < filter.length - 1 && after);
    if (!isLoose || !touches) return true;
  }
  return false;
}

export const TOPIC_FILTERS: RuleSet = {
  rules: [
    frameRule({
      name: 'topic-filter-empty',
      refs: { '3.1': ['§3.8'], '3.1.1': ['MQTT-4.7.3-1'], '5.0': ['MQTT-4.7.3-1'] },
      party: 'client',
      hint: 'ask for topic filters of at least one character',
      due: 0x82,
      on: ['SUBSCRIBE', 'UNSUBSCRIBE'],
      check(packet, verdict) {
        eachFilter(packet, verdict, (filter, path) => {
          if (filter !== '') verdict.hold();
          else verdict.violate({ message: `${packet.type} has an empty topic filter`, path: `${path}Length` });
        });
      },
      violates: [
        {
          title: 'a subscription to nothing',
          transcript: `${OPENED}> 82 { 0001 p "a" 00 "" 00 }`,
          frame: 3,
        },
        {
          title: 'the length is zero',
          transcript: `${OPENED}> 82 { 0001 p "" 00 }`,
          versions: ['5.0'],
          frame: 3,
          at: 5,
          length: 2,
        },
      ],
      complies: [
        {
          title: 'a / is a filter',
          transcript: `${OPENED}> 82 { 0001 p "/" 00 }
                       < 90 { 0001 p 00 }`,
        },
      ],
    }),
    frameRule({
      name: 'multi-level-wildcard-misplaced',
      refs: { '3.1': ['§3.8'], '3.1.1': ['MQTT-4.7.1-2'], '5.0': ['MQTT-4.7.1-1'] },
      party: 'client',
      hint: 'let # be the last level of the filter, and a level by itself',
      due: 0x82,
      on: ['SUBSCRIBE', 'UNSUBSCRIBE'],
      check(packet, verdict, { frame }) {
        eachFilter(packet, verdict, (filter, path) => {
          const fault = multiLevelFault(matched(filter, frame.version === '5.0') ?? '');
          if (fault !== undefined) verdict.violate({ message: `topic filter ${shown(filter)} has a # ${fault}`, path });
          else if (filter.includes('#')) verdict.hold();
        });
      },
      violates: [
        {
          title: 'levels behind the #',
          transcript: `${OPENED}> 82 { 0001 p "a/#/b" 00 }`,
          versions: ['3.1', '3.1.1'],
          frame: 3,
          at: 6,
          length: 5,
        },
        { title: '# within a level', transcript: `${OPENED}> 82 { 0001 p "a/b" 00 "a/b#" 00 }`, frame: 3 },
        {
          title: '# within a level, of an UNSUBSCRIBE',
          transcript: `${OPENED}> a2 { 0001 p "b#" }`,
          versions: ['5.0'],
          frame: 3,
          at: 7,
          length: 2,
        },
      ],
      complies: [
        {
          title: '# alone, and as the last level',
          transcript: `${OPENED}> 82 { 0001 p "#" 00 "a/#" 00 }
                       < 90 { 0001 p 00 00 }`,
        },
      ],
    }),
    frameRule({
      name: 'single-level-wildcard-misplaced',
      refs: { '3.1': ['§3.8'], '3.1.1': ['MQTT-4.7.1-3'], '5.0': ['MQTT-4.7.1-2'] },
      party: 'client',
      hint: 'let + be a level by itself',
      due: 0x82,
      on: ['SUBSCRIBE', 'UNSUBSCRIBE'],
      check(packet, verdict, { frame }) {
        eachFilter(packet, verdict, (filter, path) => {
          const isWrong = hasCrampedPlus(matched(filter, frame.version === '5.0') ?? '', frame.version === '3.1');
          const fault = 'has a + that is not a level by itself';
          if (isWrong) verdict.violate({ message: `topic filter ${shown(filter)} ${fault}`, path });
          else if (filter.includes('+')) verdict.hold();
        });
      },
      violates: [
        { title: '+ behind other characters', transcript: `${OPENED}> 82 { 0001 p "a+" 00 }`, frame: 3 },
        {
          title: '+ before other characters',
          transcript: `${OPENED}> 82 { 0001 p "a/+b/c" 00 }`,
          versions: ['3.1.1'],
          frame: 3,
          at: 6,
          length: 6,
        },
        { title: '+ in the wrong place to unsubscribe', transcript: `${OPENED}> a2 { 0001 p "+a" }`, frame: 3 },
      ],
      complies: [
        {
          title: '+ at every place',
          transcript: `${OPENED}> 82 { 0001 p "+" 00 "a/+/b" 00 "+/+/#" 00 }
                       < 90 { 0001 p 00 00 00 }`,
        },
      ],
    }),
    frameRule({
      name: 'topic-filter-null',
      refs: { '3.1': ['§3.8'], '3.1.1': ['MQTT-4.7.3-2', 'MQTT-1.5.3-2'], '5.0': ['MQTT-4.7.3-2', 'MQTT-1.5.4-2'] },
      party: 'client',
      hint: 'use topic filters without U+0000',
      due: 0x81,
      on: ['SUBSCRIBE', 'UNSUBSCRIBE'],
      check(packet, verdict) {
        eachFilter(packet, verdict, (filter, path) => withoutNull(filter, 'topic filter', path, verdict));
      },
      violates: [
        {
          title: 'a U+0000 in a SUBSCRIBE',
          transcript: `${OPENED}> 82 { 0001 p 0003 61 00 62 00 }`,
          versions: ['3.1', '3.1.1'],
          frame: 3,
          at: 6,
          length: 3,
        },
        { title: 'a U+0000 in an UNSUBSCRIBE', transcript: `${OPENED}> a2 { 0001 p 0003 61 00 62 }`, frame: 3 },
      ],
      complies: [{ title: 'none', transcript: `${OPENED}> 82 { 0001 p "a/b" 00 }\n< 90 { 0001 p 00 }` }],
    }),
    utf8Rule({
      name: 'subscribe-filter-utf8',
      refs: { '3.1.1': ['MQTT-3.8.3-1', 'MQTT-1.5.3-1'], '5.0': ['MQTT-3.8.3-1', 'MQTT-1.5.4-1'] },
      hint: 'send topic filters as well-formed UTF-8',
      on: 'SUBSCRIBE',
      what: 'a topic filter',
      isPath: (path) => path.endsWith('.topicFilter'),
      has: ({ subscriptions }) => (subscriptions ?? []).length > 0,
      violates: [
        {
          title: 'Latin-1, not UTF-8',
          transcript: `${OPENED}> 82 { 0001 p 0003 61 2f fc 00 }`,
          versions: ['3.1.1'],
          frame: 3,
          at: 8,
          length: 1,
        },
        { title: 'half a surrogate pair', transcript: `${OPENED}> 82 { 0001 p 0003 ed a0 80 00 }`, frame: 3 },
      ],
      complies: [
        {
          title: 'an ü in two bytes',
          transcript: `${OPENED}> 82 { 0001 p 0004 61 2f c3 bc 00 }
                       < 90 { 0001 p 00 }`,
        },
      ],
    }),
    utf8Rule({
      name: 'unsubscribe-filter-utf8',
      refs: {
        '3.1.1': ['MQTT-3.10.3-1', 'MQTT-1.5.3-1'],
        '5.0': ['MQTT-3.10.3-1', 'MQTT-1.5.4-1'],
      },
      hint: 'send topic filters as well-formed UTF-8',
      on: 'UNSUBSCRIBE',
      what: 'a topic filter',
      isPath: (path) => path.startsWith('unsubscribe.topicFilters['),
      has: ({ topicFilters }) => (topicFilters ?? []).length > 0,
      violates: [
        {
          title: 'Latin-1, not UTF-8',
          transcript: `${OPENED}> a2 { 0001 p 0003 61 2f fc }`,
          versions: ['3.1.1'],
          frame: 3,
          at: 8,
          length: 1,
        },
        { title: 'half a surrogate pair', transcript: `${OPENED}> a2 { 0001 p 0003 ed a0 80 }`, frame: 3 },
      ],
      complies: [{ title: 'ASCII', transcript: `${OPENED}> a2 { 0001 p "a/b" }\n< b0 { 0001 p 5:11 }` }],
    }),
  ],
  unjudged: [],
};
