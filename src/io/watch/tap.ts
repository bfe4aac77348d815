// What is told of every connection when somebody watches: MQTT bytes as the broker sees them, inside TLS and WebSocket.
// The bytes are valid during the call only.

import type { Socket } from 'node:net';

export interface Endpoint {
  /** IPv4 or IPv6 as text; undefined where there is none: a Unix socket. */
  readonly address: string | undefined;
  readonly port: number | undefined;
}

export function remoteEnd({ remoteAddress, remotePort }: Socket): Endpoint {
  return { address: unmapped(remoteAddress), port: remotePort };
}

export function localEnd({ localAddress, localPort }: Socket): Endpoint {
  return { address: unmapped(localAddress), port: localPort };
}

/** A socket for both IPv4 and IPv6 tells IPv4 addresses as ::ffff:a.b.c.d. */
function unmapped(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** For people, of who has connected. */
export function clientText({ address, port }: Endpoint): string {
  if (address === undefined) return 'a local client';
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

export interface Tap {
  opened(connection: number, client: Endpoint, server: Endpoint): void;
  received(connection: number, bytes: Uint8Array): void;
  sent(connection: number, bytes: Uint8Array): void;
  closed(connection: number, by: 'client' | 'server', how: 'fin' | 'rst'): void;
}
