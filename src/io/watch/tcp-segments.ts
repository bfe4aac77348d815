// TCP segments for bytes that a program sent and received: raw IP packets with the addresses, ports, sequence numbers and
// checksums that a capture of the connection could have, so that every tool that reads captures reads them. One segment
// per piece; what does not fit into an IP packet becomes several. Data is acknowledged by what the other side says next:
// segments that do nothing but acknowledge are made once in 512 MiB only.

import { isIPv4, isIPv6 } from 'node:net';
import { checksumOf, fromNetwork, sumOf } from './checksum.js';
import { PacketMemory } from './packet-memory.js';
import type { Endpoint } from './tap.js';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
const PSH = 8;
const ACK = 16;

export type Side = 0 | 1;
export const CLIENT = 0;
export const SERVER = 1;

const TCP = 6;
const TCP_LENGTH = 20;
/** With an IPv4 header, 65,535 in all. */
const LONGEST_PAYLOAD = 65_495;
/** More is not skipped at once: half the numbers are of the future, the others of the past. RFC 9293 3.4. */
const LONGEST_SKIP = 2 ** 30;
/** A side that has said nothing for so long acknowledges: beyond 2 GiB readers would take what comes for what was. */
const LONGEST_SILENCE = 2 ** 29;
/** Where there is no address: those of the documentation, RFC 5737, and ports by the connection's number. */
const NO_ADDRESS = ['192.0.2.1', '192.0.2.2'] as const;
export const NO_PORT = 1883;
const FIRST_PORT = 49_152;
/** Of SYN: the longest segment, and windows of up to 1 GiB, since nothing is acknowledged in between. RFC 7323 2.2. */
const OFFER = Uint8Array.of(2, 4, LONGEST_PAYLOAD >> 8, LONGEST_PAYLOAD & 0xff, 1, 3, 3, 14);
const NOTHING = new Uint8Array(0);

const memory = new PacketMemory();

/** Both directions of one connection. Segments are views of memory that many of them share: copy what is kept long. */
export class TcpSegments {
  /** IP and TCP header of each side, where what changes is zero. */
  private readonly headers: readonly [Uint8Array, Uint8Array];
  private readonly tcpAt: number;
  private readonly sequence: [number, number];
  /** Bytes of each side that the other has not acknowledged. */
  private readonly unanswered: [number, number] = [0, 0];

  /** `sequence`: the numbers of both SYNs. */
  constructor(connection: number, client: Endpoint, server: Endpoint, sequence = firstNumbers(connection)) {
    const own = [client.address ?? NO_ADDRESS[CLIENT], server.address ?? NO_ADDRESS[SERVER]].map(addressBytes);
    const isMixed = own[0]!.length !== own[1]!.length;
    const [one, other] = isMixed ? [mapped(own[0]!), mapped(own[1]!)] : [own[0]!, own[1]!];
    const ports = [client.port ?? FIRST_PORT + (connection % 16_384), server.port ?? NO_PORT] as const;
    this.headers = [header(one, other, ports[CLIENT], ports[SERVER]), header(other, one, ports[SERVER], ports[CLIENT])];
    this.tcpAt = this.headers[CLIENT].length - TCP_LENGTH;
    this.sequence = [sequence[CLIENT] >>> 0, sequence[SERVER] >>> 0];
  }

  /** The handshake. */
  open(): readonly Uint8Array[] {
    return [
      this.segment(CLIENT, NOTHING, SYN, OFFER),
      this.segment(SERVER, NOTHING, SYN | ACK, OFFER),
      this.segment(CLIENT, NOTHING, ACK),
    ];
  }

  data(side: Side, bytes: Uint8Array): readonly Uint8Array[] {
    this.unanswered[side] += bytes.length;
    const isSilent = this.unanswered[side] >= LONGEST_SILENCE;
    // Most are this short: not even an array grows.
    if (bytes.length > 0 && bytes.length <= LONGEST_PAYLOAD && !isSilent) return [this.segment(side, bytes, PSH | ACK)];
    const segments: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += LONGEST_PAYLOAD) {
      segments.push(this.segment(side, bytes.subarray(at, at + LONGEST_PAYLOAD), PSH | ACK));
    }
    if (isSilent) segments.push(this.segment(opposite(side), NOTHING, ACK));
    return segments;
  }

  /**
   * So many bytes of this side were not kept. The other side acknowledges them, so readers know that they were received
   * and will not come: a gap of that length, at most 1 GiB.
   */
  stepOver(side: Side, length: number): readonly Uint8Array[] {
    if (length <= 0) return [];
    this.sequence[side] = (this.sequence[side] + Math.min(length, LONGEST_SKIP)) >>> 0;
    return [this.segment(opposite(side), NOTHING, ACK)];
  }

  /** This side sends nothing more. The connection has ended when both have said so. */
  fin(side: Side): readonly Uint8Array[] {
    return [this.segment(side, NOTHING, FIN | ACK), this.segment(opposite(side), NOTHING, ACK)];
  }

  /** This side ends both directions at once. */
  reset(side: Side): readonly Uint8Array[] {
    return [this.segment(side, NOTHING, RST | ACK)];
  }

  /** The end of both directions, this side first. */
  close(side: Side, how: 'fin' | 'rst'): readonly Uint8Array[] {
    return how === 'rst' ? this.reset(side) : [...this.fin(side), ...this.fin(opposite(side))];
  }

  private segment(side: Side, payload: Uint8Array, flags: number, options = NOTHING): Uint8Array {
    const header = this.headers[side];
    const { tcpAt } = this;
    const tcpLength = TCP_LENGTH + options.length + payload.length;
    const length = tcpAt + tcpLength;
    const at = memory.take(length);
    const { bytes, halves, words } = memory;
    const tcp = at + tcpAt;
    const isV6 = tcpAt === 40;
    const sequence = this.sequence[side];
    bytes.set(header, at);
    if (options.length > 0) bytes.set(options, tcp + TCP_LENGTH);
    bytes.set(payload, tcp + TCP_LENGTH + options.length);
    put16(bytes, at + (isV6 ? 4 : 2), isV6 ? tcpLength : length);
    put32(bytes, tcp + 4, sequence);
    if ((flags & ACK) !== 0) {
      put32(bytes, tcp + 8, this.sequence[opposite(side)]);
      this.unanswered[opposite(side)] = 0;
    }
    bytes[tcp + 12] = ((TCP_LENGTH + options.length) / 4) << 4;
    bytes[tcp + 13] = flags;
    if (!isV6) halves[(at + 10) >> 1] = checksumOf(sumOf(words, at >> 2, tcp >> 2));
    // The pseudo header: both addresses (they stand right before), protocol, length. RFC 9293 3.1.
    const addressesAt = tcp - (isV6 ? 32 : 8);
    const sum = sumOf(words, addressesAt >> 2, (at + length + 3) >> 2);
    halves[(tcp + 16) >> 1] = checksumOf(sum + fromNetwork(TCP + tcpLength));
    this.sequence[side] = (sequence + payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0;
    return bytes.subarray(at, at + length);
  }
}

function opposite(side: Side): Side {
  return side === CLIENT ? SERVER : CLIENT;
}

/** Others for each connection: when addresses and ports come again, that tells it from the one before. */
function firstNumbers(connection: number): readonly [number, number] {
  return [Math.imul(connection, 0x9e3779b1), Math.imul(connection, 0x85ebca6b)];
}

/** Without lengths, numbers, flags and checksums. */
function header(source: Uint8Array, destination: Uint8Array, from: number, to: number): Uint8Array {
  const isV6 = source.length === 16;
  const tcpAt = isV6 ? 40 : 20;
  const bytes = new Uint8Array(tcpAt + TCP_LENGTH);
  if (isV6) bytes.set([0x60, 0, 0, 0, 0, 0, TCP, 64]);
  else bytes.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, TCP]);
  bytes.set(source, tcpAt - 2 * source.length);
  bytes.set(destination, tcpAt - source.length);
  put16(bytes, tcpAt, from);
  put16(bytes, tcpAt + 2, to);
  put16(bytes, tcpAt + 14, 65_535);
  return bytes;
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value >>> 16);
  put16(bytes, at + 2, value);
}

/** 4 or 16. What is no address counts as that of a client without one. */
export function addressBytes(text: string): Uint8Array {
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
