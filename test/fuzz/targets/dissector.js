// A whole capture, from its bytes to every report: counts add up, numbers ascend, frames lie within the capture, JSON parses.

import { captureFiles, secretsOf } from '../fixtures.js';
import { must } from '../fuzzer.js';
import { checkCoverage } from './codec.js';

/** @typedef {import('../api.js').Api} Api */
/** @typedef {import('../random.js').Random} Random */
/** @typedef {import('../../../src/dissect/item.js').Item} Item */

const OPTIONS = {
  width: 100,
  colour: false,
  fields: true,
  hex: true,
  showSecrets: false,
  nameSources: false,
  pasted: false,
};

/** @param {Api} api */
export const dissectorTarget = (api) => {
  const secrets = secretsOf(api);
  return {
    name: 'dissector',
    seeds: [...captureFiles('pcap'), ...captureFiles('pcapng')].filter(({ length }) => length < 12_000),
    /** @param {Random} random @param {Uint8Array} bytes */
    run(random, bytes) {
      let reader;
      try {
        reader = api.openCapture(bytes);
      } catch (error) {
        if (error instanceof api.UserError) return error.code;
        throw error;
      }
      if (reader === 'gzip') return 'gzip';
      const dissector = new api.Dissector({
        secrets: secrets(),
        reassemble: random.below(4) > 0,
        ports: random.below(4) > 0 ? [] : [1883, 8883],
        version: random.pick(/** @type {const} */ ([undefined, undefined, '3.1', '5.0'])),
      });
      const { name, create } = random.pick(api.formats);
      const renderer = create(OPTIONS);
      let text = renderer.begin() + renderer.source({ name: 'a', epoch: 0n });
      const kinds = new Set();
      let frames = 0;
      let last = 0;
      let packets = 0;
      /** @param {readonly Item[]} items */
      const take = (items) => {
        for (const item of items) {
          if (item.kind === 'event') kinds.add(`${item.event} ${item.code}`);
          else {
            check(api, item, ++packets, last);
            kinds.add(item.frame.packet.type);
          }
          text += renderer.item(item);
        }
      };
      for (const packet of [...reader.push(bytes), ...reader.end()]) {
        frames++;
        last = packet.number;
        take(dissector.push(packet));
      }
      take(dissector.end());
      const summary = dissector.summary();
      text += renderer.flush() + renderer.end(summary);
      must(summary.packets === packets && summary.captureFrames === frames, () => JSON.stringify(summary));
      const byType = Object.values(summary.byType).reduce((sum, count) => sum + count, 0);
      must(byType === packets, () => `${byType} by type of ${packets}`);
      if (name === 'json') JSON.parse(text);
      if (name === 'ndjson') for (const line of text.split('\n').filter(Boolean)) JSON.parse(line);
      // Nothing that a terminal would obey; JSON is for programs.
      must(name.includes('json') || !hasControls(text), () => `control characters in ${name}`);
      return [...kinds].sort().join();
    },
  };
};

/** @param {Api} api @param {Extract<Item, { kind: 'packet' }>} item @param {number} packets @param {number} last */
function check(api, { number, frame }, packets, last) {
  const { bytes, length, origins, version, direction } = frame;
  must(number === packets, () => `packet ${number}, the ${packets}th`);
  must(bytes.length <= length, () => `${bytes.length} bytes of ${length}`);
  const ordered = origins.every((one, i) => one >= 1 && one <= last && (i === 0 || one > (origins[i - 1] ?? 0)));
  must(ordered && origins.length > 0, () => `frames ${origins} of ${last}, ${direction}`);
  checkCoverage(api.annotate(bytes, version), bytes.length);
}

/** @param {string} text */
function hasControls(text) {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x0a) || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}
