// The upgrade as tests write it: the request of RFC 6455, 1.3, whose key and its answer are known.

import type { Side } from '../../src/bytes/chunk.js';
import { utf8 } from '../support/hex.js';
import { data, type Fed } from './chunks.js';

export const CLIENT: Side = 0;
export const SERVER: Side = 1;

export function request(fields: readonly string[] = ['Sec-WebSocket-Protocol: mqtt']): Uint8Array {
  return utf8(
    [
      'GET /mqtt HTTP/1.1',
      'Host: broker.example:8080',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      ...fields,
      '\r\n',
    ].join('\r\n'),
  );
}

export function response(
  fields: readonly string[] = ['Sec-WebSocket-Protocol: mqtt'],
  accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
): Uint8Array {
  return utf8(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      ...fields,
      '\r\n',
    ].join('\r\n'),
  );
}

/** An upgrade that agrees on nothing, or on compression. */
export function opened(extension?: string): Fed[] {
  const more = extension === undefined ? [] : [`Sec-WebSocket-Extensions: ${extension}`];
  return [
    data(CLIENT, request(['Sec-WebSocket-Protocol: mqtt', ...more])),
    data(SERVER, response(['Sec-WebSocket-Protocol: mqtt', ...more])),
  ];
}
