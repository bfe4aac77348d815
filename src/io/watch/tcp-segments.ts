// TCP segments for bytes that a program sent and received: raw IP packets with the addresses, ports, sequence numbers and
// checksums that a capture of the connection could have, so that every tool that reads captures reads them. One segment
// per piece; what does not fit into an IP packet becomes several.

import { isIPv4, isIPv6 } from 'node:net';
import type { Endpoint } from './tap.js';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
const PSH = 8;
const ACK = 16;

export type Side = 0 | 1;
export const CLIENT = 0;
export const SERVER = 1;

const TCP_LENGTH = 20;
/** With an IPv4 header, 65,535 in all. */
const LONGEST_PAYLOAD = 65_495;
/** Where there is no address: those of the documentation, RFC 5737, and ports by the connection's number. */
const NO_ADDRESS = ['192.0.2.1', '192.0.2.2'] as const;
const NO_PORT = 1883;
const FIRST_PORT = 49_152;

/** Both directions of one connection. */
export class TcpSegments {
  private readonly addresses: readonly [Uint8Array, Uint8Array];
  private readonly ports: readonly [number, number];
  private readonly sequence: [number, number] = [0, 0];

  constructor(connection: number, client: Endpoint, server: Endpoint) {
    const own = [client.address ?? NO_ADDRESS[CLIENT], server.address ?? NO_ADDRESS[SERVER]].map(addressBytes);
    const isMixed = own[0]!.length !== own[1]!.length;
    this.addresses = isMixed ? [mapped(own[0]!), mapped(own[1]!)] : [own[0]!, own[1]!];
    this.ports = [client.port ?? FIRST_PORT + (connection % 16_384), server.port ?? NO_PORT];
  }

  open(): readonly Uint8Array[] {
    return [this.segment(CLIENT, NOTHING, SYN), this.segment(SERVER, NOTHING, SYN | ACK)];
  }

  data(side: Side, bytes: Uint8Array): readonly Uint8Array[] {
    const segments: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += LONGEST_PAYLOAD) {
      segments.push(this.segment(side, bytes.subarray(at, at + LONGEST_PAYLOAD), PSH | ACK));
    }
    return segments;
  }

  close(side: Side, how: 'fin' | 'rst'): readonly Uint8Array[] {
    if (how === 'rst') return [this.segment(side, NOTHING, RST | ACK)];
    const other = side === CLIENT ? SERVER : CLIENT;
    return [
      this.segment(side, NOTHING, FIN | ACK),
      this.segment(other, NOTHING, FIN | ACK),
      this.segment(side, NOTHING, ACK),
    ];
  }

  private segment(side: Side, payload: Uint8Array, flags: number): Uint8Array {
    const other = side === CLIENT ? SERVER : CLIENT;
    const source = this.addresses[side];
    const isV6 = source.length === 16;
    const tcpAt = isV6 ? 40 : 20;
    const bytes = new Uint8Array(tcpAt + TCP_LENGTH + payload.length);
    const view = new DataView(bytes.buffer);
    writeIp(view, bytes, source, this.addresses[other]);
    view.setUint16(tcpAt, this.ports[side]);
    view.setUint16(tcpAt + 2, this.ports[other]);
    view.setUint32(tcpAt + 4, this.sequence[side]);
    view.setUint32(tcpAt + 8, (flags & ACK) === 0 ? 0 : this.sequence[other]);
    view.setUint8(tcpAt + 12, (TCP_LENGTH / 4) << 4);
    view.setUint8(tcpAt + 13, flags);
    view.setUint16(tcpAt + 14, 65_535);
    bytes.set(payload, tcpAt + TCP_LENGTH);
    // The pseudo header: both addresses (they stand right before), protocol, length. RFC 9293 3.1.
    const pseudo = sum(bytes, tcpAt - 2 * source.length, tcpAt) + 6 + TCP_LENGTH + payload.length;
    view.setUint16(tcpAt + 16, checksum(pseudo + sum(bytes, tcpAt, bytes.length)));
    const next = this.sequence[side] + payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
    this.sequence[side] = next >>> 0;
    return bytes;
  }
}

const NOTHING = new Uint8Array(0);

function writeIp(view: DataView, bytes: Uint8Array, source: Uint8Array, destination: Uint8Array): void {
  if (source.length === 16) {
    view.setUint8(0, 0x60);
    view.setUint16(4, bytes.length - 40);
    view.setUint8(6, 6);
    view.setUint8(7, 64);
    bytes.set(source, 8);
    bytes.set(destination, 24);
    return;
  }
  view.setUint8(0, 0x45);
  view.setUint16(2, bytes.length);
  view.setUint8(6, 0x40);
  view.setUint8(8, 64);
  view.setUint8(9, 6);
  bytes.set(source, 12);
  bytes.set(destination, 16);
  view.setUint16(10, checksum(sum(bytes, 0, 20)));
}

/** Of 16-bit words; at most 65,535 bytes, so it stays exact. */
function sum(bytes: Uint8Array, from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at += 2) total += (bytes[at]! << 8) | (at + 1 < to ? bytes[at + 1]! : 0);
  return total;
}

function checksum(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 65_536);
  return ~folded & 0xffff;
}

function addressBytes(text: string): Uint8Array {
  const bare = text.replace(/%.*$/, '');
  if (isIPv4(bare)) return Uint8Array.from(bare.split('.'), Number);
  if (!isIPv6(bare)) return addressBytes(NO_ADDRESS[CLIENT]);
  const [, head = '', tail] = /^(.*?)(?:::(.*))?$/.exec(withoutDots(bare)) ?? [];
  const words = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  const front = words(head);
  const back = tail === undefined ? [] : words(tail);
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  const bytes = Uint8Array.from(all.flatMap((word) => [word >> 8, word & 0xff]));
  // A dual-stack socket tells IPv4 clients as ::ffff:a.b.c.d.
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? bytes.slice(12) : bytes;
}

/** The last four bytes of an IPv6 address may be written as those of IPv4. */
function withoutDots(text: string): string {
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const word = (high: string, low: string) => (Number(high) * 256 + Number(low)).toString(16);
    return `${word(a, b)}:${word(c, d)}`;
  });
}

function mapped(address: Uint8Array): Uint8Array {
  if (address.length === 16) return address;
  const whole = new Uint8Array(16);
  whole.fill(0xff, 10, 12);
  whole.set(address, 12);
  return whole;
}
