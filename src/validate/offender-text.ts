// What asks for a close: a packet, or what is none.

import type { FrameRef } from './finding.js';

/** "packet #12 (PUBLISH)"; of what has no number "a WebSocket frame", or a byte where one should begin. */
export function offenderText({ number, type }: FrameRef): string {
  if (number > 0) return `packet #${number} (${type})`;
  return type === 'websocket' ? 'a WebSocket frame' : 'a byte that begins no packet';
}
