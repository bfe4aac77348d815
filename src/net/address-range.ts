// Addresses as somebody types them, one or a range of them (CIDR): the counterpart of address.ts, to compare with what
// was captured. An IPv4 address mapped into IPv6 is the IPv4 address.

export interface AddressRange {
  /** 4 or 16. */
  readonly bytes: Uint8Array;
  /** Leading bits that count. */
  readonly bits: number;
}

const DECIMAL = /^(0|[1-9]\d{0,2})$/;
const GROUPS = 8;

/** "10.0.0.1", "10.0.0.0/8", "fe80::/10", "[::1]"; undefined when it is none. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [address = '', prefix, ...more] = text.split('/');
  const bytes = parseAddress(address);
  if (bytes === undefined || more.length > 0) return undefined;
  const most = 8 * bytes.length;
  if (prefix === undefined) return { bytes, bits: most };
  // The prefix of a mapped address counts the 96 bits before it as well.
  const bits = DECIMAL.test(prefix) ? Number(prefix) - (address.includes(':') && bytes.length === 4 ? 96 : 0) : -1;
  return bits >= 0 && bits <= most ? { bytes, bits } : undefined;
}

/** 4 or 16 bytes; undefined when it is no address. */
export function parseAddress(text: string): Uint8Array | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (!bare.includes(':')) return bare === text ? parseIpv4(bare) : undefined;
  const bytes = parseIpv6(bare);
  const mapped = bytes?.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
  return mapped ? bytes!.subarray(12) : bytes;
}

export function inRange({ bytes, bits }: AddressRange, address: Uint8Array): boolean {
  if (address.length !== bytes.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== bytes[i]) return false;
  const rest = bits & 7;
  return rest === 0 || (address[whole]! ^ bytes[whole]!) >> (8 - rest) === 0;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  const valid = parts.length === 4 && parts.every((part) => DECIMAL.test(part) && Number(part) < 256);
  return valid ? Uint8Array.from(parts, Number) : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const [before = '', after, ...more] = text.split('::');
  const head = groupsOf(before, after === undefined);
  const tail = groupsOf(after ?? '', true);
  if (head === undefined || tail === undefined || more.length > 0) return undefined;
  const zeros = GROUPS - head.length - tail.length;
  if (after === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const groups = [...head, ...new Array<number>(zeros).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

/** Groups of 16 bits; the last two may be written as an IPv4 address where the text ends with them. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const v4 = isEnd && i === parts.length - 1 ? parseIpv4(part) : undefined;
    if (v4 !== undefined) groups.push((v4[0]! << 8) | v4[1]!, (v4[2]! << 8) | v4[3]!);
    else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
