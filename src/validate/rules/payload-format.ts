// Payload Format Indicator 1 (5.0: 3.3.2.3.2, 3.1.3.2.3): the payload is text, and that is well-formed UTF-8. A server need
// not validate what it passes on, so it is the client's matter.

import { illFormedAt } from '../../bytes/utf8.js';
import type { Field } from '../../codec/field.js';
import { annotate } from '../../codec/frame.js';
import type { Property } from '../../codec/packet.js';
import type { Frame } from '../../dissect/item.js';
import type { PacketEvent } from '../event.js';
import { frameRule, type RuleSet, type Verdict } from '../rule.js';
import { OPENED } from '../samples.js';
import { indexOfProperty, propertyAt } from './publish-properties.js';

const TEXT = 1;

function isText(properties: readonly Property[] | undefined): boolean {
  const index = indexOfProperty(properties, 'payloadFormatIndicator');
  return index >= 0 && propertyAt<'payloadFormatIndicator'>(properties!, index) === TEXT;
}

/** `at`: where the payload begins in its packet. Asked for only when it is ill-formed. */
function judge(payload: Uint8Array, what: string, path: string, at: () => number, verdict: Verdict): void {
  const offset = illFormedAt(payload, 0, payload.length);
  if (offset < 0) {
    verdict.hold();
    return;
  }
  const message = `the Payload Format Indicator is 1, but byte ${offset + 1} of ${what} is not part of well-formed UTF-8`;
  verdict.violate({ message, path, at: at() + offset, length: 1 });
}

function isWhole({ frame }: PacketEvent): boolean {
  return frame.problems.length === 0 && frame.bytes.length === frame.length;
}

/** Behind its two length bytes. */
function startOfWill({ bytes, version }: Frame, { length }: Uint8Array): number {
  const find = (field: Field): Field | undefined => {
    if (field.path === 'connect.will.payload') return field;
    for (const child of field.children ?? []) {
      const found = find(child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const field = find(annotate(bytes, version));
  return field === undefined ? 0 : field.at + field.length - length;
}

export const PAYLOAD_FORMAT: RuleSet = {
  rules: [
    frameRule({
      name: 'payload-not-utf-8',
      refs: { '5.0': ['§3.3.2.3.2'] },
      party: 'client',
      hint: 'send Payload Format Indicator 1 only with UTF-8 text, and leave it out for other bytes',
      asked: 'odd-property',
      on: ['PUBLISH'],
      from: 'client',
      check({ properties, payload }, verdict, event) {
        if (!event.fromClient || payload === undefined || !isText(properties) || !isWhole(event)) return;
        judge(payload, 'the payload', 'publish.payload', () => event.frame.length - payload.length, verdict);
      },
      violates: [
        {
          title: 'text in Latin-1',
          transcript: `${OPENED}> 30 { "a" p{ 01 01 } 'gr' fc 'n' }`,
          frame: 3,
          at: 10,
          length: 1,
        },
        {
          title: 'the last character is cut short',
          transcript: `${OPENED}> 30 { "a" p{ 01 01 } 'x' e282 }`,
          frame: 3,
          at: 9,
          length: 1,
        },
      ],
      complies: [
        { title: 'text in UTF-8', transcript: `${OPENED}> 30 { "a" p{ 01 01 } 'gr' c3bc 'n' }` },
        { title: 'an empty payload', transcript: `${OPENED}> 30 { "a" p{ 01 01 } }` },
      ],
    }),
    frameRule({
      name: 'will-payload-not-utf-8',
      refs: { '5.0': ['§3.1.3.2.3'] },
      party: 'client',
      hint: 'send Payload Format Indicator 1 only with a will of UTF-8 text, and leave it out for other bytes',
      asked: 'odd-property',
      on: ['CONNECT'],
      from: 'client',
      check({ will }, verdict, event) {
        if (!event.fromClient || will === undefined || !isText(will.properties) || !isWhole(event)) return;
        const { payload } = will;
        judge(payload, 'the Will Payload', 'connect.will.payload', () => startOfWill(event.frame, payload), verdict);
      },
      violates: [
        {
          title: 'a surrogate',
          transcript: '> 10 { proto 06 003c p "c" p{ 01 01 } "w" 0004 61eda080 }\n< 20 { 00 00 p }',
          frame: 1,
          at: 25,
          length: 1,
        },
      ],
      complies: [
        {
          title: 'text in UTF-8',
          transcript: '> 10 { proto 06 003c p "c" p{ 01 01 } "w" "grün" }\n< 20 { 00 00 p }',
        },
      ],
    }),
  ],
  unjudged: [],
};
