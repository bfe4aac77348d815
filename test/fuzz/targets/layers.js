// WebSocket and TLS: whatever comes, no more goes out than the bounds allow; what is held for later is let go in the end.

import { kindOf, packed, through, unpacked } from '../fed.js';
import { conversations, secretsOf } from '../fixtures.js';
import { must } from '../fuzzer.js';

/** @typedef {import('../api.js').Api} Api */
/** @typedef {import('../random.js').Random} Random */
/** @typedef {import('../fed.js').Fed} Fed */

const TLS = /^tls-.*\.pcap$/;

/** @param {readonly Fed[]} fed */
const lengthOf = (fed) => fed.reduce((sum, { chunk }) => sum + (chunk.kind === 'data' ? chunk.bytes.length : 0), 0);

/** What is cut otherwise is the same: chunks of one side in a row, cut at random. @param {readonly Fed[]} fed @param {Random} random @returns {Fed[]} */
export function cutOtherwise(fed, random) {
  const most = random.pick([1, 7, 60]);
  return fed.flatMap(({ side, chunk }) => {
    if (chunk.kind === 'gap') return [{ side, chunk }];
    /** @type {Fed[]} */
    const pieces = [];
    for (let at = 0; at < chunk.bytes.length; ) {
      const end = at + 1 + random.below(most);
      pieces.push({ side, chunk: { ...chunk, bytes: chunk.bytes.subarray(at, end) } });
      at = end;
    }
    return pieces;
  });
}

const OPENING = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mqtt\r\n';
const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';

/** An upgrade, frames in both directions, one of them compressed, and a close. @param {string} extension */
function dialogue(extension) {
  const text = new TextEncoder();
  const request = `GET /mqtt HTTP/1.1\r\nHost: b\r\n${OPENING}${extension}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  const response = `HTTP/1.1 101 Switching Protocols\r\n${OPENING}${extension}Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n`;
  /** @param {string} hex */
  const bytes = (hex) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  return [
    { side: 0, bytes: text.encode(request) },
    { side: 1, bytes: text.encode(response) },
    { side: 0, bytes: bytes('82 8f 01020304 110d0304 4c537250 058200 3f 0101 45') },
    { side: 1, bytes: bytes('02 02 2002 89 00 80 02 0000') },
    // RFC 7692, 7.2.3: "Hello", twice, the second one referring to the first; then with a final block.
    { side: 1, bytes: bytes('c1 07 f248cdc9c90700 c1 05 f200110000 c1 08 f348cdc9c9070000') },
    { side: 0, bytes: bytes('c1 87 00000000 f248cdc9c90700 88 82 00000000 03e8') },
  ];
}

/** @param {Api} api */
export const webSocketTarget = (api) => {
  const secrets = secretsOf(api);
  const inside = conversations(api, /websocket.*\.pcap$/).map((talk) => {
    const tls = new api.Tls(secrets());
    return talk.flatMap(({ side, bytes }) => {
      const out = tls.push(side, { kind: 'data', bytes, time: 0, origin: 0 });
      return out.flatMap((one) =>
        'chunk' in one && one.chunk.kind === 'data'
          ? [{ side: one.side, bytes: Uint8Array.from(one.chunk.bytes) }]
          : [],
      );
    });
  });
  const options = { maxMessageBytes: 1 << 16, inflateAllowance: 1 << 18, maxInflateRatio: 10 };
  return {
    name: 'websocket',
    seeds: [...inside, dialogue(''), dialogue(DEFLATE), dialogue(DEFLATE).slice(2), inside[0]?.slice(2) ?? []].map(
      packed,
    ),
    /** @param {Random} random @param {Uint8Array} bytes */
    run(random, bytes) {
      const fed = unpacked(bytes);
      const whole = through(new api.WebSocketTransport(0, options), fed);
      const length = lengthOf(fed);
      const most = length * (1 + options.maxInflateRatio) + 2 * options.inflateAllowance;
      must(
        whole.data[0].length + whole.data[1].length <= most,
        () => `${whole.data.map((one) => one.length)} of ${length}`,
      );
      if (length < 4096 && random.below(4) === 0) {
        through(new api.WebSocketTransport(1, options), fed);
        through(new api.WebSocketTransport(0, options), cutOtherwise(fed, random));
      }
      return kindOf(whole.codes);
    },
  };
};

/** @param {Api} api */
export const tlsTarget = (api) => {
  const secrets = secretsOf(api);
  const held = 1 << 20;
  return {
    name: 'tls',
    seeds: conversations(api, TLS).map(packed),
    /** @param {Random} random @param {Uint8Array} bytes */
    run(random, bytes) {
      const fed = unpacked(bytes);
      const given = random.below(4) === 0 ? new api.TlsSecrets({ bounds: { maxHeldTotal: held } }) : secrets();
      const { data, codes } = through(new api.Tls(given), random.below(3) === 0 ? cutOtherwise(fed, random) : fed);
      must(
        data[0].length + data[1].length <= lengthOf(fed),
        () => `${data.map((one) => one.length)} out of ${lengthOf(fed)}`,
      );
      if (given.mayGrow) must(given.reserve(held), () => 'bytes are still held in the end');
      return kindOf(codes);
    },
  };
};
