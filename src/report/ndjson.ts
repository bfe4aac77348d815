// One JSON object per line and item; keys as DESIGN.md fixes them. The summary is not part of it.

import { createItemJson } from './json-item.js';
import type { Renderer, RenderOptions } from './renderer.js';

export function createNdjson(options: RenderOptions): Renderer {
  const json = createItemJson(options);
  return {
    begin: () => '',
    source(source) {
      json.source(source);
      return '';
    },
    item: (item, findings) => `${json.item(item, findings)}\n`,
    late: (finding) => `${json.late(finding)}\n`,
    flush: () => '',
    end: () => '',
  };
}
