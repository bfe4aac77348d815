// SUBSCRIBE as it stands (3.8): at least one subscription, options with values that are defined. Its topic filters are
// judged in topic-filters.ts.

import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { shown } from './topic-encoding.js';
import { SHARE } from './topic-filters.js';

const optionsPath = (index: number, option: string): string => `subscribe.subscriptions[${index}].options.${option}`;

export const SUBSCRIBE: RuleSet = {
  rules: [
    frameRule({
      name: 'subscribe-empty',
      refs: { '3.1.1': ['MQTT-3.8.3-3'], '5.0': ['MQTT-3.8.3-2'] },
      party: 'client',
      hint: 'ask for at least one topic filter',
      due: 0x82,
      on: ['SUBSCRIBE'],
      check({ subscriptions }, verdict, { frame }) {
        if (subscriptions === undefined) return;
        if (subscriptions.length > 0) verdict.hold();
        else if (frame.problems.length === 0) verdict.violate({ message: 'SUBSCRIBE has no topic filter' });
      },
      violates: [{ title: 'nothing asked for', transcript: `${OPENED}> 82 { 0001 p }`, frame: 3 }],
      complies: [{ title: 'one filter', transcript: `${OPENED}> 82 { 0001 p "a" 00 }\n< 90 { 0001 p 00 }` }],
    }),
    frameRule({
      name: 'subscribe-reserved-bits',
      refs: { '3.1.1': ['MQTT-3.8.3-4'], '5.0': ['MQTT-3.8.3-5'] },
      party: 'client',
      hint: 'set the reserved bits of the subscription options to 0',
      due: 0x81,
      on: ['SUBSCRIBE'],
      check({ subscriptions }, verdict) {
        for (const [i, { topicFilter, options }] of (subscriptions ?? []).entries()) {
          if (options.reserved === 0) {
            verdict.hold();
            continue;
          }
          const message = `reserved bits of the options of ${shown(topicFilter)} are ${options.reserved}, not 0`;
          verdict.violate({ message, path: optionsPath(i, 'reserved') });
        }
      },
      violates: [
        {
          title: 'options of 5.0 sent in 3.1.1',
          transcript: `${OPENED}> 82 { 0001 "a" 04 }`,
          versions: ['3.1.1'],
          frame: 3,
          at: 7,
          length: 1,
          bits: [7, 2],
        },
        {
          title: 'bit 7 set',
          transcript: `${OPENED}> 82 { 0001 00 "a" 80 }`,
          versions: ['5.0'],
          frame: 3,
          at: 8,
          length: 1,
          bits: [7, 6],
        },
      ],
      complies: [{ title: 'QoS only', transcript: `${OPENED}> 82 { 0001 p "a" 01 }\n< 90 { 0001 p 01 }` }],
    }),
    frameRule({
      name: 'subscribe-qos-3',
      refs: { '3.1': ['§3.8'], '3.1.1': ['MQTT-3.8.3-4'], '5.0': ['§3.8.3.1'] },
      party: 'client',
      hint: 'ask for QoS 0, 1 or 2',
      due: 0x82,
      on: ['SUBSCRIBE'],
      check({ subscriptions }, verdict) {
        subscriptions?.forEach(({ topicFilter, options }, i) => {
          if (options.qos < 3) verdict.hold();
          else verdict.violate({ message: `QoS 3 is asked for ${shown(topicFilter)}`, path: optionsPath(i, 'qos') });
        });
      },
      violates: [
        {
          title: 'both QoS bits set, in the second subscription',
          transcript: `${OPENED}> 82 { 0001 "a" 00 "b" 03 }`,
          versions: ['3.1', '3.1.1'],
          frame: 3,
          at: 11,
          length: 1,
          bits: [1, 0],
        },
        {
          title: 'both QoS bits set',
          transcript: `${OPENED}> 82 { 0001 00 "a" 03 }`,
          versions: ['5.0'],
          frame: 3,
          at: 8,
          length: 1,
          bits: [1, 0],
        },
      ],
      complies: [{ title: 'QoS 2', transcript: `${OPENED}> 82 { 0001 p "a" 02 }\n< 90 { 0001 p 02 }` }],
    }),
    frameRule({
      name: 'subscribe-retain-handling-3',
      refs: { '5.0': ['§3.8.3.1'] },
      party: 'client',
      hint: 'use Retain Handling 0, 1 or 2',
      due: 0x82,
      on: ['SUBSCRIBE'],
      check({ subscriptions }, verdict) {
        subscriptions?.forEach(({ topicFilter, options }, i) => {
          if (options.retainHandling !== 3) verdict.hold();
          else
            verdict.violate({
              message: `Retain Handling of ${shown(topicFilter)} is 3`,
              path: optionsPath(i, 'retainHandling'),
            });
        });
      },
      violates: [
        {
          title: 'both bits set',
          transcript: `${OPENED}> 82 { 0001 00 "a" 30 }`,
          frame: 3,
          at: 8,
          length: 1,
          bits: [5, 4],
        },
      ],
      complies: [{ title: 'send none', transcript: `${OPENED}> 82 { 0001 p "a" 20 }\n< 90 { 0001 p 00 }` }],
    }),
    frameRule({
      name: 'no-local-on-shared-subscription',
      refs: { '5.0': ['MQTT-3.8.3-4'] },
      party: 'client',
      hint: 'leave No Local 0 in shared subscriptions',
      due: 0x82,
      on: ['SUBSCRIBE'],
      check({ subscriptions }, verdict) {
        for (const [i, { topicFilter, options }] of (subscriptions ?? []).entries()) {
          if (!topicFilter.startsWith(SHARE)) continue;
          if (options.noLocal !== true) {
            verdict.hold();
            continue;
          }
          const message = `No Local is 1 on the shared subscription ${shown(topicFilter)}`;
          verdict.violate({ message, path: optionsPath(i, 'noLocal') });
        }
      },
      violates: [
        {
          title: 'No Local on $share/n/a',
          transcript: `${OPENED}> 82 { 0001 00 "$share/n/a" 04 }`,
          frame: 3,
          at: 17,
          length: 1,
          bits: [2, 2],
        },
      ],
      complies: [
        {
          title: 'No Local where it may be',
          transcript: `${OPENED}> 82 { 0001 00 "$share/n/a" 01 "a" 05 }
                       < 90 { 0001 00 01 01 }`,
        },
      ],
    }),
  ],
  unjudged: [
    {
      refs: { '3.1.1': ['MQTT-3.8.3-2'] },
      kind: 'scenario',
      why: 'a capture does not say whether a server supports wildcards, nor why it refused a filter: subscribe with one, publish what it matches and see that it is refused or delivered',
    },
  ],
};
