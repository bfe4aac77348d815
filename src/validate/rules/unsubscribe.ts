// UNSUBSCRIBE as it stands (3.10): at least one topic filter. The filters are judged in topic-filters.ts.

import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';

export const UNSUBSCRIBE: RuleSet = {
  rules: [
    frameRule({
      name: 'unsubscribe-empty',
      refs: { '3.1.1': ['MQTT-3.10.3-2'], '5.0': ['MQTT-3.10.3-2'] },
      party: 'client',
      hint: 'name at least one topic filter',
      due: 0x82,
      on: ['UNSUBSCRIBE'],
      check({ topicFilters }, verdict, { frame }) {
        if (topicFilters === undefined) return;
        if (topicFilters.length > 0) verdict.hold();
        else if (frame.problems.length === 0) verdict.violate({ message: 'UNSUBSCRIBE has no topic filter' });
      },
      violates: [{ title: 'nothing named', transcript: `${OPENED}> a2 { 0001 p }`, frame: 3 }],
      complies: [{ title: 'one filter', transcript: `${OPENED}> a2 { 0001 p "a" }\n< b0 { 0001 p 5:11 }` }],
    }),
  ],
  unjudged: [],
};
