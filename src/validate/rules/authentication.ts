// Enhanced authentication (5.0: 4.12): who may send AUTH, when, with which code and method, in the opening and again later.

import type { Property } from '../../codec/packet.js';
import { codeText } from '../code-text.js';
import { conversationRule, type RuleSet } from '../rule.js';

const CONTINUE = 0x18;
const AGAIN = 0x19;

const WITHOUT = '> 10 { proto 02 003c p "a" }\n';
const WITH = '> 10 { proto 02 003c p{ 15 "X" } "a" }\n';
const STEP = '< f0 { 18 p{ 15 "X" } }\n> f0 { 18 p{ 15 "X" } }\n';
const ACCEPTED = '< 20 { 00 00 p{ 15 "X" } }\n';

function methodOf(properties: readonly Property[] | undefined): string | undefined {
  for (const one of properties ?? []) if (one.name === 'authenticationMethod') return one.value;
  return undefined;
}

function pathOf(type: string, properties: readonly Property[] | undefined): string {
  const at = (properties ?? []).findIndex(({ name }) => name === 'authenticationMethod');
  const packet = type.toLowerCase();
  return at < 0 ? `${packet}.propertyLength` : `${packet}.properties[${at}]`;
}

export const AUTHENTICATION: RuleSet = {
  rules: [
    conversationRule({
      name: 'client-auth-without-method',
      refs: { '5.0': ['MQTT-4.12.0-7'] },
      party: 'client',
      hint: 'name an Authentication Method in CONNECT, or send no AUTH',
      due: 0x82,
      needs: 'client',
      on: ['AUTH'],
      check(_packet, verdict, { fromClient, conversation: { opening } }) {
        if (!fromClient || opening.connect === undefined) return;
        if (opening.authenticationMethod !== undefined) verdict.hold();
        else verdict.violate({ message: 'AUTH, though CONNECT names no Authentication Method' });
      },
      violates: [
        {
          title: 'AUTH without a method',
          transcript: `${WITHOUT}< 20 { 00 00 p }\n> f0 { 19 p{ 15 "X" } }\nfin <`,
          frame: 3,
        },
      ],
      complies: [{ title: 'with a method', transcript: `${WITH}${STEP}${ACCEPTED}` }],
    }),
    conversationRule({
      name: 'server-auth-without-method',
      refs: { '5.0': ['MQTT-4.12.0-6'] },
      party: 'server',
      hint: 'send AUTH only to clients whose CONNECT names an Authentication Method',
      due: 0x82,
      needs: 'client',
      on: ['AUTH'],
      check(_packet, verdict, { fromClient, conversation: { opening } }) {
        if (fromClient || opening.connect === undefined) return;
        if (opening.authenticationMethod !== undefined) verdict.hold();
        else verdict.violate({ message: 'AUTH of the server, though CONNECT names no Authentication Method' });
      },
      violates: [{ title: 'AUTH unasked', transcript: `${WITHOUT}< f0 { 18 p{ 15 "X" } }\nfin >`, frame: 2 }],
      complies: [{ title: 'with a method', transcript: `${WITH}${STEP}${ACCEPTED}` }],
    }),
    conversationRule({
      name: 'connack-method-unasked',
      refs: { '5.0': ['MQTT-4.12.0-6'] },
      party: 'server',
      hint: 'name no Authentication Method in CONNACK when CONNECT names none',
      needs: 'client',
      on: ['CONNACK'],
      check({ type, properties }, verdict, { fromClient, conversation: { opening } }) {
        if (fromClient || opening.connect === undefined || opening.authenticationMethod !== undefined) return;
        const method = methodOf(properties);
        if (method === undefined) verdict.hold();
        else {
          const message = `CONNACK names the Authentication Method "${method}", CONNECT none`;
          verdict.violate({ message, path: pathOf(type, properties) });
        }
      },
      violates: [{ title: 'CONNACK with a method', transcript: `${WITHOUT}${ACCEPTED}`, frame: 2, at: 5, length: 4 }],
      complies: [{ title: 'without', transcript: `${WITHOUT}< 20 { 00 00 p }` }],
    }),
    conversationRule({
      name: 'authentication-method-differs',
      refs: { '5.0': ['MQTT-4.12.0-5'] },
      party: 'sender',
      hint: 'repeat the Authentication Method of CONNECT in every AUTH and in the CONNACK that accepts',
      due: 0x82,
      needs: 'nothing',
      on: ['AUTH', 'CONNACK'],
      check(packet, verdict, { fromClient, frame, conversation: { opening } }) {
        const { authenticationMethod: asked } = opening;
        const { type, properties, reasonCode } = packet;
        if (asked === undefined || frame.version !== '5.0' || frame.problems.length > 0) return;
        if (type === 'CONNACK' && (fromClient || reasonCode !== 0)) return;
        // A re-authentication that begins has a statement of its own.
        if (type === 'AUTH' && fromClient && reasonCode === AGAIN) return;
        const method = methodOf(properties);
        if (method === asked) verdict.hold();
        else {
          const its = method === undefined ? 'no Authentication Method' : `the Authentication Method "${method}"`;
          verdict.violate({ message: `${type} has ${its}, CONNECT "${asked}"`, path: pathOf(type, properties) });
        }
      },
      violates: [
        {
          title: 'AUTH with another method',
          transcript: `${WITH}< f0 { 18 p{ 15 "Y" } }\nfin >`,
          frame: 2,
          at: 4,
          length: 4,
        },
        { title: 'CONNACK without a method', transcript: `${WITH}< 20 { 00 00 p }\nfin >`, frame: 2, at: 4, length: 1 },
      ],
      complies: [{ title: 'the same all along', transcript: `${WITH}${STEP}${ACCEPTED}` }],
    }),
    conversationRule({
      name: 'reauthentication-method-differs',
      refs: { '5.0': ['MQTT-4.12.1-1', 'MQTT-4.12.0-5'] },
      party: 'client',
      hint: 'authenticate again by the Authentication Method of CONNECT',
      due: 0x82,
      needs: 'nothing',
      on: ['AUTH'],
      check({ type, properties, reasonCode }, verdict, { fromClient, frame, conversation: { opening } }) {
        const { authenticationMethod: asked } = opening;
        if (!fromClient || reasonCode !== AGAIN || asked === undefined || frame.problems.length > 0) return;
        const method = methodOf(properties);
        if (method === asked) verdict.hold();
        else {
          const its = method === undefined ? 'without an Authentication Method' : `by "${method}"`;
          verdict.violate({
            message: `re-authentication ${its}, CONNECT has "${asked}"`,
            path: pathOf(type, properties),
          });
        }
      },
      violates: [
        {
          title: 'again by another method',
          transcript: `${WITH}${ACCEPTED}> f0 { 19 p{ 15 "Y" } }\nfin <`,
          frame: 3,
          at: 4,
          length: 4,
        },
      ],
      complies: [
        { title: 'by the same', transcript: `${WITH}${ACCEPTED}> f0 { 19 p{ 15 "X" } }\n< f0 { 00 p{ 15 "X" } }` },
      ],
    }),
    conversationRule({
      name: 'server-auth-not-continue',
      refs: { '5.0': ['MQTT-4.12.0-2'] },
      party: 'server',
      hint: 'ask for more with AUTH 0x18; accept with CONNACK',
      due: 0x82,
      needs: 'server',
      on: ['AUTH'],
      check({ reasonCode = 0 }, verdict, { fromClient, frame, conversation: { opening } }) {
        if (fromClient || opening.authenticationMethod === undefined || opening.connack !== undefined) return;
        if (reasonCode === CONTINUE) verdict.hold();
        // Other codes are not the server's to send at all.
        else if (reasonCode === 0 && frame.problems.length === 0) {
          const since = opening.connect!.time;
          const message = `AUTH ${codeText('AUTH', reasonCode, '5.0')} of the server before CONNACK`;
          verdict.violate({ message, path: 'auth.reasonCode', since });
        }
      },
      violates: [
        { title: 'AUTH 0x00', transcript: `${WITH}< f0 { 00 p{ 15 "X" } }\nfin >`, frame: 2, at: 2, length: 1 },
      ],
      complies: [{ title: 'AUTH 0x18', transcript: `${WITH}${STEP}${ACCEPTED}` }],
    }),
    conversationRule({
      name: 'client-auth-not-continue',
      refs: { '5.0': ['MQTT-4.12.0-3'] },
      party: 'client',
      hint: 'answer AUTH 0x18 with AUTH 0x18',
      due: 0x82,
      needs: 'server',
      on: ['AUTH'],
      check({ reasonCode }, verdict, { fromClient, conversation: { opening, authentication } }) {
        if (!fromClient || opening.authenticationMethod === undefined) return;
        if (opening.connack !== undefined && !(authentication.again && authentication.asked)) return;
        if (reasonCode === CONTINUE && authentication.asked) verdict.hold();
        else if (reasonCode === AGAIN) {
          const since = opening.connect!.time;
          const when = opening.connack === undefined ? 'before CONNACK' : 'in answer to an AUTH of the server';
          verdict.violate({
            message: `AUTH ${codeText('AUTH', AGAIN, '5.0')} ${when}`,
            path: 'auth.reasonCode',
            since,
          });
        }
      },
      violates: [
        {
          title: 'AUTH 0x19 before CONNACK',
          transcript: `${WITH}< f0 { 18 p{ 15 "X" } }\n> f0 { 19 p{ 15 "X" } }\nfin <`,
          frame: 3,
          at: 2,
          length: 1,
        },
      ],
      complies: [{ title: 'AUTH 0x18', transcript: `${WITH}${STEP}${ACCEPTED}` }],
    }),
    conversationRule({
      name: 'auth-out-of-turn',
      refs: { '5.0': ['§4.12'] },
      party: 'sender',
      hint: 'the server asks with AUTH 0x18 and the client answers; later only the client begins, with AUTH 0x19',
      due: 0x82,
      needs: 'both',
      on: ['AUTH'],
      check({ reasonCode = 0 }, verdict, { fromClient, frame, conversation: { opening, authentication } }) {
        if (opening.authenticationMethod === undefined || frame.problems.length > 0) return;
        const { asked, again } = authentication;
        const since = opening.connect!.time;
        if (fromClient) {
          if (reasonCode !== CONTINUE) return;
          if (asked) verdict.hold();
          else verdict.violate({ message: 'AUTH 0x18 of the client without an AUTH of the server to answer', since });
        } else if (opening.connack !== undefined) {
          if (again) verdict.hold();
          else if (reasonCode !== AGAIN) {
            verdict.violate({ message: 'AUTH of the server without a re-authentication under way', since });
          }
        }
      },
      violates: [
        { title: 'AUTH 0x18 of the client first', transcript: `${WITH}> f0 { 18 p{ 15 "X" } }\nfin <`, frame: 2 },
        { title: 'the server begins again', transcript: `${WITH}${ACCEPTED}< f0 { 18 p{ 15 "X" } }\nfin >`, frame: 3 },
      ],
      complies: [
        { title: 'asked and answered', transcript: `${WITH}${STEP}${ACCEPTED}` },
        {
          title: 'again, in two steps',
          transcript: `${WITH}${ACCEPTED}> f0 { 19 p{ 15 "X" } }\n${STEP}< f0 { 00 p{ 15 "X" } }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
