// The numbered statements of MQTT 3.1.1 (141) and 5.0 (251). MQTT 3.1 has none.

import type { StatementRow } from './statement.js';
import { STATEMENTS_311 } from './statements-3.1.1.js';
import { STATEMENTS_5 } from './statements-5.0.js';

export interface Statement extends StatementRow {
  readonly version: '3.1.1' | '5.0';
}

export const STATEMENTS: readonly Statement[] = [
  ...STATEMENTS_311.map((row) => ({ version: '3.1.1' as const, ...row })),
  ...STATEMENTS_5.map((row) => ({ version: '5.0' as const, ...row })),
];
