// The numbered statements of MQTT 5.0, in our own words.

import type { StatementRow } from './statement.js';

export const STATEMENTS_5: readonly StatementRow[] = [];
