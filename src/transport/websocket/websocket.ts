// WebSocket (RFC 6455, RFC 7692) as a layer between TCP and MQTT: upgrade, frames of both directions, notices.

import type { Chunk, Side } from '../../bytes/chunk.js';
import type { Delivery, Transport } from '../transport.js';
import { WEBSOCKET_DEFAULTS, type WebSocketOptions } from './options.js';

export class WebSocketTransport implements Transport {
  readonly name = 'websocket';

  constructor(
    protected readonly clientSide: Side,
    options: Partial<WebSocketOptions> = {},
  ) {
    void { ...WEBSOCKET_DEFAULTS, ...options };
  }

  push(_side: Side, _chunk: Chunk): readonly Delivery[] {
    return [];
  }

  end(_time: number, _origin: number): readonly Delivery[] {
    return [];
  }
}
