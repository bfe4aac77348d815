// Whether bytes are TLS: the first ones that the opener of a connection sent, which must be a ClientHello, and those of a
// segment from the middle, which must be records. Neither can be MQTT: CONNECT has no flags in its first byte.

export type TlsVerdict = 'tls' | 'other' | 'more';

/** RFC 8446, 5.1 and 5.2; 2048 more in TLS 1.2. */
export const MAX_RECORD_BODY = 16384 + 2048;
export const RECORD_HEADER = 5;

const CLIENT_HELLO = 1;
const HANDSHAKE = 0x16;

/** Type, version and length as every record has them. */
export function isRecordHeader(bytes: Uint8Array, at: number): boolean {
  const type = bytes[at]!;
  const length = bytes[at + 3]! * 256 + bytes[at + 4]!;
  if (type < 0x14 || type > 0x17 || bytes[at + 1] !== 3 || bytes[at + 2]! > 4) return false;
  return length <= MAX_RECORD_BODY && (length > 0 || type === 0x17);
}

/** The first bytes of the opener: eleven of them are enough. */
export function judgeTls(bytes: Uint8Array): TlsVerdict {
  const wanted: readonly ((byte: number) => boolean)[] = [
    (type) => type === HANDSHAKE,
    (major) => major === 3,
    (minor) => minor <= 4,
    (high) => high <= MAX_RECORD_BODY >> 8,
    () => bytes[3]! > 0 || bytes[4]! > 0,
    (message) => message === CLIENT_HELLO,
    // No ClientHello is longer than 64 KiB; pre_shared_key and post-quantum keys take kilobytes.
    (length) => length === 0,
    () => true,
    () => true,
    (major) => major === 3,
    (minor) => minor <= 4,
  ];
  // A first record may end before the message does, and a second header stand in between.
  const within = bytes.length > 4 ? RECORD_HEADER + bytes[3]! * 256 + bytes[4]! : wanted.length;
  const end = Math.min(wanted.length, Math.max(within, RECORD_HEADER + 1));
  for (let at = 0; at < end; at++) {
    if (at >= bytes.length) return 'more';
    if (!wanted[at]!(bytes[at]!)) return 'other';
  }
  return 'tls';
}

/** The bytes of a segment from the middle of a connection that begins at a record. */
export function judgeRecords(bytes: Uint8Array): TlsVerdict {
  if (bytes.length === 0) return 'more';
  const header = new Uint8Array([0x17, 3, 3, 0, 0]);
  header.set(bytes.subarray(0, RECORD_HEADER));
  if (!isRecordHeader(header, 0)) return 'other';
  if (bytes.length < RECORD_HEADER) return 'more';
  const next = RECORD_HEADER + bytes[3]! * 256 + bytes[4]!;
  if (next + RECORD_HEADER > bytes.length) return 'tls';
  return isRecordHeader(bytes, next) ? 'tls' : 'other';
}
