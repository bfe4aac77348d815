// Brokers behind a proxy: mosquitto and our own, as processes with the same configuration, listening by every transport.

import { join } from 'node:path';
import type { Certificates } from '../support/certificates.js';
import { freePort, startMosquitto, TestFolder } from '../support/mosquitto.js';
import { BIN, HOST, start, until } from './program.js';

export type Transport = 'tcp' | 'tls' | 'ws' | 'wss' | 'unix';

export interface Broker {
  /** For --target; `mutual`: TLS with certificates on both sides. */
  readonly addresses: Readonly<Record<Transport | 'mutual', string>>;
  stop(): Promise<void>;
}

export const BROKERS = { mosquitto: startReal, 'the built-in broker': startOwn } as const;

async function startReal(certificates: Certificates): Promise<Broker> {
  const { file, addresses, remove } = await configuration(certificates);
  const { stop, log } = await startMosquitto(file);
  if (stop === undefined) throw new Error(log);
  return {
    addresses,
    async stop() {
      await stop();
      remove();
    },
  };
}

async function startOwn(certificates: Certificates): Promise<Broker> {
  const { file, addresses, remove } = await configuration(certificates);
  const running = start(process.execPath, BIN, 'broker', '-c', file);
  await until(() => running.stderr.split('listening on').length > 6 || running.child.exitCode !== null, 'it listens');
  if (running.child.exitCode !== null) throw new Error(running.stderr);
  return {
    addresses,
    async stop() {
      running.child.kill();
      await running.ended;
      remove();
    },
  };
}

async function configuration({ authority, server }: Certificates) {
  const folder = new TestFolder();
  const ports = await Promise.all(Array.from({ length: 5 }, freePort));
  const [tcp, tls, ws, wss, mutual] = ports;
  const unix = join(folder.path, 'broker.sock');
  const tlsLines = [`certfile ${server.certificateFile}`, `keyfile ${server.keyFile}`];
  const lines = [
    ...['user root', 'allow_anonymous true', 'log_dest stderr', 'sys_interval 0', 'max_queued_messages 10000'],
    `listener ${tcp} ${HOST}`,
    ...[`listener ${tls} ${HOST}`, ...tlsLines],
    ...[`listener ${ws} ${HOST}`, 'protocol websockets'],
    ...[`listener ${wss} ${HOST}`, 'protocol websockets', ...tlsLines],
    ...[`listener ${mutual} ${HOST}`, ...tlsLines, `cafile ${authority.certificateFile}`, 'require_certificate true'],
    `listener 0 ${unix}`,
  ];
  const addresses = {
    tcp: `tcp://${HOST}:${tcp}`,
    tls: `tls://${HOST}:${tls}`,
    ws: `ws://${HOST}:${ws}`,
    wss: `wss://${HOST}:${wss}`,
    mutual: `tls://${HOST}:${mutual}`,
    unix: `unix:${unix}`,
  };
  return { file: folder.write('broker.conf', `${lines.join('\n')}\n`), addresses, remove: () => folder.remove() };
}
