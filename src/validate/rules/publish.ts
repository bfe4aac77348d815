// PUBLISH as it stands (3.3).

import { frameRule, type RuleSet } from '../rule.js';

export const PUBLISH: RuleSet = {
  rules: [
    frameRule({
      name: 'publish-dup-qos-0',
      refs: { '3.1.1': ['MQTT-3.3.1-2'], '5.0': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'] },
      party: 'sender',
      hint: 'send QoS 0 messages once, with DUP 0',
      on: ['PUBLISH'],
      check({ qos, dup }, verdict) {
        if (qos !== 0) return;
        if (dup) verdict.violate({ message: 'DUP is 1 on a QoS 0 message', path: 'publish.dup' });
        else verdict.hold();
      },
      violates: [
        { title: 'DUP with QoS 0', transcript: `> 38 { "a" p 'x' }`, frame: 1, at: 0, length: 1, bits: [3, 3] },
      ],
      complies: [{ title: 'QoS 0 without DUP', transcript: `> 30 { "a" p 'x' }` }],
    }),
  ],
  unjudged: [],
};
