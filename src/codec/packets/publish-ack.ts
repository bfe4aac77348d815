// PUBACK, PUBREC, PUBREL and PUBCOMP: 3.4 to 3.7. In 5.0 the Reason Code may be left out when it is 0x00 and there are
// no properties, and the Property Length when the Remaining Length is 3.

import { field, v5 } from '../layout.js';
import { properties } from '../properties.js';
import { byte } from '../values.js';
import { packetIdentifier, reasonMeaning } from './parts.js';

function acknowledgement(type: 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP', section: string) {
  return [
    packetIdentifier(`${section}.2`),
    field('reasonCode', 'Reason Code', byte, {
      when: v5,
      optional: true,
      section: `${section}.2.1`,
      meaning: reasonMeaning,
    }),
    properties(type, { section: `${section}.2.2`, optional: true }),
  ];
}

export const PUBACK = acknowledgement('PUBACK', '3.4');
export const PUBREC = acknowledgement('PUBREC', '3.5');
export const PUBREL = acknowledgement('PUBREL', '3.6');
export const PUBCOMP = acknowledgement('PUBCOMP', '3.7');
