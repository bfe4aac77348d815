// The few packets of MQTT 3.1.1 that the kill test needs, written and read by hand.

import { Buffer } from 'node:buffer';
import { connect } from 'node:net';

export const TYPE = { CONNACK: 2, PUBLISH: 3, PUBACK: 4, PUBREC: 5, PUBREL: 6, PUBCOMP: 7, SUBACK: 9 };

/** @param {number} first @param {...(Buffer | number[])} parts */
function packet(first, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([
    Buffer.from([first, ...(body.length < 128 ? [body.length] : [(body.length % 128) | 0x80, body.length >> 7])]),
    body,
  ]);
}

/** @param {number} value */
function uint16(value) {
  return [value >> 8, value & 0xff];
}

/** @param {string} value */
function text(value) {
  return Buffer.concat([Buffer.from(uint16(Buffer.byteLength(value))), Buffer.from(value)]);
}

/** With a session that stays. @param {string} clientId */
export function connectPacket(clientId) {
  return packet(0x10, text('MQTT'), [4, 0, 0, 0], text(clientId));
}

/** @param {string} filter @param {number} qos */
export function subscribePacket(filter, qos) {
  return packet(0x82, [0, 1], text(filter), [qos]);
}

/** @param {{ topic: string, payload: string, qos: number, retain: boolean, id: number }} message @param {boolean} dup */
export function publishPacket({ topic, payload, qos, retain, id }, dup) {
  const flags = (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  return packet(0x30 | flags, text(topic), uint16(id), Buffer.from(payload));
}

/** @param {number} type @param {number} id */
export function acknowledgement(type, id) {
  return packet((type << 4) | (type === TYPE.PUBREL ? 2 : 0), uint16(id));
}

/**
 * @typedef {{ type: number, flags: number, body: Buffer }} Packet
 * @typedef {{ topic: string, payload: string, qos: number, retain: boolean, id: number }} Message
 */

/** @param {Packet} packet @returns {Message} */
export function messageOf({ flags, body }) {
  const qos = (flags >> 1) & 3;
  const end = 2 + body.readUInt16BE(0);
  const payloadAt = qos > 0 ? end + 2 : end;
  const id = qos > 0 ? body.readUInt16BE(end) : 0;
  const topic = body.toString('utf8', 2, end);
  return { topic, payload: body.toString('utf8', payloadAt), qos, retain: (flags & 1) !== 0, id };
}

export class Connection {
  /** @type {Buffer} */
  #rest = Buffer.alloc(0);

  /** @param {number} port @param {(packet: Packet) => void} onPacket */
  constructor(port, onPacket) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes) => this.#read(bytes, onPacket));
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
  }

  /** @param {Buffer} bytes */
  send(bytes) {
    this.socket.write(bytes);
  }

  /** @param {Buffer} bytes @param {(packet: Packet) => void} onPacket */
  #read(bytes, onPacket) {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (all.length - at >= 2) {
      let body = at + 1;
      let length = 0;
      for (let unit = 1; body < all.length; unit *= 128) {
        const byte = all.readUInt8(body++);
        length += (byte & 0x7f) * unit;
        if (byte < 128) break;
      }
      if (all.readUInt8(body - 1) >= 128 || body + length > all.length) break;
      const first = all.readUInt8(at);
      onPacket({ type: first >> 4, flags: first & 15, body: all.subarray(body, body + length) });
      at = body + length;
    }
    this.#rest = all.subarray(at);
  }
}
