// TLS between TCP and what it carries (RFC 8446, 5246): says what was agreed on, and with secrets delivers what was sent.

import type { Chunk, Side } from '../../bytes/chunk.js';
import type { Delivery, Transport } from '../transport.js';
import { TLS_DEFAULTS, type TlsOptions } from './options.js';
import type { TlsSecrets } from './secrets.js';

export class Tls implements Transport {
  readonly name = 'tls';
  readonly options: TlsOptions;

  constructor(
    readonly secrets: TlsSecrets,
    options: Partial<TlsOptions> = {},
  ) {
    this.options = { ...TLS_DEFAULTS, ...options };
  }

  push(_side: Side, _chunk: Chunk): readonly Delivery[] {
    return [];
  }

  /** The key log has grown: what was held for it comes out. push() and end() look too. */
  poll(): readonly Delivery[] {
    return [];
  }

  end(_time: number, _origin: number): readonly Delivery[] {
    return [];
  }
}
