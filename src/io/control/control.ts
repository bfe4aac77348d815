// A small HTTP interface to a proxy that runs: what passes, what was counted, which faults there are, and cutting
// connections. Everybody who reaches it may do all that, so it listens on this machine alone unless told otherwise.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../../user-error.js';
import { cannotListen } from '../listeners/listen.js';
import { hostText } from './address.js';
import { jsonAnswer, Refusal, send } from './answer.js';
import { Guard } from './guard.js';
import { CONTROL_LIMITS, type ControlLimits } from './limits.js';
import { PacketStreams } from './packet-stream.js';
import type { ProxyControl } from './proxy-control.js';
import { routeOf } from './routes.js';

export interface ControlOptions {
  readonly control: ProxyControl;
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Names that the Host header may tell besides the address itself and those of this machine; without port. */
  readonly names?: readonly string[];
  readonly limits?: Partial<ControlLimits>;
  /** An error that is a bug: whoever asked was told 500. */
  readonly onError?: (error: unknown) => void;
}

export interface Control {
  /** http://127.0.0.1:9884 */
  readonly url: string;
  readonly port: number;
  /** Ends everything, streams too. */
  close(): Promise<void>;
}

/** Listens when it resolves. Rejects with UserError when it cannot. */
export async function createControl(options: ControlOptions): Promise<Control> {
  const { host, control, names = [], onError = () => {} } = options;
  const limits = { ...CONTROL_LIMITS, ...options.limits };
  const server = createServer(serverOptions(limits));
  server.maxConnections = limits.connections;
  server.timeout = limits.idleTimeout;
  const port = await listen(server, host, options.port);
  const streams = new PacketStreams(control, limits);
  const guard = new Guard(host, port, names);
  server.on('request', (request, response) => {
    answer(request, response, { guard, control, limits, streams }).catch((error: unknown) => {
      onError(error);
      refuse(response, new Refusal(500, `an error of mqtt-dissect: ${(error as Error)?.message ?? error}`));
    });
  });
  let closed: Promise<unknown> | undefined;
  const close = async () => {
    if (closed === undefined) {
      closed = once(server, 'close');
      streams.end();
      server.close();
      // A turn later, so that what was written last can go out.
      setImmediate(() => server.closeAllConnections());
    }
    await closed;
  };
  return { url: urlOf(host, port), port, close };
}

function serverOptions({ headerBytes, headersTimeout, requestTimeout }: ControlLimits) {
  return {
    maxHeaderSize: headerBytes,
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: headersTimeout,
    connectionsCheckingInterval: Math.max(50, Math.ceil(headersTimeout / 4)),
    noDelay: true,
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(urlOf(host, port), error);
  }
  // One connection could not be accepted (no file descriptor left): the others are served.
  server.on('error', () => {});
  return (server.address() as AddressInfo).port;
}

function urlOf(host: string, port: number): string {
  return `http://${hostText(host)}:${port}`;
}

interface Means {
  readonly guard: Guard;
  readonly control: ProxyControl;
  readonly limits: ControlLimits;
  readonly streams: PacketStreams;
}

async function answer(request: IncomingMessage, response: ServerResponse, { guard, ...means }: Means): Promise<void> {
  try {
    guard.check(request);
    const { handle, ...found } = routeOf(request.method ?? '', request.url ?? '');
    const result = await handle({ ...means, ...found, request, response });
    if (result !== undefined) send(response, result);
  } catch (error) {
    if (error instanceof Refusal) refuse(response, error);
    else if (error instanceof UserError) refuse(response, new Refusal(400, error.message));
    else throw error;
  }
}

function refuse(response: ServerResponse, { status, message, headers }: Refusal): void {
  if (response.headersSent) response.destroy();
  else send(response, jsonAnswer({ error: message }, status, headers));
}
