// Codes of packets in words: "0x87 (Not authorized)".

import { CONNACK_RETURN_CODES, reasonCodeName } from '../spec/reason-codes.js';
import type { Version } from '../spec/versions.js';

export function codeText(type: string, code: number, version: Version): string {
  const digits = `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  const name = version === '5.0' ? reasonCodeName(type, code) : type === 'CONNACK' ? RETURN_CODES[code] : undefined;
  return name === undefined ? digits : `${digits} (${name})`;
}

/** Without the words that all of them begin with. */
const RETURN_CODES = CONNACK_RETURN_CODES.map((name) => name.replace(/^Connection Refused, /, ''));
