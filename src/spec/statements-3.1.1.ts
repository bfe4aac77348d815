// The numbered statements of MQTT 3.1.1, in our own words.

import type { StatementRow } from './statement.js';

export const STATEMENTS_311: readonly StatementRow[] = [];
