// One JSON object: {"findings":[…],"connections":[…],"coverage":[…],"summary":{…}}. Findings are written as they come, one a line.

import { elementsJson } from '../json-value.js';
import type { Found, JudgementOptions, JudgementRenderer } from './judgement.js';
import { connectionJson, coverageJson, createFindingJson, summaryJson } from './judgement-json.js';

export function createJson(options: JudgementOptions): JudgementRenderer {
  const json = createFindingJson(options);
  const element = elementsJson();
  return {
    begin: () => '{"findings":[',
    found: (found: Found) => (options.quiet ? '' : element(json(found))),
    flush: () => '',
    end(judgement) {
      const connections = (options.quiet ? [] : judgement.connections).map(connectionJson).join(',\n');
      const coverage = judgement.coverage.map(coverageJson).join(',\n');
      const lists = `\n],"connections":[\n${connections}\n],"coverage":[\n${coverage}\n]`;
      return `${lists},"summary":${summaryJson(judgement)}}\n`;
    },
  };
}
