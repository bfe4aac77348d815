// WebSocket as transcripts need it: an upgrade, and packets in one frame each, masked with zeros.

import type { Step } from '../../src/validate/example.js';
import { utf8 } from '../support/hex.js';
import { CLIENT, SERVER, type Wire } from '../support/wire.js';

type Kind<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;

/** RFC 6455, 1.3: a key and its answer. */
export function upgraded(wire: Wire, { offered, chosen }: Kind<'upgrade'>): void {
  const protocol = (names: string) => (names === '' ? [] : [`Sec-WebSocket-Protocol: ${names}`]);
  const common = ['Upgrade: websocket', 'Connection: Upgrade'];
  const key = ['Host: broker.example', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'];
  const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
  wire.send(CLIENT, http('GET /mqtt HTTP/1.1', ...common, ...key, ...protocol(offered)));
  wire.send(SERVER, http('HTTP/1.1 101 Switching Protocols', ...common, accept, ...protocol(chosen)));
}

function http(...lines: readonly string[]): Uint8Array {
  return utf8(`${lines.join('\r\n')}\r\n\r\n`);
}

/** RFC 6455, 5.2: FIN and the opcode, the mask bit of a client, the length. */
export function framed({ bytes, from, frame }: Kind<'packet'>): Uint8Array {
  const masks = (from === 'client') !== (frame === 'bare');
  const bit = masks ? 0x80 : 0;
  const length = bytes.length < 126 ? [bit | bytes.length] : [bit | 126, bytes.length >> 8, bytes.length & 0xff];
  const head = [frame === 'text' ? 0x81 : 0x82, ...length, ...(masks ? [0, 0, 0, 0] : [])];
  return Uint8Array.from([...head, ...bytes]);
}
