// The report formats, one row a format.

import { createJson } from './json.js';
import { createNdjson } from './ndjson.js';
import type { Format } from './renderer.js';
import { createTree } from './tree.js';

// cli-table3 takes as long to load as a small capture to read.
const loadTable = async () => (await import('./table.js')).createTable;

export const FORMATS: readonly Format[] = [
  { name: 'table', title: 'one line per packet', closesWithSummary: true, load: loadTable },
  { name: 'tree', title: 'each packet with its fields', closesWithSummary: true, load: async () => createTree },
  {
    name: 'json',
    title: 'one object, {"items":[…],"summary":{…}}',
    closesWithSummary: false,
    load: async () => createJson,
  },
  { name: 'ndjson', title: 'one object per line and packet', closesWithSummary: false, load: async () => createNdjson },
];
