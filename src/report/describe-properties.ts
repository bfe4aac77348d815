// 5.0 properties and reason codes in short, from the tables of the specification: `receive maximum 20`,
// `no retain`, `session taken over (0x8e)`.

import { hexByte } from '../bytes/hex.js';
import type { Property } from '../codec/packet.js';
import { PROPERTY_BY_NAME } from '../spec/properties.js';
import { reasonCodeName } from '../spec/reason-codes.js';
import { preview, quoted, topicText } from './preview.js';
import { MASK } from './secrets.js';

const NEVER = 0xffffffff;
const BINARY_SHOWN = 24;

/** "Maximum QoS" as it stands in a sentence: "maximum QoS". */
export function lowerLabel(label: string): string {
  return label.replace(/(?<![A-Za-z])[A-Z][a-z]+(?![A-Za-z])/g, (word) => word.toLowerCase());
}

/** A 5.0 reason: `not authorized (0x87)`; a code that is not defined there is only a number. */
export function reason(packet: string, code: number): string {
  const name = reasonCodeName(packet, code);
  return name === undefined ? `undefined reason code ${hexByte(code)}` : `${lowerLabel(name)} (${hexByte(code)})`;
}

/** One phrase a property, in wire order; those in `told` are left out, as are those that say what is so anyway. */
export function propertyPhrases(
  properties: readonly Property[] | undefined,
  showSecrets: boolean,
  told: readonly string[] = [],
): string[] {
  const phrases: string[] = [];
  for (const property of properties ?? []) {
    if (told.includes(property.name)) continue;
    const phrase = phraseOf(property, showSecrets);
    if (phrase !== undefined) phrases.push(phrase);
  }
  return phrases;
}

function phraseOf(property: Property, showSecrets: boolean): string | undefined {
  const row = PROPERTY_BY_NAME.get(property.name)!;
  const label = lowerLabel(row.label);
  if (label.endsWith(' available')) return property.value === 0 ? `no ${label.slice(0, -10)}` : undefined;
  switch (property.name) {
    case 'reasonString':
      return quoted(property.value);
    case 'payloadFormatIndicator':
      return property.value === 1 ? 'UTF-8' : undefined;
    case 'sessionExpiryInterval':
      return property.value === NEVER ? 'session never expires' : `${label} ${property.value} s`;
    case 'userProperty':
      return `${topicText(property.value.name)}=${topicText(property.value.value)}`;
    case 'responseTopic':
      return `${label} ${topicText(property.value)}`;
    case 'authenticationData':
      return `${label} ${showSecrets ? preview(property.value, BINARY_SHOWN) : MASK}`;
    case 'correlationData':
      return `${label} ${preview(property.value, BINARY_SHOWN)}`;
    default: {
      const value = typeof property.value === 'string' ? quoted(property.value) : String(property.value);
      return `${label} ${value}${'unit' in row ? ` ${row.unit}` : ''}`;
    }
  }
}
