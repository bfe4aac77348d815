// The broker's listeners from the command line: the common ones, without a file. Files of keys are read here; what is in
// them is looked at when the listener is made.

import type { Command } from 'commander';
import type { Listener, TlsListener } from '../io/listeners/listener.js';
import { readTextFile } from '../io/small-files.js';
import { integer } from './options.js';

export interface ListenerFlags {
  readonly port?: number;
  readonly host?: string;
  readonly wsPort?: number;
  readonly unix?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly requireCertificate?: boolean;
}

const PORT = 1883;
const TLS_PORT = 8883;
/** Without an address, only this machine may connect: nobody is asked for a password. */
const LOCAL = ['127.0.0.1', '::1'] as const;

export function addListenerOptions(command: Command): Command {
  return command
    .option(
      '-p, --port <n>',
      `listen on this TCP port (${PORT}, with TLS ${TLS_PORT}); 0: a free one`,
      integer(0, 65535),
    )
    .option('--host <address>', 'listen on this address, not on this machine alone; 0.0.0.0 or :: for all')
    .option('--ws-port <n>', 'listen for WebSocket connections too', integer(0, 65535))
    .option('--unix <path>', 'listen on a Unix socket too')
    .option('--tls-cert <file>', 'TLS on every port: the certificate of the server (PEM)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--tls-ca <file>', 'who signs certificates of clients (PEM)')
    .option('--require-certificate', 'only clients with a certificate');
}

/** Whether any of them was given. */
export function namesListeners(flags: ListenerFlags): boolean {
  const { port, host, wsPort, unix, tlsCert, tlsKey, tlsCa, requireCertificate } = flags;
  return [port, host, wsPort, unix, tlsCert, tlsKey, tlsCa, requireCertificate].some((one) => one !== undefined);
}

/** What does not go together; undefined when all does. */
export function faultOf({ tlsCert, tlsKey, tlsCa, requireCertificate }: ListenerFlags): string | undefined {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) return "options '--tls-cert' and '--tls-key' need each other";
  if (tlsCa !== undefined && tlsCert === undefined) return "option '--tls-ca' needs --tls-cert";
  if (requireCertificate === true && tlsCa === undefined) return "option '--require-certificate' needs --tls-ca";
  return undefined;
}

/** Throws UserError when a file cannot be read. */
export async function listenersOf(flags: ListenerFlags): Promise<readonly Listener[]> {
  const { host, wsPort, unix, port = flags.tlsCert === undefined ? PORT : TLS_PORT } = flags;
  const tls = await tlsOf(flags);
  const secured = tls === undefined ? {} : { tls };
  const on = (listener: Listener): Listener[] => {
    if (host !== undefined) return [{ ...listener, ...secured, host }];
    // Any free port would be another one for each address.
    const hosts = listener.port === 0 ? LOCAL.slice(0, 1) : LOCAL;
    return hosts.map((one, index) => ({ ...listener, ...secured, host: one, mayFail: index > 0 }));
  };
  return [
    ...on({ port }),
    ...(wsPort === undefined ? [] : on({ port: wsPort, protocol: 'websocket' })),
    ...(unix === undefined ? [] : [{ path: unix }]),
  ];
}

async function tlsOf({ tlsCert, tlsKey, tlsCa, requireCertificate }: ListenerFlags): Promise<TlsListener | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return {
    certificate: await readTextFile(tlsCert),
    key: await readTextFile(tlsKey),
    ...(tlsCa === undefined ? {} : { authorities: [await readTextFile(tlsCa)] }),
    ...(requireCertificate === true ? { requireCertificate } : {}),
  };
}
