// SUBSCRIBE and SUBACK: 3.8 and 3.9.

import { SUBACK_RETURN_CODES } from '../../spec/reason-codes.js';
import { before5, bit, bitField, field, flags, listOf, listOfGroups, v5 } from '../layout.js';
import { properties } from '../properties.js';
import { byte, utf8 } from '../values.js';
import { qosMeaning } from './connect.js';
import { packetIdentifier, reasonMeaning } from './parts.js';

const RETAIN_HANDLING = ['send retained messages', 'send them for a new subscription', 'send none', 'reserved'];

export const SUBSCRIBE = [
  packetIdentifier('3.8.2'),
  properties('SUBSCRIBE', { section: '3.8.2.1' }),
  listOfGroups(
    'subscriptions',
    'Subscription',
    [
      field('topicFilter', 'Topic Filter', utf8, { section: '3.8.3' }),
      flags(
        'options',
        'Subscription Options',
        [
          bitField(7, 2, 'reserved', 'Reserved', { when: before5, section: '3.8.3' }),
          bitField(7, 6, 'reserved', 'Reserved', { when: v5, section: '3.8.3.1' }),
          bitField(5, 4, 'retainHandling', 'Retain Handling', {
            when: v5,
            section: '3.8.3.1',
            meaning: (value: number) => RETAIN_HANDLING[value],
          }),
          bit(3, 'retainAsPublished', 'Retain As Published', { when: v5, section: '3.8.3.1' }),
          bit(2, 'noLocal', 'No Local', { when: v5, section: '3.8.3.1' }),
          bitField(1, 0, 'qos', 'Requested QoS', { when: before5, section: '3.8.3', meaning: qosMeaning }),
          bitField(1, 0, 'qos', 'Maximum QoS', { when: v5, section: '3.8.3.1', meaning: qosMeaning }),
        ],
        { section: ['3.8.3', '3.8.3.1'] },
      ),
    ],
    '3.8.3',
  ),
];

export const SUBACK = [
  packetIdentifier('3.9.2'),
  properties('SUBACK', { section: '3.9.2.1' }),
  listOf('returnCodes', 'Return Code', byte, {
    when: before5,
    section: '3.9.3',
    meaning: (code: number) => SUBACK_RETURN_CODES.get(code) ?? 'reserved',
  }),
  listOf('reasonCodes', 'Reason Code', byte, { when: v5, section: '3.9.3', meaning: reasonMeaning }),
];
