// Runs captured packets through the dissector and writes each item as one line that a test can state by hand.

import type { CapturedPacket } from '../../src/capture/packet.js';
import { Dissector, type DissectorOptions } from '../../src/dissect/dissector.js';
import type { Item, Summary } from '../../src/dissect/item.js';

export interface Dissected {
  readonly lines: readonly string[];
  readonly summary: Summary;
}

/**
 * With `recycled`, every packet is handed over in one and the same buffer, overwritten as soon as the push returns: what
 * the dissector keeps must be its own.
 */
export function dissected(
  packets: readonly CapturedPacket[],
  options: Partial<DissectorOptions> = {},
  recycled = false,
): Dissected {
  const dissector = new Dissector(options);
  const lines: string[] = [];
  // A Buffer, as Node's readers have: its slice() is a view, not a copy.
  const memory = Buffer.alloc(Math.max(0, ...packets.map((packet) => packet.bytes.length)));
  for (const packet of packets) {
    if (recycled) memory.set(packet.bytes);
    const bytes = recycled ? memory.subarray(0, packet.bytes.length) : packet.bytes;
    for (const item of dissector.push({ ...packet, bytes })) lines.push(lineOf(item));
    if (recycled) memory.fill(0xa5);
  }
  for (const item of dissector.end()) lines.push(lineOf(item));
  return { lines, summary: dissector.summary() };
}

/** "C 3.1.1 PUBLISH site/3/temp id 7 length 20 [incomplete]" or "gap C: 10 bytes …". */
export function lineOf(item: Item): string {
  if (item.kind === 'event') {
    const side = item.direction === undefined ? '' : item.direction === 'client-to-server' ? ' C' : ' S';
    return `${item.event}${side}: ${item.message}`;
  }
  const { packet, problems, direction, version, length } = item.frame;
  const parts = [direction === 'client-to-server' ? 'C' : 'S', version, packet.type];
  if (packet.type === 'PUBLISH')
    parts.push(item.aliasTopic === undefined ? (packet.topic ?? '?') : `(${item.aliasTopic})`);
  if (packet.type === 'CONNECT') parts.push(packet.clientId ?? '?');
  if ('packetId' in packet && packet.packetId !== undefined) parts.push(`id ${packet.packetId}`);
  parts.push(`length ${length}`);
  if (problems.length > 0) parts.push(`[${problems.map((one) => one.code).join(' ')}]`);
  return parts.join(' ');
}
