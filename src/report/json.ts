// One JSON object: {"items":[…],"summary":{…}}. The items are those of ndjson, one a line, written as they come; closing
// the object is all that the end does, so a report that is broken off is valid as well.

import { createItemJson } from './json-item.js';
import type { Renderer, RenderOptions } from './renderer.js';

export function createJson(options: RenderOptions): Renderer {
  const json = createItemJson(options);
  let separator = '\n';
  const after = (object: string): string => {
    const text = separator + object;
    separator = ',\n';
    return text;
  };
  return {
    begin: () => '{"items":[',
    source(source) {
      json.source(source);
      return '';
    },
    item: (item, findings) => after(json.item(item, findings)),
    late: (finding) => after(json.late(finding)),
    flush: () => '',
    end: (summary) => `\n],"summary":${JSON.stringify(summary)}}\n`,
  };
}
