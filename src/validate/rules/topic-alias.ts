// Topic Aliases of 5.0 (3.3.2.3.4, 3.3.4): not above what the receiver accepts, set before they stand for a topic, valid for one
// connection, and accepted within that range.

import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { numberOf } from '../state/number-property.js';

type Head = Pick<Rule, 'refs' | 'violates' | 'complies'>;

/** Topic Alias invalid. */
const INVALID = 0x94;
const CROSSED = 'the client was sending before CONNACK told it the Topic Alias Maximum';

/** A server that takes aliases 1 and 2; a client that does, subscribed to "t". */
const SERVER_2 = '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p{ 22 0002 } }\n';
const CLIENT_2 = `> 10 { proto 02 003c p{ 22 0002 } "c1" }\n< 20 { 00 00 p }\n> 82 { 0001 p "t" 00 }\n< 90 { 0001 p 00 }\n`;
const SUBSCRIBED = `${OPENED}> 82 { 0001 p "t" 00 }\n< 90 { 0001 p 00 }\n`;

/** `isNone`: the receiver takes no aliases at all, for which there is a statement of its own. */
function outOfRange(owner: 'client' | 'server', isNone: boolean, head: Head): Rule {
  return conversationRule({
    ...head,
    name: isNone ? `topic-alias-not-accepted-${owner}` : `topic-alias-above-maximum-${owner}`,
    party: owner,
    hint: 'keep to the Topic Alias Maximum that the receiver announced; without one, use no aliases',
    needs: 'nothing',
    due: 0x94,
    on: ['PUBLISH'],
    from: owner,
    ...(isNone ? ({ asked: 'properties', faults: 'odd-property' } as const) : ({ asked: 'odd-property' } as const)),
    check({ properties }, verdict, { sender, receiver, time }) {
      const { limits } = receiver;
      const { topicAliasMaximum } = limits;
      if (sender.role !== owner || !limits.known || (topicAliasMaximum === 0) !== isNone) return;
      const alias = numberOf(properties, 'topicAlias');
      if (alias === undefined ? isNone : alias <= topicAliasMaximum) return verdict.hold();
      if (alias === undefined) return;
      const most = isNone
        ? 'its receiver accepts none'
        : `the Topic Alias Maximum of its receiver is ${topicAliasMaximum}`;
      const path = `publish.properties[${properties!.findIndex(({ name }) => name === 'topicAlias')}].topicAlias`;
      const fault = { message: `Topic Alias ${alias}, and ${most}`, path };
      if (limits.reached(time)) verdict.violate(fault);
      else verdict.inconclusive(CROSSED, fault);
    },
  });
}

export const TOPIC_ALIAS: RuleSet = {
  rules: [
    outOfRange('client', false, {
      refs: { '5.0': ['MQTT-3.3.2-9', 'MQTT-3.2.2-17'] },
      violates: [
        {
          title: 'alias 3 to a server that takes 2',
          transcript: `${SERVER_2}> 30 { "a" p{ 23 0003 } 'x' }`,
          ...{ frame: 3, at: 7, length: 2 },
        },
      ],
      complies: [{ title: 'alias 2 to a server that takes 2', transcript: `${SERVER_2}> 30 { "a" p{ 23 0002 } 'x' }` }],
    }),
    outOfRange('client', true, {
      refs: { '5.0': ['MQTT-3.2.2-18'] },
      violates: [
        {
          title: 'an alias to a server that takes none',
          transcript: `${OPENED}> 30 { "a" p{ 23 0001 } 'x' }`,
          ...{ frame: 3, at: 7, length: 2 },
        },
      ],
      complies: [{ title: 'properties, and no alias', transcript: `${OPENED}> 30 { "a" p{ 26 "k" "v" } 'x' }` }],
    }),
    outOfRange('server', false, {
      refs: { '5.0': ['MQTT-3.3.2-11', 'MQTT-3.1.2-26'] },
      violates: [
        {
          title: 'alias 3 to a client that takes 2',
          transcript: `${CLIENT_2}< 30 { "t" p{ 23 0003 } 'x' }`,
          ...{ frame: 5, at: 7, length: 2 },
        },
      ],
      complies: [{ title: 'alias 2 to a client that takes 2', transcript: `${CLIENT_2}< 30 { "t" p{ 23 0002 } 'x' }` }],
    }),
    outOfRange('server', true, {
      refs: { '5.0': ['MQTT-3.1.2-27'] },
      violates: [
        {
          title: 'an alias to a client that takes none',
          transcript: `${SUBSCRIBED}< 30 { "t" p{ 23 0001 } 'x' }`,
          ...{ frame: 5, at: 7, length: 2 },
        },
      ],
      complies: [{ title: 'properties, and no alias', transcript: `${SUBSCRIBED}< 30 { "t" p{ 26 "k" "v" } 'x' }` }],
    }),
    conversationRule({
      name: 'topic-alias-not-set',
      refs: { '5.0': ['§3.3.4'] },
      party: 'sender',
      hint: 'set an alias with a topic in each connection before it stands alone',
      needs: 'sender',
      due: 0x82,
      asked: 'odd-property',
      on: ['PUBLISH'],
      check({ topic, properties }, verdict, { sender, receiver }) {
        if (topic !== '') return;
        const alias = numberOf(properties, 'topicAlias');
        const { limits } = receiver;
        // What is out of range is another rule's.
        if (alias === undefined || alias === 0 || (limits.known && alias > limits.topicAliasMaximum)) return;
        if (sender.aliases.has(alias)) verdict.hold();
        else verdict.violate({ message: `Topic Alias ${alias} stands for no topic yet`, path: 'publish.topic' });
      },
      violates: [
        {
          title: 'no topic, and an alias that was not set',
          transcript: `${SERVER_2}> 30 { "" p{ 23 0001 } 'x' }`,
          ...{ frame: 3, at: 4, length: 0 },
        },
        {
          title: 'an alias that was set in the connection before',
          transcript: `${SERVER_2}> 30 { "a" p{ 23 0001 } 'x' }\n rst >
            2> 10 { proto 02 003c p "c1" }\n 2< 20 { 00 00 p{ 22 0002 } }\n 2> 30 { "" p{ 23 0001 } 'x' }`,
          ...{ frame: 6, at: 4, length: 0 },
        },
      ],
      complies: [
        {
          title: 'an alias that was set',
          transcript: `${SERVER_2}> 30 { "a" p{ 23 0001 } 'x' }\n > 30 { "" p{ 23 0001 } 'y' }`,
        },
      ],
    }),
    conversationRule({
      name: 'topic-alias-carried-over',
      refs: { '5.0': ['MQTT-3.3.2-7'] },
      party: 'sender',
      hint: 'forget all aliases when a connection ends',
      needs: 'receiver',
      asked: 'aliased',
      on: ['PUBACK', 'PUBREC'],
      check({ type, reasonCode = 0 }, verdict, { flow, receiver }) {
        if (flow?.kind !== 'answers' || receiver.aliases.used === 0 || reasonCode >= 0x80) return;
        const { number } = flow.exchange!;
        if (!receiver.aliases.wasUnset(number)) return verdict.hold();
        const message = `${type} accepts the PUBLISH of packet #${number}, whose Topic Alias was not set in this connection`;
        verdict.violate({ message });
      },
      violates: [
        {
          title: 'the server knows an alias of the connection before',
          transcript: `${SERVER_2}> 32 { "a" 0007 p{ 23 0001 } 'x' }\n < 40 { 0007 }\n rst >
            2> 10 { proto 02 003c p "c1" }\n 2< 20 { 00 00 p{ 22 0002 } }\n 2> 32 { "" 0001 p{ 23 0001 } 'x' }\n 2< 40 { 0001 }`,
          unavoidable: ['topic-alias-not-set', 'error-not-closed'],
          frame: 8,
        },
      ],
      complies: [
        {
          title: 'an alias that was set in this connection',
          transcript: `${SERVER_2}> 32 { "a" 0007 p{ 23 0001 } 'x' }\n < 40 { 0007 }\n > 32 { "" 0008 p{ 23 0001 } 'y' }\n < 40 { 0008 }`,
        },
      ],
    }),
    refused('client', {
      refs: { '5.0': ['MQTT-3.3.2-12'] },
      violates: [
        {
          title: 'the server refuses an alias in its range',
          transcript: `${SERVER_2}> 30 { "a" p{ 23 0001 } 'x' }\n < e0 { 94 }\n fin <\n fin >`,
          frame: 4,
        },
      ],
      complies: [
        {
          title: 'the server accepts both aliases',
          transcript: `${SERVER_2}> 30 { "a" p{ 23 0001 } 'x' }\n > 30 { "b" p{ 23 0002 } 'x' }\n > e0 { }\n fin >\n fin <`,
        },
      ],
    }),
    refused('server', {
      refs: { '5.0': ['MQTT-3.3.2-10'] },
      violates: [
        {
          title: 'the client refuses an alias in its range',
          transcript: `${CLIENT_2}< 30 { "t" p{ 23 0001 } 'x' }\n > e0 { 94 }\n fin >\n fin <`,
          frame: 6,
        },
      ],
      complies: [
        {
          title: 'the client accepts both aliases',
          transcript: `${CLIENT_2}< 30 { "t" p{ 23 0001 } 'x' }\n < 30 { "t" p{ 23 0002 } 'x' }\n > e0 { }\n fin >\n fin <`,
        },
      ],
    }),
  ],
  unjudged: [],
};

/** DISCONNECT with "Topic Alias invalid" against a side whose aliases were all valid. */
function refused(owner: 'client' | 'server', head: Head): Rule {
  return conversationRule({
    ...head,
    name: `topic-alias-refused-${owner === 'client' ? 'server' : 'client'}`,
    party: owner === 'client' ? 'server' : 'client',
    hint: 'accept every Topic Alias from 1 to the Topic Alias Maximum that was announced',
    needs: 'both',
    on: ['DISCONNECT'],
    check({ reasonCode }, verdict, { receiver }) {
      if (reasonCode !== INVALID || receiver.role !== owner) return;
      const { used, isWrong } = receiver.aliases;
      if (used === 0 || isWrong) return;
      const message = `Reason Code 0x94 (Topic Alias invalid), but all aliases of the ${owner} were in range and set`;
      verdict.violate({ message, path: 'disconnect.reasonCode' });
    },
    closed({ conversation }, verdict) {
      const { used, isWrong } = conversation[owner].aliases;
      const { disconnectReason } = conversation[owner === 'client' ? 'server' : 'client'];
      if (used > 0 && !isWrong && disconnectReason !== INVALID) verdict.hold();
    },
  });
}
