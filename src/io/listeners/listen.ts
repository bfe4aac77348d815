// Opens listeners, all of them or none: whatever is wrong with one is told in one line that says what and where, and those
// that were open already are closed again before anybody was served.

import { lookup } from 'node:dns/promises';
import { existsSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, isIP, type ListenOptions, type Server } from 'node:net';
import { dirname } from 'node:path';
import type { Server as TlsServer } from 'node:tls';
import { UserError } from '../../user-error.js';
import { type Listener, listenerUrl, type TlsListener } from './listener.js';
import { createListenerServer, type ServerSettings } from './servers.js';
import { tlsOptions } from './tls.js';

/** An open listener. */
export interface Listening {
  readonly listener: Listener;
  readonly url: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  readonly server: Server;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'there is no permission to listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EAFNOSUPPORT: 'this machine has no such addresses',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up',
  ENOENT: 'there is no such folder',
};
const MISSING = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** Something that listens, and what makes its server, which does not listen yet. */
export interface Opening {
  readonly listener: Listener;
  readonly make: () => Server;
}

/** The broker's. Those that may fail and did are left out. Throws UserError. */
export function listenAll(all: readonly ServerSettings[]): Promise<readonly Listening[]> {
  return openAll(all.map((one) => ({ listener: one.listener, make: () => createListenerServer(one) })));
}

/** Those that may fail and did are left out. Throws UserError. */
export async function openAll(all: readonly Opening[]): Promise<readonly Listening[]> {
  const prepared: { listener: Listener; server: Server; where: ListenOptions }[] = [];
  for (const one of all) prepared.push({ listener: one.listener, ...(await prepare(one)) });
  // All in one turn: nobody is accepted before the outcome of each is known.
  const opening = prepared.map(({ server, where }) => opened(server, where));
  const outcomes = await Promise.allSettled(opening);
  const listening: Listening[] = [];
  let failure: UserError | undefined;
  outcomes.forEach((outcome, index) => {
    const { listener, server } = prepared[index]!;
    if (outcome.status === 'fulfilled') listening.push(listeningOf(listener, server));
    else if (!isForgiven(listener, outcome.reason)) failure ??= failed(listener, outcome.reason);
  });
  if (listening.length === 0 && all.length > 0) failure ??= new UserError('environment', 'no listener could be opened');
  if (failure === undefined) return listening;
  for (const { server } of listening) server.close();
  throw failure;
}

/** New certificates for new connections. Throws UserError; then the old ones stay. */
export function renewTls({ listener, server, url }: Listening, tls: TlsListener, handshakeTimeout: number): void {
  if (listener.tls === undefined) return;
  naming(url, () => (server as TlsServer).setSecureContext(tlsOptions(tls, handshakeTimeout)));
}

async function prepare({ listener, make }: Opening): Promise<{ server: Server; where: ListenOptions }> {
  const server = naming(listenerUrl(listener), make);
  const { host, port = 0, path, ipv6Only = false } = listener;
  if (path !== undefined) {
    await removeStale(listener, path);
    return { server, where: { path } };
  }
  if (host === undefined) return { server, where: { port, ipv6Only } };
  if (isIP(host) !== 0) return { server, where: { host, port, ipv6Only } };
  try {
    const { address } = await lookup(host);
    return { server, where: { host: address, port, ipv6Only } };
  } catch (error) {
    throw failed(listener, error);
  }
}

function opened(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: 4096, exclusive: true }, () => {
      server.off('error', reject);
      // One connection could not be accepted (no file descriptor left): the others are served.
      server.on('error', () => {});
      resolve();
    });
  });
}

function listeningOf(listener: Listener, server: Server): Listening {
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return { listener, server, port, url: listenerUrl(listener, port) };
}

/** A Unix socket of a process that is no more is taken away; of one that lives, and any other file, it stays. */
async function removeStale(listener: Listener, path: string): Promise<void> {
  try {
    if (!lstatSync(path).isSocket()) throw failed(listener, new Error('there is a file, and it is no socket'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error instanceof UserError ? error : failed(listener, error);
  }
  if (await answers(path)) throw failed(listener, new Error('another process listens there'));
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function isForgiven({ mayFail = false }: Listener, reason: unknown): boolean {
  return mayFail && MISSING.includes((reason as NodeJS.ErrnoException).code ?? '');
}

function failed(listener: Listener, reason: unknown): UserError {
  const { path } = listener;
  // Node tells a folder that is missing as a permission that is.
  const isMissing = path !== undefined && !existsSync(dirname(path));
  return cannotListen(listenerUrl(listener), isMissing ? { code: 'ENOENT' } : reason);
}

/** What a server's error says, of whatever listens. */
export function cannotListen(url: string, reason: unknown): UserError {
  const { code = '', message } = reason as NodeJS.ErrnoException;
  return new UserError('environment', `${url}: ${REASONS[code] ?? message}`);
}

function naming<T>(url: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof UserError) throw new UserError(error.code, `${url}: ${error.message}`);
    throw error;
  }
}
