// A recorded session taken apart into what its endpoints sent, so that the same can be sent again in another way: in other
// segments, through other layers, over other links. Read and written by hand, independent of the code under test.

import type { CapturedPacket } from '../../src/capture/packet.js';
import { concat } from './hex.js';

export type Side = 0 | 1;

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

/** One segment that an endpoint sent; side 0 is the one that opened the connection. */
export interface Step {
  readonly connection: number;
  readonly side: Side;
  readonly flags: number;
  readonly payload: Uint8Array;
  readonly time: number;
}

/** A step with its numbers. */
export interface Numbered extends Step {
  readonly port: number;
  readonly sequence: number;
  readonly acknowledgment: number;
}

/** The steps of an Ethernet capture of TCP in IPv4, its connections counted from `first`. */
export function stepsOf(packets: readonly CapturedPacket[], first = 0): Step[] {
  const connections = new Map<string, number>();
  return packets.map(({ bytes, time }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const tcp = 14 + (bytes[14]! & 15) * 4;
    const ports = [view.getUint16(tcp), view.getUint16(tcp + 2)] as const;
    const flags = bytes[tcp + 13]! & (FIN | SYN | RST | ACK);
    const own = ports.join(' ');
    if ((flags & (SYN | ACK)) === SYN) connections.set(own, first + connections.size);
    const opener = connections.get(own);
    const connection = opener ?? connections.get(ports.toReversed().join(' '));
    if (connection === undefined) throw new Error('a connection without its beginning');
    const payload = bytes.slice(tcp + (bytes[tcp + 12]! >> 4) * 4, 14 + view.getUint16(16));
    return { connection, side: opener === undefined ? 1 : 0, flags, payload, time };
  });
}

/** The steps with sequence numbers that begin at `start`; each acknowledges all that the other side has sent. */
export function numbered(steps: readonly Step[], { start = 1000, port = 1883 } = {}): Numbered[] {
  const next = new Map<number, [number, number]>();
  return steps.map((step) => {
    const { connection, side, flags, payload } = step;
    const own = next.get(connection) ?? [start, start ^ 0x7000];
    next.set(connection, own);
    const sequence = own[side]!;
    own[side] = (sequence + payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0;
    return { ...step, port, sequence, acknowledgment: (flags & ACK) === 0 ? 0 : own[1 - side]! };
  });
}

/** Further on in the same stream. */
export const later = (segment: Numbered, by: number): number => (segment.sequence + by) >>> 0;

export function tcp({ connection, side, flags, payload, port, sequence, acknowledgment }: Numbered): Uint8Array {
  const header = new DataView(new ArrayBuffer(20));
  const ports = [20_000 + connection, port];
  header.setUint16(0, ports[side]!);
  header.setUint16(2, ports[1 - side]!);
  header.setUint32(4, sequence);
  header.setUint32(8, acknowledgment);
  header.setUint8(12, 0x50);
  header.setUint8(13, flags);
  header.setUint16(14, 0xffff);
  return concat(new Uint8Array(header.buffer), payload);
}

/** 10.0.0.2 is the client, 10.0.0.1 the server. */
export function ipv4(segment: Numbered): Uint8Array {
  const payload = tcp(segment);
  const header = new DataView(new ArrayBuffer(20));
  header.setUint8(0, 0x45);
  header.setUint16(2, 20 + payload.length);
  header.setUint16(6, 0x4000);
  header.setUint8(8, 64);
  header.setUint8(9, 6);
  header.setUint32(12, 0x0a000002 - segment.side);
  header.setUint32(16, 0x0a000001 + segment.side);
  return concat(new Uint8Array(header.buffer), payload);
}

/** fd00::2 is the client, fd00::1 the server. `extensions` are the headers before TCP, of which `next` is the first. */
export function ipv6(segment: Numbered, extensions: Uint8Array = new Uint8Array(0), next = 6): Uint8Array {
  const payload = concat(extensions, tcp(segment));
  const header = new Uint8Array(40);
  header.set([0x60, 0, 0, 0, payload.length >> 8, payload.length & 0xff, next, 64, 0xfd]);
  header[23] = 2 - segment.side;
  header[24] = 0xfd;
  header[39] = 1 + segment.side;
  return concat(header, payload);
}

/** Captured packets of a link, each with the time of its segment. */
export function captured(
  segments: readonly Numbered[],
  link: number,
  build: (segment: Numbered, number: number) => readonly Uint8Array[],
): CapturedPacket[] {
  const packets: CapturedPacket[] = [];
  for (const [i, segment] of segments.entries()) {
    for (const bytes of build(segment, i + 1)) {
      const number = packets.length + 1;
      packets.push({ number, time: segment.time, link, bytes, originalLength: bytes.length });
    }
  }
  return packets;
}
