// What a server passes on unaltered (5.0: 3.3.2.3, 3.1.3.2): Payload Format Indicator, Content Type, Response Topic,
// Correlation Data, User Properties and their order; and DUP, which it does not pass on (3.3.1.1).

import { between, joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import { conversationRule, type Ref, type Rule, type RuleSet } from '../rule.js';
import type { PacketOf } from '../seen.js';
import { type Forwarded, NOTHING_FORWARDED, sameBytes } from '../state/forwarded.js';
import { orderOf } from '../user-properties.js';

type Single = Exclude<keyof Forwarded, 'userProperties'>;
type Properties = NonNullable<PacketOf<'PUBLISH'>['properties']>;

const NONE: Properties = [];

function valueIn(properties: Properties, name: Single): Forwarded[Single] {
  for (let i = 0; i < properties.length; i++) {
    const one = properties[i]!;
    if (one.name === name) return one.value;
  }
  return undefined;
}

function isSame(a: Forwarded[Single], b: Forwarded[Single]): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? sameBytes(a, b) : a === b;
}

function valueText(value: Forwarded[Single]): string {
  if (value === undefined) return 'absent';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'string' ? `"${value.slice(0, 64)}"` : String(value);
}

function unaltered(
  name: Single,
  label: string,
  rule: string,
  ref: Ref,
  [before, after]: readonly [string, string],
): Rule {
  const publish = `2> 30 { "t" p{ ${before} } 'x' }\n`;
  return conversationRule({
    name: rule,
    refs: { '5.0': [ref] },
    needs: 'nothing',
    asked: 'forwarded',
    party: 'sender',
    hint: `pass the ${label} on as it came`,
    on: ['PUBLISH'],
    check({ properties = NONE }, verdict, { delivery }) {
      const published = delivery?.publication?.message;
      const was = published?.forwarded;
      if (was === undefined || was === NOTHING_FORWARDED || was[name] === undefined) return;
      const is = valueIn(properties, name);
      if (isSame(was[name], is)) return verdict.hold();
      const at = properties.findIndex((one) => one.name === name);
      const message = `${label} is ${valueText(is)}, but ${packetText(published!.frame)} published ${valueText(was[name])}`;
      blame(verdict, delivery!.doubt(), {
        message,
        path: at < 0 ? 'publish.propertyLength' : `publish.properties[${at}]`,
      });
    },
    violates: [
      {
        title: `another ${label}`,
        transcript: `${between('t', '00')}${publish}1< 30 { "t" p{ ${after} } 'x' }`,
        ...{ frame: 8, at: 6, length: lengthOf(after) },
      },
      {
        title: `the ${label} is left out`,
        transcript: `${between('t', '00')}${publish}1< 30 { "t" p 'x' }`,
        ...{ frame: 8, at: 5, length: 1 },
      },
    ],
    complies: [{ title: 'as it came', transcript: `${between('t', '00')}${publish}1< 30 { "t" p{ ${before} } 'x' }` }],
  });
}

/** Bytes of a property as the examples below write it: identifier, then one byte, or one letter behind its length. */
function lengthOf(property: string): number {
  return property.includes('"') ? 4 : 2;
}

function userProperties(
  rule: string,
  refs: readonly [Ref, ...Ref[]],
  fault: 'missing' | 'order',
  isWill: boolean,
): Rule {
  const [ab, ba] = ['26 "a" "1" 26 "b" "2"', '26 "b" "2" 26 "a" "1"'];
  const will = `${joined(1, 's')}${subscribed(1, 't', '00')}2> 10 { proto 06 003c p "w" p{ ${ab} } "t" "x" }
    2< 20 { 00 00 p }\nwait 3s\nrst 2>\n`;
  const before = isWill ? will : `${between('t', '00')}2> 30 { "t" p{ ${ab} } 'x' }\n`;
  const frame = isWill ? 7 : 8;
  return conversationRule({
    name: rule,
    refs: { '5.0': refs },
    needs: 'nothing',
    asked: 'forwarded',
    party: 'sender',
    hint: 'pass all User Properties on, in their order',
    on: ['PUBLISH'],
    check({ properties = NONE }, verdict, { delivery }) {
      const publication = delivery?.publication;
      const was = publication?.message.forwarded?.userProperties;
      if (was === undefined || (fault === 'order' && publication!.isWill !== isWill)) return;
      const order = orderOf(was, properties);
      if (order === 'kept' || (order === 'changed' && fault === 'missing')) return verdict.hold();
      if (fault === 'order' && order !== 'changed') return;
      const what = fault === 'order' ? 'stand in another order' : 'are not all there';
      const message = `User Properties ${what} than in ${packetText(publication!.message.frame)}, which has ${was.length}`;
      blame(verdict, delivery!.doubt(), {
        message: message.replace('there than', 'there that were'),
        path: 'publish.properties',
      });
    },
    violates: [
      {
        title: fault === 'order' ? 'in another order' : 'one is left out',
        transcript: `${before}1< 30 { "t" p{ ${fault === 'order' ? ba : '26 "a" "1"'} } 'x' }`,
        ...{ frame, at: 6, length: fault === 'order' ? 14 : 7 },
      },
    ],
    complies: [{ title: 'all of them, in order', transcript: `${before}1< 30 { "t" p{ ${ab} } 'x' }` }],
  });
}

export const FORWARDING: RuleSet = {
  rules: [
    unaltered(
      'payloadFormatIndicator',
      'Payload Format Indicator',
      'payload-format-indicator-altered',
      'MQTT-3.3.2-4',
      ['01 01', '01 00'],
    ),
    unaltered('contentType', 'Content Type', 'content-type-altered', 'MQTT-3.3.2-20', ['03 "c"', '03 "d"']),
    unaltered('responseTopic', 'Response Topic', 'response-topic-altered', 'MQTT-3.3.2-15', ['08 "r"', '08 "s"']),
    unaltered('correlationData', 'Correlation Data', 'correlation-data-altered', 'MQTT-3.3.2-16', ['09 "i"', '09 "j"']),
    userProperties('user-properties-altered', ['MQTT-3.3.2-17'], 'missing', false),
    userProperties('user-properties-reordered', ['MQTT-3.3.2-18', 'MQTT-3.3.2-17'], 'order', false),
    userProperties('will-user-properties-reordered', ['MQTT-3.1.3-10'], 'order', true),
  ],
  unjudged: [],
};
