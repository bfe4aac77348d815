// Finds a capture's format from its first bytes, never from its name. What is no capture is refused with those bytes
// in hex and, where they look like something known, what to do about it. Messages name no file: the edge adds that.

import { UserError } from '../user-error.js';
import type { CaptureReader, ReaderOptions } from './packet.js';
import { PcapReader } from './pcap.js';
import { readPcapMagic } from './pcap-header.js';
import { PcapngReader } from './pcapng.js';

/** Bytes that tell the format; fewer are enough only when the file has no more. */
export const DETECT_LENGTH = 4;

/** How many of the first bytes a refusal shows: give it as many where there are. */
export const SHOWN_LENGTH = 16;

const PCAPNG_MAGIC = [0x0a, 0x0d, 0x0d, 0x0a];
const GZIP_MAGIC = [0x1f, 0x8b];

const DECOMPRESS = 'decompress it first';
const CONVERT = 'convert it first (editcap -F pcapng)';

/** Other things that people take for captures, by how they begin. */
const KNOWN_OTHERS: readonly { readonly begins: string; readonly what: string; readonly advice: string }[] = [
  { begins: 'XCP\0', what: 'a Network Associates Sniffer capture', advice: CONVERT },
  { begins: 'TRSNIFF data', what: 'a Network General Sniffer capture', advice: CONVERT },
  { begins: 'snoop\0\0\0', what: 'a Solaris snoop capture', advice: CONVERT },
  { begins: 'btsnoop\0', what: 'a Bluetooth btsnoop capture', advice: CONVERT },
  { begins: 'RTSS', what: 'a Microsoft Network Monitor capture', advice: CONVERT },
  { begins: 'GMBU', what: 'a Microsoft Network Monitor capture', advice: CONVERT },
  { begins: '\x7fVR', what: 'a Savvius *Peek capture', advice: CONVERT },
  { begins: 'iptrace ', what: 'an AIX iptrace capture', advice: CONVERT },
  { begins: 'PK\x03\x04', what: 'a zip archive', advice: DECOMPRESS },
  { begins: '\xfd7zXZ\0', what: 'compressed with xz', advice: DECOMPRESS },
  { begins: '\x28\xb5\x2f\xfd', what: 'compressed with zstd', advice: DECOMPRESS },
  { begins: 'BZh', what: 'compressed with bzip2', advice: DECOMPRESS },
  { begins: '\x04\x22\x4d\x18', what: 'compressed with lz4', advice: DECOMPRESS },
  { begins: '7z\xbc\xaf\x27\x1c', what: 'a 7-Zip archive', advice: DECOMPRESS },
  { begins: '0000', what: 'a hex dump', advice: 'make a capture of it first (text2pcap)' },
];

export type Detected = 'pcap' | 'pcapng' | 'gzip' | undefined;

export function detectFormat(first: Uint8Array): Detected {
  if (beginsWith(first, GZIP_MAGIC)) return 'gzip';
  if (beginsWith(first, PCAPNG_MAGIC)) return 'pcapng';
  return readPcapMagic(first) && 'pcap';
}

/** The reader for a capture that begins so; it is to be given all bytes, these included. Throws UserError. */
export function openCapture(first: Uint8Array, options: ReaderOptions = {}): CaptureReader | 'gzip' {
  const format = detectFormat(first);
  if (format === 'gzip') return format;
  if (format === 'pcap') return new PcapReader(options);
  if (format === 'pcapng') return new PcapngReader(options);
  throw new UserError('not-a-capture', refusal(first));
}

function refusal(first: Uint8Array): string {
  if (first.length === 0) return 'the file is empty';
  const shown = Array.from(first.subarray(0, SHOWN_LENGTH), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const other = KNOWN_OTHERS.find(({ begins }) =>
    beginsWith(
      first,
      Array.from(begins, (char) => char.charCodeAt(0)),
    ),
  );
  const hint = other ? ` It looks like ${other.what}: ${other.advice}.` : looks(first);
  return `not a pcap or pcapng capture: it begins with ${shown}.${hint}`;
}

function looks(first: Uint8Array): string {
  if (first.length < DETECT_LENGTH) return ' The file ends there, before its format can be told.';
  return isText(first) ? ' It looks like text.' : '';
}

function beginsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

function isText(bytes: Uint8Array): boolean {
  return bytes
    .subarray(0, SHOWN_LENGTH)
    .every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
}
