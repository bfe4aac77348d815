// UNSUBSCRIBE and UNSUBACK: 3.10 and 3.11. Only 5.0 has codes in UNSUBACK.

import { listOf, v5 } from '../layout.js';
import { properties } from '../properties.js';
import { byte, utf8 } from '../values.js';
import { packetIdentifier, reasonMeaning } from './parts.js';

export const UNSUBSCRIBE = [
  packetIdentifier('3.10.2'),
  properties('UNSUBSCRIBE', { section: '3.10.2.1' }),
  listOf('topicFilters', 'Topic Filter', utf8, { section: '3.10.3' }),
];

export const UNSUBACK = [
  packetIdentifier('3.11.2'),
  properties('UNSUBACK', { section: '3.11.2.1' }),
  listOf('reasonCodes', 'Reason Code', byte, { when: v5, section: '3.11.3', meaning: reasonMeaning }),
];
