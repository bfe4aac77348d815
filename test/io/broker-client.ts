// A raw client for tests of the broker's edge: bytes out, bytes in, and what became of the connection.

import { connect, type Socket } from 'node:net';
import { hex } from '../support/hex.js';

export const CONNECT = '10 0d 00 04 "MQTT" 04 02 00 00 00 01 "a"';
export const CONNACK = '20 02 00 00';

export class RawClient {
  received = Buffer.alloc(0);
  isClosed = false;
  readonly socket: Socket;
  private readonly waiting: (() => boolean)[] = [];

  constructor(to: { readonly port: number } | { readonly path: string }) {
    const where = 'path' in to ? { path: to.path } : { port: to.port, host: '127.0.0.1' };
    this.socket = connect({ ...where, allowHalfOpen: true, noDelay: true });
    this.socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.look();
    });
    this.socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      this.socket.on(event, () => {
        this.isClosed = true;
        this.look();
      });
    }
  }

  /** Hex and "text". */
  send(data: string | Uint8Array): this {
    this.socket.write(typeof data === 'string' ? hex(data) : data);
    return this;
  }

  /** When so many bytes have come: they, taken out. Fails when the connection ends before. */
  async take(count: number): Promise<string> {
    await this.until(() => this.received.length >= count || this.isClosed);
    if (this.received.length < count) throw new Error(`closed after ${this.received.toString('hex')}`);
    const taken = this.received.subarray(0, count);
    this.received = this.received.subarray(count);
    return taken.toString('hex');
  }

  closed(): Promise<void> {
    return this.until(() => this.isClosed);
  }

  private until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(() => {
        if (!holds()) return false;
        resolve();
        return true;
      });
      this.look();
    });
  }

  private look(): void {
    const still = this.waiting.splice(0).filter((one) => !one());
    this.waiting.push(...still);
  }
}

/** What has been acknowledged. */
export async function connected(port: number, connect = CONNECT): Promise<RawClient> {
  const client = new RawClient({ port }).send(connect);
  await client.take(4);
  return client;
}
