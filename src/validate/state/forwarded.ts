// The properties of a PUBLISH that a server passes on to subscribers (5.0: 3.3.2.3): what it must not change. Kept with
// a bound: of a message with more, nothing is kept and nothing said.

import { copyOf } from '../../bytes/copy.js';
import type { Property } from '../../codec/packet.js';

export type UserProperty = Extract<Property, { readonly name: 'userProperty' }>['value'];

export interface Forwarded {
  payloadFormatIndicator: number | undefined;
  contentType: string | undefined;
  responseTopic: string | undefined;
  correlationData: Uint8Array | undefined;
  userProperties: UserProperty[] | undefined;
}

/** Characters and bytes of the properties of one message. */
const MOST = 4096;

export const NOTHING_FORWARDED: Forwarded = {
  payloadFormatIndicator: undefined,
  contentType: undefined,
  responseTopic: undefined,
  correlationData: undefined,
  userProperties: undefined,
};

/** Undefined when there is more than is kept. `before`: of the message before it, which is nearly always the same. */
export function forwardedOf(properties: readonly Property[] | undefined, before?: Forwarded): Forwarded | undefined {
  if (properties === undefined || properties.length === 0) return NOTHING_FORWARDED;
  if (before !== undefined && isThat(before, properties)) return before;
  let size = 0;
  const forwarded: Forwarded = { ...NOTHING_FORWARDED };
  for (const one of properties) {
    switch (one.name) {
      case 'payloadFormatIndicator':
        forwarded.payloadFormatIndicator = one.value;
        break;
      case 'contentType':
      case 'responseTopic':
        forwarded[one.name] = one.value;
        size += one.value.length;
        break;
      case 'correlationData':
        size += one.value.length;
        if (size > MOST) return undefined;
        forwarded.correlationData = copyOf(one.value);
        break;
      case 'userProperty':
        size += sizeOf(one.value);
        (forwarded.userProperties ??= []).push(one.value);
        break;
    }
    if (size > MOST) return undefined;
  }
  return forwarded;
}

/** Exactly that is in the properties; correlation data is not compared, and never that. */
export function isThat(forwarded: Forwarded, properties: readonly Property[]): boolean {
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, userProperties } = forwarded;
  if (correlationData !== undefined) return false;
  let users = 0;
  let [format, content, response]: (number | string | undefined)[] = [undefined, undefined, undefined];
  for (let i = 0; i < properties.length; i++) {
    const one = properties[i]!;
    if (one.name === 'correlationData') return false;
    if (one.name === 'payloadFormatIndicator') format = one.value;
    else if (one.name === 'contentType') content = one.value;
    else if (one.name === 'responseTopic') response = one.value;
    else if (one.name === 'userProperty') {
      const known = userProperties?.[users++];
      if (known === undefined || known.name !== one.value.name || known.value !== one.value.value) return false;
    }
  }
  if (format !== payloadFormatIndicator || content !== contentType || response !== responseTopic) return false;
  return users === (userProperties === undefined ? 0 : userProperties.length);
}

function sizeOf({ name, value }: UserProperty): number {
  return 16 + name.length + value.length;
}

export function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
