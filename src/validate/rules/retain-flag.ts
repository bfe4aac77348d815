// The RETAIN flag of deliveries (3.3.1.3): 1 on what was stored, and on what is passed on only when the subscriber asked
// for it as it was published (5.0). Bridges keep the flag by an agreement of their own and are not judged.

import { between, clearsRetain, isFromFlow, isFromStore, joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import type { Level } from '../finding.js';
import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import { keepsRetain } from './granted-qos.js';

const STORED = `${joined(2, 'p')}2> 31 { "t" p 'x' }\nwait 3s\n${joined(1, 's')}${subscribed(1, 't', '00')}`;
const PASSED_ON = `${between('t', '00')}2> 31 { "t" p 'x' }\n`;

function raised(name: string, refs: Rule['refs'], level?: Level): Rule {
  return conversationRule({
    name,
    refs,
    ...(level === undefined ? {} : { level }),
    needs: 'both',
    asked: 'retained',
    faults: 'odd-retain',
    party: 'sender',
    hint: 'set RETAIN to 0 on what is passed on to a subscription that stands',
    on: ['PUBLISH'],
    check({ retain, dup }, verdict, { delivery, conversation }) {
      if (delivery?.publication === undefined || retain === undefined || dup === true) return;
      if (conversation.publisher.isBridge || !clearsRetain(delivery) || !isFromFlow(delivery)) return;
      const { message: published } = delivery.publication;
      if (!retain) {
        if (published.retain) verdict.hold();
        return;
      }
      // That the old subscription is still in force is the fault then.
      if (keepsRetain(delivery)) return;
      const message = `RETAIN is 1, but ${packetText(published.frame)} came while the subscription stood`;
      blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path: 'publish.retain' });
    },
    violates: [
      {
        title: 'passed on with RETAIN 1',
        transcript: `${PASSED_ON}1< 31 { "t" p 'x' }`,
        ...{ frame: 8, at: 0, length: 1, bits: [0, 0] },
      },
    ],
    complies: [{ title: 'passed on with RETAIN 0', transcript: `${PASSED_ON}1< 30 { "t" p 'x' }` }],
  });
}

function missing(name: string, refs: Rule['refs'], level?: Level): Rule {
  return conversationRule({
    name,
    refs,
    ...(level === undefined ? {} : { level }),
    needs: 'both',
    asked: 'odd-retain',
    party: 'sender',
    hint: 'set RETAIN to 1 on the retained messages that a new subscription gets',
    on: ['PUBLISH'],
    check({ retain, dup }, verdict, { delivery, conversation }) {
      if (delivery === undefined || delivery.origin !== 'retained' || retain === undefined || dup === true) return;
      if (retain) return verdict.hold();
      if (conversation.publisher.isBridge || !isFromStore(delivery)) return;
      for (const { options, isShared } of delivery.route.matching) {
        if (options.retainHandling !== 0 || isShared) return;
      }
      const { message: published } = delivery.publication!;
      const message = `RETAIN is 0, but the message was retained from ${packetText(published.frame)} and answers a new subscription`;
      blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path: 'publish.retain' });
    },
    violates: [
      {
        title: 'what was stored comes with RETAIN 0',
        transcript: `${STORED}1< 30 { "t" p 'x' }`,
        ...{ frame: 8, at: 0, length: 1, bits: [0, 0] },
      },
    ],
    complies: [{ title: 'what was stored comes with RETAIN 1', transcript: `${STORED}1< 31 { "t" p 'x' }` }],
  });
}

export const RETAIN_FLAG: RuleSet = {
  rules: [
    raised('retain-on-what-is-passed-on', { '3.1.1': ['MQTT-3.3.1-9'], '5.0': ['MQTT-3.3.1-12'] }),
    raised('retain-on-what-is-passed-on-3-1', { '3.1': ['§2.1'] }, 'should'),
    missing('retain-missing-on-what-was-stored', { '3.1.1': ['MQTT-3.3.1-8'], '5.0': ['§3.3.1.3'] }),
    missing('retain-missing-on-what-was-stored-3-1', { '3.1': ['§2.1'] }, 'should'),
    conversationRule({
      name: 'retain-not-as-published',
      refs: { '5.0': ['MQTT-3.3.1-13'] },
      needs: 'both',
      asked: 'odd-retain',
      party: 'sender',
      hint: 'with Retain As Published 1 pass RETAIN on as it came',
      on: ['PUBLISH'],
      check({ retain, dup }, verdict, { delivery }) {
        if (delivery?.publication === undefined || retain === undefined || dup === true) return;
        if (!isFromFlow(delivery)) return;
        for (const { options } of delivery.route.matching) if (!options.retainAsPublished) return;
        const { message: published } = delivery.publication;
        if (published.retain === retain) return verdict.hold();
        const message = `RETAIN is ${retain ? 1 : 0}, but ${packetText(published.frame)} has ${retain ? 0 : 1} and Retain As Published is 1`;
        blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path: 'publish.retain' });
      },
      violates: [
        {
          title: 'RETAIN is lost with Retain As Published',
          transcript: `${between('t', '08', '00')}2> 31 { "t" p 'x' }\n1< 30 { "t" p 'x' }`,
          ...{ frame: 8, at: 0, length: 1, bits: [0, 0] },
        },
      ],
      complies: [
        {
          title: 'RETAIN is kept with Retain As Published',
          transcript: `${between('t', '08', '00')}2> 31 { "t" p 'x' }\n1< 31 { "t" p 'x' }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
