// The 251 numbered statements of MQTT 5.0, in our own words and in the order of its Appendix B. One row a statement:
// the section is the heading under which the number stands. Where appendix and body differ (3.1.2-27,
// 3.2.2-18, 3.3.1-10 and -11, 3.8.4-8, 4.12.0-2) the body is taken: the appendix has Retain Handling 1 the wrong way round.

import type { StatementRow } from './statement.js';
import { ACKNOWLEDGEMENTS } from './statements/5.0-acknowledgements.js';
import { CONNACK } from './statements/5.0-connack.js';
import { CONNECT } from './statements/5.0-connect.js';
import { CONNECT_PAYLOAD } from './statements/5.0-connect-payload.js';
import { DATA } from './statements/5.0-data.js';
import { DELIVERY } from './statements/5.0-delivery.js';
import { ENDS } from './statements/5.0-ends.js';
import { OPERATION } from './statements/5.0-operation.js';
import { PUBLISH } from './statements/5.0-publish.js';
import { SUBSCRIPTIONS } from './statements/5.0-subscriptions.js';

export const STATEMENTS_5: readonly StatementRow[] = [
  ...DATA,
  ...CONNECT,
  ...CONNECT_PAYLOAD,
  ...CONNACK,
  ...PUBLISH,
  ...ACKNOWLEDGEMENTS,
  ...SUBSCRIPTIONS,
  ...ENDS,
  ...DELIVERY,
  ...OPERATION,
];
