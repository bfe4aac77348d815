// What is told of every connection when somebody watches: MQTT bytes as the broker sees them, inside TLS and WebSocket.
// The bytes are valid during the call only.

export interface Endpoint {
  /** IPv4 or IPv6 as text; undefined where there is none: a Unix socket. */
  readonly address: string | undefined;
  readonly port: number | undefined;
}

export interface Tap {
  opened(connection: number, client: Endpoint, server: Endpoint): void;
  received(connection: number, bytes: Uint8Array): void;
  sent(connection: number, bytes: Uint8Array): void;
  closed(connection: number, by: 'client' | 'server', how: 'fin' | 'rst'): void;
}
