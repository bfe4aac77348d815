// One JSON object: {"items":[…],"summary":{…}}. The items are those of ndjson, one a line, written as they come; closing
// the object is all that the end does, so a report that is broken off is valid as well.

import { createItemJson } from './json-item.js';
import type { Renderer, RenderOptions } from './renderer.js';

export function createJson(options: RenderOptions): Renderer {
  const json = createItemJson(options);
  let separator = '\n';
  return {
    begin: () => '{"items":[',
    source(source) {
      json.source(source);
      return '';
    },
    item(item) {
      const text = separator + json.item(item);
      separator = ',\n';
      return text;
    },
    flush: () => '',
    end: (summary) => `\n],"summary":${JSON.stringify(summary)}}\n`,
  };
}
