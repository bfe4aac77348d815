// The broker's side of the proxy benchmark, as a process of its own: answers CONNECT with CONNACK and each QoS 1 PUBLISH with
// PUBACK, counts all bytes, and says how many there were, as a PUBLISH, before it ends a connection that its client has ended.
// Prints its port.

import { createServer } from 'node:net';
import process from 'node:process';

const CONNACK = Buffer.from([0x20, 0x02, 0x00, 0x00]);

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  let received = 0;
  let isFirst = true;
  /** A packet that has not come whole: only small QoS 1 packets are looked at. @type {Buffer} */
  let rest = Buffer.alloc(0);
  socket.on('data', (/** @type {Buffer} */ bytes) => {
    received += bytes.length;
    if (isFirst) socket.write(CONNACK);
    isFirst = false;
    // A stream that is only to be counted begins with QoS 0 right behind its CONNECT, and stays so.
    if (bytes.length > 16_000) return;
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    rest = acknowledge(rest, (packet) => socket.write(packet));
  });
  socket.on('end', () => {
    const text = Buffer.from(String(received));
    socket.end(Buffer.concat([Buffer.from([0x30, 3 + text.length, 0, 1, 0x6e]), text]));
  });
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`${/** @type {import('node:net').AddressInfo} */ (server.address()).port}\n`);
});

/** @param {Buffer} bytes @param {(packet: Buffer) => void} send @returns {Buffer} what is left */
function acknowledge(bytes, send) {
  let at = 0;
  while (bytes.length - at >= 4) {
    let length = 0;
    let header = 1;
    for (let unit = 1; ; unit *= 128, header++) {
      const byte = bytes[at + header] ?? 0;
      length += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
    }
    const end = at + header + 1 + length;
    if (end > bytes.length) break;
    if ((bytes[at] ?? 0) >> 1 === 0x19) {
      const id = at + header + 1 + 2 + bytes.readUInt16BE(at + header + 1);
      send(Buffer.from([0x40, 0x02, bytes[id] ?? 0, bytes[id + 1] ?? 0]));
    }
    at = end;
  }
  return bytes.subarray(at);
}
