// The header of the PROXY protocol (haproxy, proxy-protocol.txt, versions 1 and 2): how long it is, and what it says.
// Total: a header that breaks the rules gives what could be read of it, and a problem that says where.

import { formatHex } from '../bytes/hex.js';
import { wellFormedUtf8 } from '../bytes/utf8.js';
import { formatEndpoint } from '../net/address.js';
import { parseAddress } from '../net/address-range.js';

export const V1_MAX_BYTES = 107;
export const V2_FIXED_BYTES = 16;
/** "PROXY " and "\r\n\r\n\0\r\nQUIT\n". */
const V1_START = Uint8Array.of(0x50, 0x52, 0x4f, 0x58, 0x59, 0x20);
const V2_START = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);

export type ProxyVerdict = 'proxy-protocol' | 'other' | 'more';

/** The first bytes that the opener of a connection sent. */
export function judgeProxyHeader(bytes: Uint8Array): ProxyVerdict {
  for (const start of [V1_START, V2_START]) {
    let at = 0;
    while (at < start.length && at < bytes.length && bytes[at] === start[at]) at++;
    if (at === start.length) return 'proxy-protocol';
    if (at === bytes.length) return 'more';
  }
  return 'other';
}

/** Length of the header that bytes begin with; 'more' while it does not tell, 'endless' for a text line without an end. */
export function proxyHeaderLength(bytes: Uint8Array): number | 'more' | 'endless' {
  if (bytes[0] !== V1_START[0]) {
    return bytes.length < V2_FIXED_BYTES ? 'more' : V2_FIXED_BYTES + bytes[14]! * 256 + bytes[15]!;
  }
  const end = bytes.subarray(0, V1_MAX_BYTES).indexOf(0x0a);
  if (end >= 0) return end + 1;
  return bytes.length < V1_MAX_BYTES ? 'more' : 'endless';
}

type Facts = Record<string, string | number | boolean>;

export interface ProxyHeader {
  /** version, command, family, source, destination, and what the extensions (TLVs) say. */
  readonly facts: Readonly<Facts>;
  /** What is wrong with it, and where. */
  readonly problem: string | undefined;
}

/** A whole header. */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader {
  const facts: Facts = {};
  const problem = bytes[0] === V1_START[0] ? readV1(latin1(bytes, 0, bytes.length), facts) : readV2(bytes, facts);
  return { facts, problem };
}

/** 2.1: "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n". */
function readV1(line: string, facts: Facts): string | undefined {
  facts.version = 1;
  const [, family = '', source = '', destination = '', sourcePort = '', destinationPort = '', ...more] = line
    .replace(/\r?\n$/, '')
    .split(' ');
  if (!line.endsWith('\r\n')) return `its line ends without CR at byte ${line.length - 1}`;
  if (family !== 'TCP4' && family !== 'TCP6' && family !== 'UNKNOWN') return `no protocol at byte ${V1_START.length}`;
  facts.family = family;
  // All that follows UNKNOWN is to be ignored.
  if (family === 'UNKNOWN') return undefined;
  let at = V1_START.length + family.length + 1;
  for (const [what, text, good] of [
    ['source address', source, isAddressOf(family, source)],
    ['destination address', destination, isAddressOf(family, destination)],
    ['source port', sourcePort, isPort(sourcePort)],
    ['destination port', destinationPort, isPort(destinationPort)],
  ] as const) {
    if (!good) return `no ${what} at byte ${at}`;
    at += text.length + 1;
  }
  const endpoint = (address: string, port: string) => `${family === 'TCP4' ? address : `[${address}]`}:${port}`;
  facts.source = endpoint(source, sourcePort);
  facts.destination = endpoint(destination, destinationPort);
  return more.length > 0 ? `more than two ports at byte ${at}` : undefined;
}

/** Neither brackets nor the other family; leading zeros are not allowed (2.1). */
function isAddressOf(family: string, text: string): boolean {
  return text.includes(':') === (family === 'TCP6') && !text.startsWith('[') && parseAddress(text) !== undefined;
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) < 65_536;
}

interface Family {
  readonly name: string;
  readonly addressLength: number;
}

/** 2.2: address family and transport protocol, the fourteenth byte. */
const FAMILIES: Readonly<Record<number, Family>> = {
  0: { name: 'UNSPEC', addressLength: 0 },
  17: { name: 'TCP4', addressLength: 4 },
  18: { name: 'UDP4', addressLength: 4 },
  33: { name: 'TCP6', addressLength: 16 },
  34: { name: 'UDP6', addressLength: 16 },
  49: { name: 'UNIX_STREAM', addressLength: 108 },
  50: { name: 'UNIX_DGRAM', addressLength: 108 },
};

function readV2(bytes: Uint8Array, facts: Facts): string | undefined {
  facts.version = bytes[12]! >> 4;
  if (facts.version !== 2) return `version ${facts.version} at byte 12`;
  const command = bytes[12]! & 0x0f;
  if (command > 1) return `command ${command} at byte 12`;
  facts.command = command === 0 ? 'LOCAL' : 'PROXY';
  const family = FAMILIES[bytes[13]!];
  // LOCAL: whatever family it names, its addresses are to be ignored.
  if (family === undefined) return command === 0 ? undefined : `family and protocol ${bytes[13]} at byte 13`;
  facts.family = family.name;
  const { addressLength } = family;
  const addresses = addressLength === 108 ? 216 : addressLength === 0 ? 0 : 2 * addressLength + 4;
  if (bytes.length < V2_FIXED_BYTES + addresses) {
    return command === 0 ? undefined : `its length at byte 14 is too short for two addresses of ${family.name}`;
  }
  if (command === 1 && addressLength > 0) addressesOf(bytes, addressLength, facts);
  return readTlvs(bytes, V2_FIXED_BYTES + addresses, bytes.length, TLVS, facts);
}

function addressesOf(bytes: Uint8Array, length: number, facts: Facts): void {
  const first = V2_FIXED_BYTES;
  if (length === 108) {
    facts.source = upToZero(bytes, first, length);
    facts.destination = upToZero(bytes, first + length, length);
    return;
  }
  const port = (at: number) => bytes[at]! * 256 + bytes[at + 1]!;
  facts.source = formatEndpoint(bytes, first, length, port(first + 2 * length));
  facts.destination = formatEndpoint(bytes, first + length, length, port(first + 2 * length + 2));
}

function upToZero(bytes: Uint8Array, at: number, length: number): string {
  const end = bytes.subarray(at, at + length).indexOf(0);
  return printable(bytes, at, end < 0 ? at + length : at + end);
}

type TlvReader = (bytes: Uint8Array, at: number, end: number, facts: Facts) => string | undefined;

function text(name: string): TlvReader {
  return (bytes, at, end, facts) => {
    facts[name] = printable(bytes, at, end);
    return undefined;
  };
}

/** 2.2.6: the parts of PP2_TYPE_SSL. */
const SSL_TLVS: Readonly<Record<number, TlvReader>> = {
  33: text('tlsVersion'),
  34: text('tlsCommonName'),
  35: text('tlsCipher'),
  36: text('tlsSignatureAlgorithm'),
  37: text('tlsKeyAlgorithm'),
};

const TLVS: Readonly<Record<number, TlvReader>> = {
  1: text('alpn'),
  2: text('authority'),
  3: checksum,
  5: (bytes, at, end, facts) => {
    facts.uniqueId = printable(bytes, at, end);
    return end - at > 128 ? `a unique id of more than 128 bytes at byte ${at}` : undefined;
  },
  32: ssl,
  48: text('netns'),
};

function ssl(bytes: Uint8Array, at: number, end: number, facts: Facts): string | undefined {
  if (end - at < 5) return `${end - at} bytes about TLS at byte ${at}, 5 are needed`;
  facts.tls = (bytes[at]! & 1) !== 0;
  facts.tlsClientCertificate = (bytes[at]! & 6) !== 0;
  facts.tlsVerified = bytes.subarray(at + 1, at + 5).every((byte) => byte === 0);
  return readTlvs(bytes, at + 5, end, SSL_TLVS, facts);
}

/** Types that are not known, PP2_TYPE_NOOP and those for own use among them, are stepped over. */
function readTlvs(
  bytes: Uint8Array,
  start: number,
  end: number,
  readers: Readonly<Record<number, TlvReader>>,
  facts: Facts,
): string | undefined {
  for (let at = start; at < end; ) {
    const next = at + 3 <= end ? at + 3 + bytes[at + 1]! * 256 + bytes[at + 2]! : end + 1;
    if (next > end) return `the extension at byte ${at} goes over the end of the header`;
    const problem = readers[bytes[at]!]?.(bytes, at + 3, next, facts);
    if (problem !== undefined) return problem;
    at = next;
  }
  return undefined;
}

/** 2.2.3: CRC-32C of the header with the checksum's own bytes as zero. */
function checksum(bytes: Uint8Array, at: number, end: number, facts: Facts): string | undefined {
  if (end - at !== 4) return `a checksum of ${end - at} bytes at byte ${at}`;
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    crc ^= i >= at && i < end ? 0 : bytes[i]!;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
  }
  const given = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
  facts.checksum = given === ~crc >>> 0 ? 'right' : 'wrong';
  return facts.checksum === 'wrong' ? `a wrong checksum at byte ${at}` : undefined;
}

function latin1(bytes: Uint8Array, at: number, end: number): string {
  let made = '';
  for (let i = at; i < end; i++) made += String.fromCharCode(bytes[i]!);
  return made;
}

/** Text when it is UTF-8 without control characters, else hex. */
function printable(bytes: Uint8Array, at: number, end: number): string {
  const text = wellFormedUtf8(bytes, at, end);
  return text === undefined || /\p{Cc}/u.test(text) ? formatHex(bytes, at, end) : text;
}
