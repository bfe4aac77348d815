// DISCONNECT and AUTH: 3.14 and 3.15, and the pings 3.12 and 3.13, which have no content. In 5.0 the Reason Code may
// be left out, then it is 0x00, and so may the Property Length at the end.

import { field, v5 } from '../layout.js';
import { properties } from '../properties.js';
import { byte } from '../values.js';
import { reasonMeaning } from './parts.js';

export const PING = [];

export const DISCONNECT = [
  field('reasonCode', 'Disconnect Reason Code', byte, {
    when: v5,
    optional: true,
    section: '3.14.2.1',
    meaning: reasonMeaning,
  }),
  properties('DISCONNECT', { section: '3.14.2.2', optional: true }),
];

export const AUTH = [
  field('reasonCode', 'Authenticate Reason Code', byte, {
    when: v5,
    optional: true,
    section: '3.15.2.1',
    meaning: reasonMeaning,
  }),
  properties('AUTH', { section: '3.15.2.2', optional: true }),
];
