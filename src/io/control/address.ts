// Where the control interface listens, as people write it: 127.0.0.1:9884, [::1]:9884, localhost:9884; :9884 and 9884 are
// this machine alone. Port 0 is a free one.

import { isIPv6 } from 'node:net';
import { UserError } from '../../user-error.js';

export interface ControlAddress {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';
const ADDRESS = /^(?:(?:\[([^\]]*)\]|([^:[\]/\s]*)):)?(\d{1,5})$/;

/** Throws UserError. */
export function parseControlAddress(text: string): ControlAddress {
  const [, ipv6, name, digits] = ADDRESS.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535 || (ipv6 !== undefined && !isIPv6(ipv6))) {
    throw new UserError(
      'option',
      `control address ${JSON.stringify(text)}: give a port, or address:port (127.0.0.1:9884, [::1]:9884)`,
    );
  }
  return { host: ipv6 ?? (name || LOOPBACK), port };
}

/** As it stands in a URL and in the Host header. */
export function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
