// Whether a connection carries WebSocket: from its first request, or, in a capture that starts after the upgrade, from
// frames whose content reads like MQTT.

import type { Direction } from '../../spec/versions.js';
import { beginsLike, headerEnd, readHttpHeader } from '../http.js';
import { WEBSOCKET_DEFAULTS } from './options.js';
import { tellingFrames } from './plausible.js';
import { readUpgradeRequest } from './upgrade.js';

export { tellingFrames } from './plausible.js';

export type UpgradeVerdict = 'websocket' | 'other' | 'more';

/** The first bytes that the opener of a connection sent; 'more' while its request header is incomplete and within bounds. */
export function judgeUpgrade(bytes: Uint8Array, maxHeaderBytes = WEBSOCKET_DEFAULTS.maxHeaderBytes): UpgradeVerdict {
  if (!beginsLike(bytes, 'GET ')) return 'other';
  const end = headerEnd(bytes);
  if (end < 0) return bytes.length < maxHeaderBytes ? 'more' : 'other';
  return readUpgradeRequest(readHttpHeader(bytes.subarray(0, end))) === undefined ? 'other' : 'websocket';
}

/** Who sends such frames, from the mask (5.1): for a segment that tells. */
export function frameDirection(bytes: Uint8Array): Direction {
  return bytes.length > 1 && bytes[1]! >= 0x80 ? 'client-to-server' : 'server-to-client';
}

/** A segment from the middle of a connection that begins with a frame whose content begins like MQTT. */
export function startsLikeWebSocket(bytes: Uint8Array, direction?: Direction): boolean {
  return tellingFrames(bytes) > 0 && (direction === undefined || direction === frameDirection(bytes));
}
