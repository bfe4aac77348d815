// The summary and nothing else: what is left of a format that closes with it when nothing is to be shown.

import type { Renderer } from './renderer.js';
import { summaryText } from './summary.js';

const nothing = (): string => '';

export function createSummaryOnly(): Renderer {
  return {
    begin: nothing,
    source: nothing,
    item: nothing,
    late: nothing,
    flush: nothing,
    end: (summary) => `${summaryText(summary)}\n`,
  };
}
