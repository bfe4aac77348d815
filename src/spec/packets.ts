// The packet types (2.2.1, table 2-1; 5.0: 2.1.2): number, name, who may send it, the fixed value of its header flags,
// and the Remaining Length where it is the same for every such packet before 5.0.

import type { Direction, Version } from './versions.js';

interface PacketRow {
  readonly code: number;
  readonly type: string;
  /** Who may send it; 5.0 lets the server send DISCONNECT as well. */
  readonly sender: 'client' | 'server' | 'both';
  /** Required low nibble of the first byte; absent where its bits are DUP, QoS and RETAIN. */
  readonly headerFlags?: number;
  /** Remaining Length in 3.1 and 3.1.1, where fixed. */
  readonly fixedLength?: number;
  /** Section: the same number in all three. */
  readonly section: string;
}

export const PACKET_TYPES = [
  { code: 1, type: 'CONNECT', sender: 'client', headerFlags: 0, section: '3.1' },
  { code: 2, type: 'CONNACK', sender: 'server', headerFlags: 0, fixedLength: 2, section: '3.2' },
  { code: 3, type: 'PUBLISH', sender: 'both', section: '3.3' },
  { code: 4, type: 'PUBACK', sender: 'both', headerFlags: 0, fixedLength: 2, section: '3.4' },
  { code: 5, type: 'PUBREC', sender: 'both', headerFlags: 0, fixedLength: 2, section: '3.5' },
  { code: 6, type: 'PUBREL', sender: 'both', headerFlags: 2, fixedLength: 2, section: '3.6' },
  { code: 7, type: 'PUBCOMP', sender: 'both', headerFlags: 0, fixedLength: 2, section: '3.7' },
  { code: 8, type: 'SUBSCRIBE', sender: 'client', headerFlags: 2, section: '3.8' },
  { code: 9, type: 'SUBACK', sender: 'server', headerFlags: 0, section: '3.9' },
  { code: 10, type: 'UNSUBSCRIBE', sender: 'client', headerFlags: 2, section: '3.10' },
  { code: 11, type: 'UNSUBACK', sender: 'server', headerFlags: 0, fixedLength: 2, section: '3.11' },
  { code: 12, type: 'PINGREQ', sender: 'client', headerFlags: 0, fixedLength: 0, section: '3.12' },
  { code: 13, type: 'PINGRESP', sender: 'server', headerFlags: 0, fixedLength: 0, section: '3.13' },
  {
    code: 14,
    type: 'DISCONNECT',
    sender: 'client',
    headerFlags: 0,
    fixedLength: 0,
    section: '3.14',
  },
  { code: 15, type: 'AUTH', sender: 'both', headerFlags: 0, section: '3.15' },
] as const satisfies readonly PacketRow[];

export type PacketTypeName = (typeof PACKET_TYPES)[number]['type'];

/** Rows by type code 0 to 15; 0 has none. */
export const PACKET_BY_CODE: readonly (PacketRow | undefined)[] = Array.from({ length: 16 }, (_, code) =>
  PACKET_TYPES.find((row) => row.code === code),
);

/** Type code in the first byte of a packet; 0 when it is reserved, as 15 is before 5.0. */
export function typeCode(first: number, version: Version): number {
  const code = first >> 4;
  return code === 15 && version !== '5.0' ? 0 : code;
}

/** Whether that side may send this type in this version; where either is unknown, whether some side may in some version. */
export function mayBeSent(code: number, version: Version | undefined, direction: Direction | undefined): boolean {
  const row = PACKET_BY_CODE[code];
  const before5 = version !== undefined && version !== '5.0';
  if (row === undefined || (row.type === 'AUTH' && before5)) return false;
  if (row.sender === 'both' || direction === undefined || (row.type === 'DISCONNECT' && !before5)) return true;
  return row.sender === (direction === 'client-to-server' ? 'client' : 'server');
}
