// No Local (5.0: 3.8.3.1): a client does not get back what it published itself.

import { joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import { conversationRule, type RuleSet } from '../rule.js';

const OWN = `${joined(1, 's')}${subscribed(1, 't', '04', '00')}wait 3s\n1> 30 { "t" p 'x' }\n`;

export const NO_LOCAL: RuleSet = {
  rules: [
    conversationRule({
      name: 'no-local-ignored',
      refs: { '5.0': ['MQTT-3.8.3-3'] },
      needs: 'both',
      party: 'sender',
      hint: 'do not send a message back to the client that published it when No Local is 1',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check(_packet, verdict, { delivery }) {
        if (delivery === undefined || !delivery.route.noLocal) return;
        const { publication, session } = delivery;
        if (publication === undefined || publication.isWill || !delivery.isCovered) return;
        if (publication.publisher.clientId !== session.clientId) return verdict.hold();
        const message = `${packetText(publication.message.frame)} comes back to "${session.clientId}", which published it, though No Local is 1`;
        blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path: 'publish.topic' });
      },
      closed({ conversation }, verdict) {
        const { session, publisher } = conversation;
        const { own } = publisher;
        if (session === undefined || own === undefined) return;
        const { noLocal, matching, latest } = session.subscriptions.route(own.message.topic);
        if (noLocal && latest !== own && matching.every((one) => one.coveredAt(own.time))) verdict.hold();
      },
      violates: [
        {
          title: 'it comes back',
          transcript: `${OWN}1< 30 { "t" p 'x' }`,
          ...{ frame: 6, at: 4, length: 1 },
        },
      ],
      complies: [
        { title: 'it does not come back', transcript: `${OWN}1> c0 00\n1< d0 00` },
        {
          title: 'what another client published comes',
          transcript: `${joined(2, 'p')}${OWN}2> 30 { "t" p 'y' }\n1< 30 { "t" p 'y' }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
