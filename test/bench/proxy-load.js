// The clients' side of the proxy benchmark: what goes through, and how long it takes. Every row checks that what it sent is
// what arrived.

import { connect } from 'node:net';
import process from 'node:process';

/** @typedef {import('node:net').Socket} Socket */

const CONNECT = (/** @type {string} */ id) =>
  Buffer.concat([
    Buffer.from([0x10, 12 + id.length, 0, 4]),
    Buffer.from('MQTT'),
    Buffer.from([4, 2, 0, 0, 0, id.length]),
    Buffer.from(id),
  ]);

/** @param {number} port @returns {Promise<Socket>} */
export function connected(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** QoS 0 packets of 1,000 bytes of payload, about 64 kB of them. */
function publishes() {
  const topic = Buffer.from('bench/line-3/temperature');
  const payload = Buffer.alloc(1000, '21.375 ');
  const length = 2 + topic.length + payload.length;
  const one = Buffer.concat([
    Buffer.from([0x30, (length & 0x7f) | 0x80, length >> 7, 0, topic.length]),
    topic,
    payload,
  ]);
  return Buffer.concat(new Array(63).fill(one));
}

/**
 * So many megabytes over so many connections at once. @param {number} port @param {number} connections
 * @param {number} megabytes in all @returns {Promise<number>} bytes a second, until the last was known to have arrived
 */
export async function throughput(port, connections, megabytes) {
  const piece = publishes();
  const times = Math.ceil((megabytes * 1e6) / connections / piece.length);
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(port)));
  const start = process.hrtime.bigint();
  const sent = await Promise.all(sockets.map((socket, index) => pour(socket, `load-${index}`, piece, times)));
  return sent.reduce((sum, one) => sum + one, 0) / (Number(process.hrtime.bigint() - start) / 1e9);
}

/** @param {Socket} socket @param {string} id @param {Buffer} piece @param {number} times @returns {Promise<number>} */
function pour(socket, id, piece, times) {
  return new Promise((resolve, reject) => {
    let left = times;
    /** @type {Buffer[]} */
    const came = [];
    const first = CONNECT(id);
    const total = first.length + times * piece.length;
    const fill = () => {
      while (left > 0) {
        left--;
        if (!socket.write(piece)) {
          socket.once('drain', fill);
          return;
        }
      }
      socket.end();
    };
    socket.on('data', (bytes) => came.push(bytes));
    socket.on('error', reject);
    socket.on('end', () => {
      const text = Buffer.concat(came).toString('latin1');
      if (text.endsWith(String(total))) resolve(total);
      else reject(new Error(`${total} bytes were sent, the target says ${JSON.stringify(text.slice(-20))}`));
    });
    socket.write(first);
    fill();
  });
}

/**
 * QoS 1 messages of 100 bytes, so many a second. @param {number} port @param {number} perSecond @param {number} seconds
 * @returns {Promise<number[]>} round trips in microseconds, sorted; those of the first second are left out
 */
export async function roundTrips(port, perSecond, seconds) {
  const socket = await connected(port);
  const trips = /** @type {number[]} */ ([]);
  const sentAt = new Float64Array(65_536);
  const topic = Buffer.from('bench/latency');
  const packet = Buffer.concat([
    Buffer.from([0x32, 2 + topic.length + 2 + 100, 0, topic.length]),
    topic,
    Buffer.from([0, 0]),
    Buffer.alloc(100, 'x'),
  ]);
  const idAt = 4 + topic.length;
  let sent = 0;
  let answered = 0;
  let rest = Buffer.alloc(0);
  const total = perSecond * seconds;
  socket.write(CONNECT('latency'));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      const now = performance.now();
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      let at = 0;
      for (; rest.length - at >= 4; at += 4) {
        if (rest[at] !== 0x40) continue;
        answered++;
        if (answered > perSecond) trips.push((now - (sentAt[rest.readUInt16BE(at + 2)] ?? 0)) * 1000);
      }
      rest = rest.subarray(at);
      if (answered === total) {
        socket.destroy();
        resolve(trips.sort((a, b) => a - b));
      }
    });
    const start = performance.now();
    const due = () => {
      const until = Math.min(total, ((performance.now() - start) / 1000) * perSecond);
      for (; sent < until; sent++) {
        const id = (sent % 65_535) + 1;
        packet.writeUInt16BE(id, idAt);
        sentAt[id] = performance.now();
        socket.write(Buffer.from(packet));
      }
      if (sent < total) setTimeout(due, 1);
    };
    due();
  });
}

/** Connections that have done no more than CONNECT. @param {number} port @param {number} count @returns {Promise<Socket[]>} */
export async function idle(port, count) {
  const sockets = /** @type {Socket[]} */ ([]);
  for (let at = 0; at < count; at += 100) {
    const some = await Promise.all(Array.from({ length: Math.min(100, count - at) }, () => connected(port)));
    await Promise.all(
      some.map((socket, index) => {
        const answered = new Promise((resolve) => socket.once('data', resolve));
        socket.write(CONNECT(`idle-${at + index}`));
        return answered;
      }),
    );
    sockets.push(...some);
  }
  return sockets;
}
