// One JSON object: {"findings":[…],"connections":[…],"coverage":[…],"summary":{…}}. Findings are written as they come, one a line.

import type { Found, JudgementOptions, JudgementRenderer } from './judgement.js';
import { connectionJson, coverageJson, createFindingJson, summaryJson } from './judgement-json.js';

export function createJson(options: JudgementOptions): JudgementRenderer {
  const json = createFindingJson(options);
  let separator = '\n';
  const next = (object: string): string => {
    const text = separator + object;
    separator = ',\n';
    return text;
  };
  return {
    begin: () => '{"findings":[',
    found: (found: Found) => (options.quiet ? '' : next(json(found))),
    flush: () => '',
    end(judgement) {
      const connections = judgement.connections.map(connectionJson).join(',\n');
      const coverage = judgement.coverage.map(coverageJson).join(',\n');
      const lists = `\n],"connections":[\n${connections}\n],"coverage":[\n${coverage}\n]`;
      return `${lists},"summary":${summaryJson(judgement)}}\n`;
    },
  };
}
