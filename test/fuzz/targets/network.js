// Links, tunnels and fragments: a segment lies within the bytes that it points into, its numbers are numbers of their width.
// An input is a link type and packets, each after its length; the corpus has one of each kind of wrapping.

import { packetsOf } from '../fixtures.js';
import { must } from '../fuzzer.js';
import { concat } from '../mutate.js';

/** @typedef {import('../api.js').Api} Api */

/** @param {number} value */
const u16 = (value) => Uint8Array.of(value >> 8, value & 0xff);

/** @param {number} link @param {readonly Uint8Array[]} packets */
export const packedPackets = (link, packets) =>
  concat(u16(link), ...packets.flatMap((bytes) => [u16(bytes.length), bytes]));

/** @param {Uint8Array} bytes */
function* unpacked(bytes) {
  const link = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  let number = 0;
  for (let at = 2; at + 2 <= bytes.length; ) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const packet = bytes.subarray(at + 2, at + 2 + length);
    at += 2 + packet.length;
    number++;
    yield { number, time: number * 1e6, link, bytes: packet, originalLength: length };
  }
}

/** @param {import('../../../src/net/segment.js').Segment} segment */
export function checkSegment(segment) {
  const { bytes, addressLength, sourceAt, destinationAt, payloadAt, payloadEnd, payloadLength } = segment;
  const { sourcePort, destinationPort, sequence, acknowledgment, flags } = segment;
  const ends = [sourceAt + addressLength, destinationAt + addressLength, payloadEnd];
  must(
    ends.every((end) => end >= 0 && end <= bytes.length),
    () => `ends ${ends} of ${bytes.length}`,
  );
  must(addressLength === 4 || addressLength === 16, () => `addresses of ${addressLength}`);
  must(
    sourceAt >= 0 && destinationAt >= 0 && payloadAt >= 0 && payloadAt <= payloadEnd,
    () => `payload at ${payloadAt}`,
  );
  must(payloadLength >= payloadEnd - payloadAt && Number.isInteger(payloadLength), () => `length ${payloadLength}`);
  const wide = [sequence, acknowledgment].every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32);
  const narrow = [sourcePort, destinationPort, flags].every((value) => Number.isInteger(value) && value >> 16 === 0);
  must(wide && narrow, () => `numbers ${[sourcePort, destinationPort, sequence, acknowledgment, flags]}`);
}
/** @param {Api} api @param {readonly Uint8Array[]} files */
export const networkTarget = (api, files) => ({
  name: 'network',
  seeds: files.slice(0, 8).flatMap((file) => {
    const packets = packetsOf(api, file).slice(0, 6);
    const [first] = packets;
    const bytes = packets.map((packet) => packet.bytes);
    return first === undefined ? [] : [packedPackets(first.link, bytes)];
  }),
  /** @param {unknown} _random @param {Uint8Array} bytes */
  run(_random, bytes) {
    const reader = new api.SegmentReader();
    const kinds = new Set();
    let held = 0;
    for (const packet of unpacked(bytes)) {
      const result = reader.read(packet);
      if (result.kind === 'segment') checkSegment(result);
      else if (result.reason === 'held') held++;
      kinds.add(result.kind === 'segment' ? '' : `${result.reason} ${result.what.replace(/\d.*/, '')}`);
    }
    const lost = reader.lost().reduce((sum, { count }) => sum + count, 0);
    must(lost <= held, () => `${lost} lost of ${held} held`);
    return [...kinds].sort().join();
  },
});
