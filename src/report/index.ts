// The report formats, one row a format.

import { createJson } from './json.js';
import { createNdjson } from './ndjson.js';
import type { Format } from './renderer.js';
import { createTable } from './table.js';
import { createTree } from './tree.js';

export const FORMATS: readonly Format[] = [
  { name: 'table', title: 'one line per packet', closesWithSummary: true, create: createTable },
  { name: 'tree', title: 'each packet with its fields', closesWithSummary: true, create: createTree },
  { name: 'json', title: 'one object, {"items":[…],"summary":{…}}', closesWithSummary: false, create: createJson },
  { name: 'ndjson', title: 'one object per line and packet', closesWithSummary: false, create: createNdjson },
];
