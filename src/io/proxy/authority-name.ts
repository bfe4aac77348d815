// Names that certificates are made for. They come from the network: what a client asks for in its first message (SNI).

import { isIP } from 'node:net';
import { UserError } from '../../user-error.js';

export interface HostName {
  readonly type: 'dns' | 'ip';
  /** In lower case, without the dot at the end and without the zone of an IPv6 address. */
  readonly value: string;
}

/** RFC 1035, 2.3.4: of a name, and of what stands between dots. */
const LONGEST = 253;
const LONGEST_LABEL = 63;
/** Underscores stand in no host name, but in names of services and containers. */
const LABEL = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/;

/** Throws UserError when no certificate can be made for it: wildcards are none either. */
export function readHostName(text: string): HostName {
  const address = text.replace(/%.*$/s, '');
  if (isIP(address) !== 0) return { type: 'ip', value: address.toLowerCase() };
  const value = text.toLowerCase().replace(/\.$/, '');
  if (value.length <= LONGEST && value.split('.').every(isLabel)) return { type: 'dns', value };
  throw new UserError('option', `${shortened(text)} is no host name: no certificate is made for it`);
}

function isLabel(label: string): boolean {
  return label.length <= LONGEST_LABEL && LABEL.test(label);
}

function shortened(text: string): string {
  return JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 40)}…`);
}
