// Whether a TCP connection carries MQTT, from its first bytes on any port. A connection seen from its SYN on must begin
// with a CONNECT of the client; one seen later is judged by whether its packets read without a problem. Well-known and
// forced ports, and servers that spoke MQTT before, lower what is asked for; content alone never is overruled by a port that
// is merely unusual.

import { DAMAGED, isBoundary, type Known, NEEDS_MORE, packetLength, tells } from '../codec/plausible.js';
import type { Direction } from '../spec/versions.js';

/** IANA: mqtt. 8883 (secure-mqtt) carries TLS. */
export const MQTT_PORT = 1883;

export type Verdict = 'mqtt' | 'other' | 'more';

const UNKNOWN: Known = { version: undefined, direction: undefined };

/** The first bytes that the opener of a connection sent. */
export function judgeOpening(bytes: Uint8Array, isExpected: boolean): Verdict {
  const verdict = beginsWithConnect(bytes);
  if (verdict !== 'other' || !isExpected) return verdict;
  // Where MQTT is expected a client that begins with something else, or with a damaged CONNECT, is what people look for.
  const tls = bytes[0] === 0x16 && bytes[1] === 0x03;
  return (bytes[0]! >> 4 === 1 && !tls) || telling(bytes) > 0 ? 'mqtt' : 'other';
}

function beginsWithConnect(bytes: Uint8Array): Verdict {
  if (bytes[0]! !== 0x10) return 'other';
  let at = 1;
  while (at < bytes.length && at < 5 && bytes[at]! >= 0x80) at++;
  if (at === 5) return 'other';
  for (const name of ['\0\x04MQTT', '\0\x06MQIsdp']) {
    let matched = 0;
    while (matched < name.length && at + 1 + matched < bytes.length) {
      if (bytes[at + 1 + matched] !== name.charCodeAt(matched)) break;
      matched++;
    }
    if (matched === name.length) return 'mqtt';
    if (at + 1 + matched >= bytes.length) return 'more';
  }
  return 'other';
}

/**
 * Bytes of a segment from the middle of a connection: how much they tell, 0 when they are no packets. 3 and more does
 * not happen by chance: text, TLS, DNS, LDAP and HTTP all fail in their second or third byte.
 */
export function telling(bytes: Uint8Array): number {
  if (bytes.length < 2 || isBoundary(bytes, 0, UNKNOWN, 'turn', true) !== 'yes') return 0;
  let weight = 0;
  for (let at = 0; at < bytes.length && weight < 3; ) {
    const length = packetLength(bytes, at);
    if (length === DAMAGED || length === NEEDS_MORE) break;
    const whole = at + length <= bytes.length;
    const told = tells(bytes.subarray(at, at + length), UNKNOWN, whole ? 'whole' : 'part');
    // The beginning of a packet counts only when it tells enough by itself: a PUBLISH with its topic.
    if (whole || told >= 3) weight += told;
    at += length;
  }
  return weight;
}

/** Who sends such packets: from the types that only one side may send; undefined when they do not tell. */
export function directionOf(bytes: Uint8Array): Direction | undefined {
  for (let at = 0; at < bytes.length; ) {
    const length = packetLength(bytes, at);
    if (length === DAMAGED || length === NEEDS_MORE) return undefined;
    const code = bytes[at]! >> 4;
    if (code === 1 || code === 8 || code === 10 || code === 12) return 'client-to-server';
    if (code === 2 || code === 9 || code === 11 || code === 13) return 'server-to-client';
    at += length;
  }
  return undefined;
}
