// pcap and pcapng: the same packets and notes however the file is cut, packets in order and within the file.

import { captureFiles } from '../fixtures.js';
import { must } from '../fuzzer.js';

/** @typedef {import('../api.js').Api} Api */
/** @typedef {import('../random.js').Random} Random */

/** @param {Api} api @param {Uint8Array} bytes @param {() => number} size */
function read(api, bytes, size) {
  const reader = api.openCapture(bytes.subarray(0, 32));
  if (reader === 'gzip') return undefined;
  /** @type {string[]} */
  const packets = [];
  /** @type {string[]} */
  const codes = [];
  let total = 0;
  let last = 0;
  /** @param {readonly import('../../../src/capture/packet.js').CapturedPacket[]} some */
  const take = (some) => {
    for (const { number, time, link, bytes: data, originalLength } of some) {
      // One that cannot be read counts, too.
      must(number > last, () => `packet ${number} after ${last}`);
      last = number;
      must(Number.isFinite(time) && Number.isInteger(link), () => `time ${time}, link ${link}`);
      must(originalLength >= data.length, () => `${data.length} bytes of ${originalLength}`);
      total += data.length;
      packets.push(`${time} ${link} ${originalLength} ${Buffer.from(data).toString('base64')}`);
    }
    for (const { code, offset, message } of reader.takeNotes()) {
      must(offset >= 0 && offset <= bytes.length, () => `${code} at ${offset} of ${bytes.length}: ${message}`);
      codes.push(`${code} ${offset}`);
    }
  };
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + size());
    // In memory that is overwritten when the reader is done with it.
    const piece = Buffer.from(bytes.subarray(at, end));
    take(reader.push(piece));
    piece.fill(0xee);
    at = end;
  }
  take(reader.end());
  must(total <= bytes.length, () => `${total} bytes out of ${bytes.length}`);
  return { packets, codes };
}

/** @param {'pcap' | 'pcapng'} kind */
export const captureTarget =
  (kind) =>
  /** @param {Api} api */
  (api) => ({
    name: kind,
    seeds: captureFiles(kind),
    /** @param {Random} random @param {Uint8Array} bytes */
    run(random, bytes) {
      try {
        const whole = read(api, bytes, () => bytes.length);
        const most = random.pick([3, 20, 500]);
        const cut = read(api, bytes, () => 1 + random.below(most));
        must(JSON.stringify(cut) === JSON.stringify(whole), () => 'other packets or notes when it is cut');
        return [...new Set(whole?.codes.map((code) => code.split(' ')[0]))].join(' ');
      } catch (error) {
        // Not a capture: the one thing that is to be thrown.
        if (error instanceof api.UserError) return error.code;
        throw error;
      }
    },
  });
