// Whether a connection carries WebSocket: from its first request, or, in a capture that starts after the upgrade, from
// frames whose content reads like MQTT.

import type { Direction } from '../../spec/versions.js';
import { WEBSOCKET_DEFAULTS } from './options.js';

export type UpgradeVerdict = 'websocket' | 'other' | 'more';

/** The first bytes that the opener of a connection sent; 'more' while its request header is incomplete and within bounds. */
export function judgeUpgrade(_bytes: Uint8Array, _maxHeaderBytes = WEBSOCKET_DEFAULTS.maxHeaderBytes): UpgradeVerdict {
  return 'other';
}

/** Like telling() of ../detect.ts, for the MQTT packets in the frames of a segment; 0 when it does not begin with a frame. */
export function tellingFrames(_bytes: Uint8Array): number {
  return 0;
}

/** Who sends such frames, from the mask (5.1): for a segment that tells. */
export function frameDirection(bytes: Uint8Array): Direction {
  return bytes.length > 1 && bytes[1]! >= 0x80 ? 'client-to-server' : 'server-to-client';
}

/** A segment from the middle of a connection that begins with a frame whose content begins like MQTT. */
export function startsLikeWebSocket(bytes: Uint8Array, direction?: Direction): boolean {
  return tellingFrames(bytes) > 0 && (direction === undefined || direction === frameDirection(bytes));
}
