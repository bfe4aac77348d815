// Frames for tests, written down header by header in hex, independent of the readers under test.

import type { CapturedPacket } from '../../src/capture/packet.js';
import type { Segment, Skipped } from '../../src/net/segment.js';

/** "45 00 | 00 28" and the like: spaces and bars are for the reader. */
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/[\s|]/g, ''), 'hex'));

export const u8 = (value: number): string => value.toString(16).padStart(2, '0');
export const u16 = (value: number): string => value.toString(16).padStart(4, '0');

export const MACS = '02 00 00 00 00 01 | 02 00 00 00 00 02';
export const ETHERNET_IPV4 = `${MACS} | 08 00`;
export const ETHERNET_IPV6 = `${MACS} | 86 dd`;

/** Ports 20000 and 1883, sequence 0x01020304, acknowledgment 0xfffefdfc, PSH and ACK; then "hello". */
export const TCP = '4e 20 07 5b | 01 02 03 04 | ff fe fd fc | 50 18 20 00 | 00 00 00 00';
export const HELLO = '68 65 6c 6c 6f';
export const TCP_HELLO = `${TCP} ${HELLO}`;

export const lengthOf = (hex: string): number => bytesOf(hex).length;

interface Ipv4Fields {
  readonly protocol?: number;
  /** Instead of the true one. */
  readonly totalLength?: number;
  readonly fragment?: string;
  readonly options?: string;
  readonly version?: number;
}

/** 10.0.0.2 to 10.0.0.1 with this payload. */
export function ipv4(payload: string, fields: Ipv4Fields = {}): string {
  const { protocol = 6, fragment = '40 00', options = '', version = 4 } = fields;
  const headerLength = 20 + lengthOf(options);
  const total = fields.totalLength ?? headerLength + lengthOf(payload);
  const first = u8((version << 4) | (headerLength / 4));
  return `${first} 00 ${u16(total)} | 00 01 ${fragment} | 40 ${u8(protocol)} 00 00 | 0a 00 00 02 | 0a 00 00 01 ${options} ${payload}`;
}

/** fd00::2 to fd00::1 with this payload, extension headers included in it. */
export function ipv6(payload: string, nextHeader = 6, payloadLength = lengthOf(payload)): string {
  const prefix = `fd 00 ${'00 '.repeat(13)}`;
  return `60 00 00 00 | ${u16(payloadLength)} ${u8(nextHeader)} 40 | ${prefix} 02 | ${prefix} 01 ${payload}`;
}

/** The same packet in IPv4 and in IPv6, and what told() says of them. */
export const IP4: string = ipv4(TCP_HELLO);
export const IP6: string = ipv6(TCP_HELLO);
export const V4 = '0a000002:20000 0a000001:1883 "hello"';
export const V6 = `fd${'0'.repeat(29)}2:20000 fd${'0'.repeat(29)}1:1883 "hello"`;

export const SNAP = 'aa aa 03 00 00 00';
export const SLL = '00 00 | 00 01 | 00 06 | 02 00 00 00 00 01 00 00';
export const sll2 = (protocol: string, hardware = '00 01'): string =>
  `${protocol} | 00 00 | 00 00 00 02 | ${hardware} | 00 | 06 | 02 00 00 00 00 01 00 00`;

export const packet = (link: number, hex: string, originalLength?: number): CapturedPacket => {
  const bytes = bytesOf(hex);
  return { number: 5, time: 50, link, bytes, originalLength: originalLength ?? bytes.length };
};

/** A segment as one line: addresses are checked as bytes, the payload as captured and as it was on the wire. */
export function told(result: Segment | Skipped): string {
  if (result.kind === 'skipped') return `${result.reason}: ${result.what}`;
  const { bytes, addressLength, sourceAt, destinationAt, payloadAt, payloadEnd, payloadLength } = result;
  const hex = (at: number, end: number): string => Buffer.from(bytes.subarray(at, end)).toString('hex');
  const source = hex(sourceAt, sourceAt + addressLength);
  const destination = hex(destinationAt, destinationAt + addressLength);
  const payload = Buffer.from(bytes.subarray(payloadAt, payloadEnd)).toString('latin1');
  const cut = payloadLength === payload.length ? '' : ` of ${payloadLength}`;
  return `${source}:${result.sourcePort} ${destination}:${result.destinationPort} "${payload}"${cut}`;
}
