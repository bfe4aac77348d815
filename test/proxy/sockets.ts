// Raw clients and targets of a proxy, for what no client of MQTT does.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll } from 'vitest';
import { HOST } from './program.js';

const closing: (() => unknown)[] = [];

afterAll(() => {
  for (const close of closing) close();
});

export interface Target {
  readonly server: Server;
  readonly port: number;
}

/** Whatever connects is handed over; without a port on a free one. */
export async function target(accepted: (socket: Socket) => void, port = 0): Promise<Target> {
  const server = createServer((socket) => {
    closing.push(() => socket.destroy());
    socket.on('error', () => {});
    accepted(socket);
  }).listen(port, HOST);
  closing.push(() => server.close());
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** Sends back what it gets. */
export function echo(socket: Socket): void {
  socket.pipe(socket);
}

export class RawClient {
  /** All that came. */
  received = '';
  /** How many bytes came. */
  count = 0;
  /** As the proxy sees it, once it is connected. */
  address = '';
  readonly socket: Socket;
  /** "fin", or the code of the error. */
  readonly ended: Promise<string>;

  constructor(port: number) {
    this.socket = connect({ port, host: HOST, noDelay: true });
    closing.push(() => this.socket.destroy());
    this.socket.on('connect', () => {
      this.address = `${HOST}:${this.socket.localPort}`;
    });
    this.socket.on('data', (bytes: Buffer) => {
      this.count += bytes.length;
      if (this.count < 100_000) this.received += bytes.toString('latin1');
    });
    this.ended = new Promise((resolve) => {
      this.socket.on('end', () => resolve('fin'));
      this.socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code));
    });
  }

  send(bytes: string | Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }
}
