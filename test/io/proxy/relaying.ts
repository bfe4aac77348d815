// A relay for tests: on free ports of this machine, with everything that it told, and closed after each test.

import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, expect, vi } from 'vitest';
import type { Side } from '../../../src/bytes/chunk.js';
import { type ProxyAddress, parseListen, parseTarget } from '../../../src/io/proxy/addresses.js';
import { Relay } from '../../../src/io/proxy/relay.js';
import type { RelayOptions, RelayRoute } from '../../../src/io/proxy/relay-options.js';
import type { RelayEvent, RelayWatcher } from '../../../src/io/proxy/watcher.js';
import type { Endpoint } from '../../../src/io/watch/tap.js';

export const HOST = '127.0.0.1';

/** Closed after the test, the last first. */
export const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What a relay tells, a line each; bytes are gathered. */
export class Watcher implements RelayWatcher {
  readonly lines: string[] = [];
  readonly events: RelayEvent[] = [];
  readonly clients: Endpoint[] = [];
  readonly gathered: [Buffer[], Buffer[]] = [[], []];
  keys = '';
  private readonly waiting: { readonly holds: () => boolean; readonly go: () => void }[] = [];

  opened(connection: number, route: number, client: Endpoint): void {
    this.clients.push(client);
    this.say(`${connection} opened, route ${route}`);
  }

  bytes(connection: number, from: Side, bytes: Uint8Array): void {
    this.gathered[from].push(Buffer.from(bytes));
    this.say(`${connection} ${from} ${Buffer.from(bytes).toString('latin1')}`);
  }

  ended(connection: number, from: Side, how: 'fin' | 'rst'): void {
    this.say(`${connection} ${from} ${how}`);
  }

  secrets(lines: string): void {
    this.keys += lines;
    this.say('secrets');
  }

  event(event: RelayEvent): void {
    this.events.push(event);
    if (event.kind === 'failed')
      this.say(`${event.connection} ${event.with} failed: ${event.reason}: ${event.message}`);
    else if (event.kind === 'fault') this.say(`${event.connection} fault: ${event.fault.message}`);
    else if (event.kind === 'cut') this.say(`${event.connection} ${event.why}: ${event.how}`);
    else this.say(`${event.connection} connected`);
  }

  /** What that side sent. */
  all(from: Side): Buffer {
    return Buffer.concat(this.gathered[from]);
  }

  /** Looked at after everything that is told. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((go) => {
      this.waiting.push({ holds, go });
      this.look();
    });
  }

  has(line: string): Promise<void> {
    return this.until(() => this.lines.includes(line));
  }

  private say(line: string): void {
    this.lines.push(line);
    this.look();
  }

  private look(): void {
    for (const one of this.waiting) if (one.holds()) one.go();
  }
}

export interface Running {
  readonly relay: Relay;
  readonly url: string;
  readonly port: number;
}

export async function startRelay(options: RelayOptions): Promise<Running> {
  const relay = new Relay(options);
  const [first] = await relay.start();
  closing.push(() => relay.stop(0));
  return { relay, url: first!.url, port: first!.port };
}

/** Its connections are over, which nobody tells. */
export function allClosed(relay: Relay): Promise<void> {
  return vi.waitFor(() => expect(relay.connections()).toEqual([]), { timeout: 20_000, interval: 5 });
}

/** From any port of this machine. */
export function routeTo(target: string | number, more: Partial<RelayRoute> = {}): RelayRoute {
  return { listen: ANY, target: parseTarget(typeof target === 'number' ? `tcp://${HOST}:${target}` : target), ...more };
}

export const ANY: ProxyAddress = parseListen(`tcp://${HOST}:0`);

/** A target: every connection is handed over. */
export async function startTarget(accepted: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    closing.push(() => socket.destroy());
    socket.on('error', () => {});
    accepted(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  closing.push(() => server.close());
  return { server, port: (server.address() as { port: number }).port };
}

export function connectTo(port: number): Socket {
  const socket = connectTcp({ port, host: HOST, allowHalfOpen: true, noDelay: true });
  closing.push(() => socket.destroy());
  socket.on('error', () => {});
  return socket;
}

/** A port where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** How it ends for this socket: 'fin' once all that came before has been read, or the code of the error. */
export function endOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('end', () => {
      // libuv tells a reset right behind bytes as an end; writing nothing asks the system which it was.
      if (!socket.writable || socket instanceof TLSSocket) resolve('fin');
      else socket.write(Buffer.alloc(0), (error) => resolve(error ? 'rst' : 'fin'));
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNRESET' ? 'rst' : `${error.code}`),
    );
    socket.once('close', () => resolve('closed'));
    socket.resume();
  });
}
