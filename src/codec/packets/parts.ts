// Fields that several packet types share.

import { reasonCodeName } from '../../spec/reason-codes.js';
import { field } from '../layout.js';
import type { Reader, Section } from '../reader.js';
import { u16 } from '../values.js';

export function packetIdentifier(section: Section) {
  return field('packetId', 'Packet Identifier', u16, { section });
}

export function reasonMeaning(code: number, reader: Reader): string {
  return reasonCodeName(reader.type, code) ?? 'not defined for this packet';
}
