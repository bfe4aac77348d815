// The formats of a judgement, one row a format.

import { createGithub } from './github.js';
import { createJson } from './json.js';
import type { JudgementFormat } from './judgement.js';
import { createJunit } from './junit.js';
import { createMarkdown } from './markdown.js';
import { createNdjson } from './ndjson.js';
import { createSarif } from './sarif.js';
import { createTable } from './table.js';
import { createTap } from './tap.js';

export const JUDGEMENT_FORMATS: readonly JudgementFormat[] = [
  { name: 'table', title: 'findings, connections and a summary to read', closesWithSummary: true, create: createTable },
  {
    name: 'json',
    title: 'one object, {"findings":[…],"connections":[…],"coverage":[…],"summary":{…}}',
    closesWithSummary: false,
    create: createJson,
  },
  { name: 'ndjson', title: 'one object per line and finding', closesWithSummary: false, create: createNdjson },
  {
    name: 'junit',
    title: 'JUnit XML, a test case per statement',
    closesWithSummary: false,
    isWhole: true,
    create: createJunit,
  },
  {
    name: 'sarif',
    title: 'SARIF 2.1.0, for code scanning and viewers',
    closesWithSummary: false,
    isWhole: true,
    create: createSarif,
  },
  {
    name: 'tap',
    title: 'TAP 14, a test point per statement',
    closesWithSummary: false,
    isWhole: true,
    create: createTap,
  },
  { name: 'github', title: 'annotations and a step summary', closesWithSummary: false, create: createGithub },
  { name: 'markdown', title: 'a report for a merge request', closesWithSummary: true, create: createMarkdown },
];
