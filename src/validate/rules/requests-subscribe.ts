// SUBSCRIBE and its SUBACK (3.8.4, 3.9): one answer, under the same identifier, a code for each topic filter in their order.

import { topicFilter } from '../../spec/topic-filter.js';
import { codeText } from '../code-text.js';
import { conversationRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import type { RequestedFilter } from '../state/requests.js';
import { comparable, countRule, twiceRule, unansweredRule, unaskedRule, wrongTypeRule } from './requests.js';
import { shown } from './topic-encoding.js';

const FAILURE = 0x80;
const NO_SHARED = 0x9e;
const NO_WILDCARDS = 0xa2;
/** More codes than these are not tried in other orders. */
const MOST_TRIED = 256;

/** Whether a server could mean this filter with this code: it may grant less, and refuse without a reason. */
function fits(code: number, { filter, qos }: RequestedFilter): boolean {
  if (code === NO_SHARED) return filter.startsWith('$share/');
  if (code === NO_WILDCARDS) return topicFilter(filter).levels.some((level) => level === '+' || level === '#');
  return code >= FAILURE || code <= qos;
}

/** The first code that does not fit its filter, -1 for none. */
function firstMisfit(codes: readonly number[], filters: readonly RequestedFilter[]): number {
  for (let i = 0; i < codes.length; i++) if (!fits(codes[i]!, filters[i]!)) return i;
  return -1;
}

/** Whether the same codes fit in another order: each code finds a filter of its own (augmenting paths). */
function fitInAnotherOrder(codes: readonly number[], filters: readonly RequestedFilter[]): boolean {
  if (codes.length > MOST_TRIED) return false;
  const codeOf: (number | undefined)[] = [];
  const place = (code: number, tried: Set<number>): boolean => {
    for (const [at, filter] of filters.entries()) {
      if (tried.has(at) || !fits(codes[code]!, filter)) continue;
      tried.add(at);
      const other = codeOf[at];
      if (other !== undefined && !place(other, tried)) continue;
      codeOf[at] = code;
      return true;
    }
    return false;
  };
  return codes.every((_code, i) => place(i, new Set()));
}

export const REQUESTS_SUBSCRIBE: RuleSet = {
  rules: [
    unaskedRule('SUBSCRIBE', {
      name: 'suback-unasked',
      refs: {
        '3.1': ['§3.9'],
        '3.1.1': ['MQTT-3.8.4-2', 'MQTT-2.3.1-7'],
        '5.0': ['MQTT-3.8.4-2', 'MQTT-2.2.1-6'],
      },
      violates: [
        {
          title: 'an answer under another identifier',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 }\n< 90 { 0008 p 00 }`,
          frame: 4,
          at: 2,
          length: 2,
        },
        {
          title: 'an answer to nothing',
          transcript: `${OPENED}< 90 { 0001 p 00 }`,
          frame: 3,
          at: 2,
          length: 2,
        },
      ],
      complies: [
        {
          title: 'two requests, answered out of turn',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 }
                       > 82 { 0008 p "b" 01 }
                       < 90 { 0008 p 01 }
                       < 90 { 0007 p 00 }`,
        },
      ],
    }),
    twiceRule('SUBSCRIBE', {
      name: 'suback-twice',
      refs: { '3.1.1': ['MQTT-3.8.4-4'], '5.0': ['MQTT-3.8.4-5'] },
      violates: [
        {
          title: 'one answer and the same again',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 "b" 01 }
                       < 90 { 0007 p 00 01 }
                       < 90 { 0007 p 00 01 }`,
          frame: 5,
          at: 2,
          length: 2,
        },
      ],
      complies: [
        {
          title: 'one answer for two filters',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 "b" 01 }
                       < 90 { 0007 p 00 01 }`,
        },
      ],
    }),
    wrongTypeRule('SUBSCRIBE', {
      name: 'subscribe-answered-with-unsuback',
      refs: { '3.1': ['§3.8'], '3.1.1': ['MQTT-3.8.4-1'], '5.0': ['MQTT-3.8.4-1'] },
      violates: [
        {
          title: 'UNSUBACK to a SUBSCRIBE',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 }\n< b0 { 0007 p 5:00 }`,
          frame: 4,
          at: 2,
          length: 2,
        },
      ],
      complies: [{ title: 'SUBACK to a SUBSCRIBE', transcript: `${OPENED}> 82 { 0007 p "a" 00 }\n< 90 { 0007 p 00 }` }],
    }),
    countRule('SUBSCRIBE', {
      name: 'suback-code-count',
      refs: { '3.1': ['§3.9'], '3.1.1': ['MQTT-3.8.4-5'], '5.0': ['MQTT-3.8.4-6', 'MQTT-3.9.3-2'] },
      violates: [
        {
          title: 'a code too few',
          transcript: `${OPENED}> 82 { 0007 "a" 00 "b" 01 }\n< 90 { 0007 00 }`,
          versions: ['3.1', '3.1.1'],
          frame: 4,
          at: 4,
          length: 1,
        },
        {
          title: 'a code too many',
          transcript: `${OPENED}> 82 { 0007 00 "a" 01 }\n< 90 { 0007 00 01 01 }`,
          versions: ['5.0'],
          frame: 4,
          at: 5,
          length: 2,
        },
      ],
      complies: [
        {
          title: 'a code for each filter',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 "b" 01 "c" 02 }\n< 90 { 0007 p 00 01 02 }`,
        },
      ],
    }),
    conversationRule({
      name: 'suback-code-order',
      refs: { '3.1': ['§3.9'], '3.1.1': ['MQTT-3.9.3-1'], '5.0': ['MQTT-3.9.3-1'] },
      party: 'server',
      needs: 'both',
      hint: 'send the codes in the order of the topic filters',
      on: ['SUBACK'],
      check({ reasonCodes }, verdict, { request: fact, frame }) {
        const request = comparable(fact);
        const { filters = [] } = request ?? {};
        const codes = fact?.codes ?? [];
        if (request === undefined || codes.length !== filters.length || codes.length < 2) return;
        const at = firstMisfit(codes, filters);
        if (at < 0) return verdict.hold();
        if (!fitInAnotherOrder(codes, filters)) return;
        const code = codeText('SUBACK', codes[at]!, frame.version);
        const message = `${code} cannot be for ${shown(filters[at]!.filter)}: the codes fit the filters in another order`;
        const list = reasonCodes === undefined ? 'returnCodes' : 'reasonCodes';
        verdict.violate({ message, path: `suback.${list}[${at}]`, since: request.frame.time });
      },
      violates: [
        {
          title: 'the codes of two filters in the order of QoS',
          transcript: `${OPENED}> 82 { 0007 "a" 00 "b" 01 }\n< 90 { 0007 01 00 }`,
          versions: ['3.1', '3.1.1'],
          frame: 4,
          at: 4,
          length: 1,
        },
        {
          title: 'shared subscriptions refused at the wrong filter',
          transcript: `${OPENED}> 82 { 0007 00 "a" 01 "$share/n/b" 01 }\n< 90 { 0007 00 9e 01 }`,
          versions: ['5.0'],
          frame: 4,
          at: 5,
          length: 1,
        },
      ],
      complies: [
        {
          title: 'one granted in full, one with less',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 "b" 02 }\n< 90 { 0007 p 00 01 }`,
        },
      ],
    }),
    conversationRule({
      name: 'suback-granted-qos-above-requested',
      refs: { '3.1': ['§3.8'], '3.1.1': ['§3.8.3'], '5.0': ['§3.8.3.1'] },
      party: 'server',
      needs: 'both',
      hint: 'grant at most the QoS that was asked for',
      on: ['SUBACK'],
      check({ reasonCodes }, verdict, { request: fact }) {
        const request = comparable(fact);
        const { filters = [] } = request ?? {};
        const codes = fact?.codes ?? [];
        if (request === undefined || codes.length !== filters.length || codes.length === 0) return;
        const isTooMuch = (code: number, i: number): boolean => code < 3 && code > filters[i]!.qos;
        const at = codes.findIndex(isTooMuch);
        if (at < 0) return verdict.hold();
        if (fitInAnotherOrder(codes, filters)) return;
        const { filter, qos } = filters[at]!;
        const message = `QoS ${codes[at]} is granted for ${shown(filter)}, QoS ${qos} was asked for`;
        const list = reasonCodes === undefined ? 'returnCodes' : 'reasonCodes';
        verdict.violate({ message, path: `suback.${list}[${at}]`, since: request.frame.time });
      },
      violates: [
        {
          title: 'QoS 2 granted, QoS 1 asked for',
          transcript: `${OPENED}> 82 { 0007 "a" 00 "b" 01 }\n< 90 { 0007 00 02 }`,
          versions: ['3.1', '3.1.1'],
          frame: 4,
          at: 5,
          length: 1,
        },
        {
          title: 'QoS 1 granted, QoS 0 asked for',
          transcript: `${OPENED}> 82 { 0007 00 "a" 00 }\n< 90 { 0007 00 01 }`,
          versions: ['5.0'],
          frame: 4,
          at: 5,
          length: 1,
        },
      ],
      complies: [{ title: 'less granted', transcript: `${OPENED}> 82 { 0007 p "a" 02 }\n< 90 { 0007 p 00 }` }],
    }),
    unansweredRule('SUBSCRIBE', {
      name: 'subscribe-unanswered',
      refs: { '3.1': ['§3.8'], '3.1.1': ['MQTT-3.8.4-1'], '5.0': ['MQTT-3.8.4-1'] },
      violates: [
        {
          title: 'pings are answered, the SUBSCRIBE is not',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 }
                       wait 20s
                       > c0 00
                       < d0 00
                       > e0 00
                       fin >`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'answered, after some time',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 }
                       wait 20s
                       < 90 { 0007 p 00 }
                       > e0 00
                       fin >`,
        },
      ],
    }),
  ],
  unjudged: [],
};
