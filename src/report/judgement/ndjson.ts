// One JSON object per line and finding. The closing lines are not part of it.

import type { JudgementOptions, JudgementRenderer } from './judgement.js';
import { createFindingJson } from './judgement-json.js';

export function createNdjson(options: JudgementOptions): JudgementRenderer {
  const json = createFindingJson(options);
  return {
    begin: () => '',
    found: (found) => (options.quiet ? '' : `${json(found)}\n`),
    flush: () => '',
    end: () => '',
  };
}
