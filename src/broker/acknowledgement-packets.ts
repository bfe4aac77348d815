// PUBACK, PUBREC, PUBREL and PUBCOMP (3.4 to 3.7): their numbers, and their shortest form, in which they are written.

export const PUBACK = 4;
export const PUBREC = 5;
export const PUBREL = 6;
export const PUBCOMP = 7;

/** 0x00 is left out; it also stands for none, as before 5.0. */
export function acknowledgementSize(reasonCode: number): number {
  return reasonCode === 0 ? 4 : 5;
}

/** Into bytes[at …], as many as acknowledgementSize says. */
export function writeAcknowledgement(
  bytes: Uint8Array,
  at: number,
  type: number,
  packetId: number,
  reasonCode: number,
): void {
  bytes[at] = type === PUBREL ? 0x62 : type << 4;
  bytes[at + 1] = reasonCode === 0 ? 2 : 3;
  bytes[at + 2] = packetId >> 8;
  bytes[at + 3] = packetId & 0xff;
  if (reasonCode !== 0) bytes[at + 4] = reasonCode;
}
