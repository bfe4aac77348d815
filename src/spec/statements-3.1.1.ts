// The 141 numbered statements of MQTT 3.1.1, in our own words and in the order of its Appendix B. One row a statement:
// the section is the heading under which the number stands, and where a word is wanting the body of that section holds.

import type { StatementRow } from './statement.js';
import { CONNACK } from './statements/3.1.1-connack.js';
import { CONNECT } from './statements/3.1.1-connect.js';
import { DATA } from './statements/3.1.1-data.js';
import { ENDS } from './statements/3.1.1-ends.js';
import { OPERATION } from './statements/3.1.1-operation.js';
import { PUBLISH } from './statements/3.1.1-publish.js';
import { SUBSCRIPTIONS } from './statements/3.1.1-subscriptions.js';

export const STATEMENTS_311: readonly StatementRow[] = [
  ...DATA,
  ...CONNECT,
  ...CONNACK,
  ...PUBLISH,
  ...SUBSCRIPTIONS,
  ...ENDS,
  ...OPERATION,
];
