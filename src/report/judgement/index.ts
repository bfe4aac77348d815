// The formats of a judgement with what makes them.

import { JUDGEMENT_FORMAT_ROWS } from './format-rows.js';
import { createGithub } from './github.js';
import { createJson } from './json.js';
import type { JudgementFormat } from './judgement.js';
import { createJunit } from './junit.js';
import { createMarkdown } from './markdown.js';
import { createNdjson } from './ndjson.js';
import { createSarif } from './sarif.js';
import { createTable } from './table.js';
import { createTap } from './tap.js';

type Name = (typeof JUDGEMENT_FORMAT_ROWS)[number]['name'];

const CREATE: Readonly<Record<Name, JudgementFormat['create']>> = {
  table: createTable,
  json: createJson,
  ndjson: createNdjson,
  junit: createJunit,
  sarif: createSarif,
  tap: createTap,
  github: createGithub,
  markdown: createMarkdown,
};

export const JUDGEMENT_FORMATS: readonly JudgementFormat[] = JUDGEMENT_FORMAT_ROWS.map((row) => ({
  ...row,
  create: CREATE[row.name],
}));
