// CONNACK: 3.2. Before 5.0 the second byte is a return code, in 5.0 a Reason Code.

import { CONNACK_RETURN_CODES } from '../../spec/reason-codes.js';
import { before5, bit, bitField, field, flags, v5 } from '../layout.js';
import { properties } from '../properties.js';
import { byte } from '../values.js';
import { reasonMeaning } from './parts.js';

export const CONNACK = [
  flags(
    'acknowledgeFlags',
    'Connect Acknowledge Flags',
    [
      bitField(7, 1, 'reserved', 'Reserved', { section: '3.2.2.1' }),
      bit(0, 'sessionPresent', 'Session Present', { section: ['3.2.2.2', '3.2.2.1.1'] }),
    ],
    { section: '3.2.2.1' },
  ),
  field('returnCode', 'Connect Return code', byte, {
    when: before5,
    section: '3.2.2.3',
    meaning: (code: number) => CONNACK_RETURN_CODES[code] ?? 'reserved',
  }),
  field('reasonCode', 'Connect Reason Code', byte, { when: v5, section: '3.2.2.2', meaning: reasonMeaning }),
  properties('CONNACK', { section: '3.2.2.3' }),
];
