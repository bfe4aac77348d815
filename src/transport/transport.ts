// What a layer between TCP and MQTT is: it takes the chunks of both directions, since a TLS handshake or a WebSocket
// upgrade needs both, and delivers inner chunks and notices. Sans-IO, total: no bytes make it throw, its memory is bound.

import type { Chunk, Side } from '../bytes/chunk.js';

export type TransportName = 'tls' | 'websocket' | 'proxy-protocol';

/** Something to be said about the layer itself: a handshake, a broken record, an address from a PROXY header. */
export interface Notice {
  readonly layer: TransportName;
  /** Kebab-case, stable: "handshake", "no-secrets", "bad-record", "upgrade", "text-frame". */
  readonly code: string;
  /** Plain words, complete. */
  readonly message: string;
  readonly time: number;
  readonly origin: number;
  /** Facts by name, for machine-readable output: serverName, alpn, cipherSuite, subprotocol … */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
  /** Bytes of the TCP stream that could not be used, where that is what it says. */
  readonly length?: number;
}

/** In the order in which things became known; a key seen in one direction may free bytes of the other. */
export type Delivery =
  | { readonly side: Side; readonly chunk: Chunk }
  | { readonly side: Side | undefined; readonly notice: Notice };

export interface Transport {
  readonly name: TransportName;
  /** Inner data chunks may be views of the chunk given, valid until the next push. */
  push(side: Side, chunk: Chunk): readonly Delivery[];
  /** Of a layer that holds chunks for what is not on the wire: that has come, and what was held for it comes out. */
  poll?(): readonly Delivery[];
  /** The TCP connection, or the capture, has ended: what is held comes out. */
  end(time: number, origin: number): readonly Delivery[];
  /** Of a layer that encrypts, after the end: whether anything was sent in it, and all of that could be read. */
  readonly exchanged?: 'nothing' | 'read' | 'encrypted';
}
