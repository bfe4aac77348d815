// Bytes of a client into packets. Strict: what cannot be a packet of a client ends the connection at its first wrong byte,
// one that is too large at its length, before it has come. Whole packets are views of what was received.

import { ENDLESS, lengthAt, Partial } from '../codec/partial.js';
import { PACKET_TYPES } from '../spec/packets.js';
import type { Batch } from './batch.js';
import type { Broker } from './broker.js';
import { fail } from './closing.js';
import { refuseFirst } from './connecting.js';
import { handlePacket } from './dispatch.js';
import { fault, malformed, protocolError } from './faults.js';
import type { Link } from './session.js';

const PACKET_TOO_LARGE = 0x95;
const QUOTA_EXCEEDED = 0x97;
/** Bytes of packets behind CONNECT that wait while the edge is asked who the client is. */
const HELD = 64 * 1024;

const RIGHT = 0;
const WRONG_FLAGS = 1;
const WRONG_SENDER = 2;
const RESERVED = 3;

/** What each first byte is worth, of a client: by version. */
const FIRST_3_1 = firstBytes(false, true);
const FIRST_3_1_1 = firstBytes(false, false);
const FIRST_5 = firstBytes(true, false);

function firstBytes(v5: boolean, lenient: boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, first) => {
    const row = PACKET_TYPES.find(({ code }) => code === first >> 4);
    if (row === undefined || (row.type === 'AUTH' && !v5)) return RESERVED;
    if (row.sender === 'server') return WRONG_SENDER;
    // 3.1 gives these flags no meaning, and asks nobody to check them.
    const fixed = !('headerFlags' in row) || lenient || (first & 0x0f) === row.headerFlags;
    return fixed ? RIGHT : WRONG_FLAGS;
  });
}

export function receive(broker: Broker, link: Link, batch: Batch, received: Uint8Array): void {
  broker.counters.bytesReceived += received.length;
  if (link.partial === undefined) take(broker, link, batch, received);
  else {
    const { partial } = link;
    const before = partial.size;
    partial.add(received);
    broker.counters.partialBytes += partial.size - before;
    if (!isComplete(link, partial)) {
      bound(broker, link, partial);
      return;
    }
    link.partial = undefined;
    broker.counters.partialBytes -= partial.size;
    take(broker, link, batch, partial.bytes);
  }
}

/** 5.0: 3.2.2.3.6. Who is not known yet has room for a CONNECT only. */
function largest({ state, listener }: Link): number {
  const { maximumPacketSize, maximumConnectSize } = listener;
  return state === 'new' && maximumConnectSize < maximumPacketSize ? maximumConnectSize : maximumPacketSize;
}

/** Goes on with what waited for the answer of the edge. */
export function receiveHeld(broker: Broker, link: Link, batch: Batch): void {
  const { partial } = link;
  if (partial === undefined) return;
  link.partial = undefined;
  broker.counters.partialBytes -= partial.size;
  take(broker, link, batch, partial.bytes);
}

/** Whether there is something to do: a whole packet, or a wrong one. */
function isComplete(link: Link, partial: Partial): boolean {
  if (link.state === 'asking') return false;
  const length = lengthAt(partial.bytes, 0);
  return length === ENDLESS || (length >= 0 && (length <= partial.length || length > largest(link)));
}

function take(broker: Broker, link: Link, batch: Batch, bytes: Uint8Array): void {
  const end = bytes.length;
  let at = 0;
  while (at < end) {
    // What follows a refused CONNECT or the end is not looked at (3.1.4).
    if (link.state === 'closed') return;
    if (link.state === 'asking' || !isExpected(broker, link, bytes[at]!)) break;
    const length = lengthAt(bytes, at);
    if (length === ENDLESS) {
      fail(broker, link, malformed('a Remaining Length that goes on after its fourth byte'));
      return;
    }
    if (length > largest(link)) {
      fail(broker, link, fault(PACKET_TOO_LARGE, `a packet of ${length} bytes`));
      return;
    }
    if (length < 0 || at + length > end) break;
    const frame = at === 0 && length === end ? bytes : bytes.subarray(at, at + length);
    handlePacket(broker, link, batch, frame);
    at += length;
  }
  if (at >= end || (link.state as string) === 'closed') return;
  link.partial = new Partial(bytes.subarray(at));
  broker.counters.partialBytes += link.partial.size;
  bound(broker, link, link.partial);
}

function bound(broker: Broker, link: Link, partial: Partial): void {
  const { counters, settings, links } = broker;
  if (link.state === 'asking' && partial.length > HELD)
    fail(broker, link, fault(QUOTA_EXCEEDED, 'too many bytes wait'));
  while (counters.partialBytes > settings.maximumPartialBytes) {
    // Not who happens to send now: else a few could have everybody closed whose packets come in two pieces.
    let largest = link;
    for (const one of links.values()) if ((one.partial?.size ?? 0) > (largest.partial?.size ?? 0)) largest = one;
    fail(broker, largest, fault(QUOTA_EXCEEDED, 'too many bytes wait'));
    if (largest === link) return;
  }
}

/** Whether a packet of this connection may begin so; if not, the connection ends. */
function isExpected(broker: Broker, link: Link, first: number): boolean {
  if (link.state === 'new') {
    if (first >> 4 === 1) return true;
    refuseFirst(broker, link);
    return false;
  }
  const { version } = link;
  const worth = (version === '5.0' ? FIRST_5 : version === '3.1.1' ? FIRST_3_1_1 : FIRST_3_1)[first]!;
  if (worth === RIGHT) return true;
  const why =
    worth === WRONG_FLAGS
      ? malformed('flags of the fixed header')
      : worth === RESERVED
        ? malformed(`packet type ${first >> 4}`)
        : protocolError(`packet type ${first >> 4} of a client`);
  fail(broker, link, why);
  return false;
}
