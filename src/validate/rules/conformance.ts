// Conformance as a whole (3.1.1: 7; 5.0: 4.2): what an implementation supports and requires, which no connection shows.

import type { RuleSet } from '../rule.js';

export const CONFORMANCE: RuleSet = {
  rules: [],
  unjudged: [
    {
      refs: { '3.1.1': ['MQTT-7.1.1-1', 'MQTT-7.1.2-1'], '5.0': ['MQTT-4.2.0-1'] },
      kind: 'unobservable',
      why: 'every capture is of one transport that is ordered and lossless: which ones are supported is not in it',
    },
    {
      refs: { '3.1.1': ['MQTT-7.0.0-1'] },
      kind: 'unobservable',
      why: 'it says which other statements bind a server that also connects to servers; those are judged each for itself',
    },
    {
      refs: { '3.1.1': ['MQTT-7.0.0-2'] },
      kind: 'unobservable',
      why: 'that nothing beyond the specification is required shows only against every other implementation',
    },
  ],
};
