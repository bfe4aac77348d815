// One JSON object: {"items":[…],"summary":{…}}. The items are those of ndjson, one a line, written as they come; closing
// the object is all that the end does, so a report that is broken off is valid as well.

import { createItemJson } from './json-item.js';
import { elementsJson } from './json-value.js';
import type { Renderer, RenderOptions } from './renderer.js';

export function createJson(options: RenderOptions): Renderer {
  const json = createItemJson(options);
  const element = elementsJson();
  return {
    begin: () => '{"items":[',
    source(source) {
      json.source(source);
      return '';
    },
    item: (item, findings) => element(json.item(item, findings)),
    late: (finding) => element(json.late(finding)),
    flush: () => '',
    end: (summary) => `\n],"summary":${JSON.stringify(summary)}}\n`,
  };
}
