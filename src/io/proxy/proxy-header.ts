// The header of the PROXY protocol, which tells the target who the client is, before everything else. Version 1 is a line
// of text, version 2 is binary. (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt, sections 2.1 and 2.2)

import type { Endpoint } from '../watch/tap.js';
import { addressBytes } from '../watch/tcp-segments.js';

export type ProxyProtocol = 1 | 2;

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const LOCAL = 0x20;
const PROXY = 0x21;
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;

/** `server`: where the client has connected to. A client of a Unix socket has no address: UNKNOWN, or LOCAL. */
export function proxyHeader(version: ProxyProtocol, client: Endpoint, server: Endpoint): Buffer {
  return version === 1 ? textHeader(client, server) : binaryHeader(client, server);
}

function textHeader(client: Endpoint, server: Endpoint): Buffer {
  if (client.address === undefined || server.address === undefined) return Buffer.from('PROXY UNKNOWN\r\n');
  const [from, to] = [client.address, server.address].map(bare);
  const family = from!.includes(':') ? 'TCP6' : 'TCP4';
  return Buffer.from(`PROXY ${family} ${from} ${to} ${client.port} ${server.port}\r\n`);
}

/** A dual-stack socket tells IPv4 clients as ::ffff:a.b.c.d; a zone means nothing elsewhere. */
function bare(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

function binaryHeader(client: Endpoint, server: Endpoint): Buffer {
  if (client.address === undefined || server.address === undefined) {
    return Buffer.from([...SIGNATURE, LOCAL, 0, 0, 0]);
  }
  const from = addressBytes(client.address);
  const to = addressBytes(server.address);
  const family = from.length === 16 ? TCP_OVER_IPV6 : TCP_OVER_IPV4;
  const length = from.length + to.length + 4;
  return Buffer.from([
    ...[...SIGNATURE, PROXY, family, 0, length],
    ...[...from, ...to],
    ...bigEndian(client.port ?? 0),
    ...bigEndian(server.port ?? 0),
  ]);
}

function bigEndian(port: number): [number, number] {
  return [port >> 8, port & 0xff];
}
