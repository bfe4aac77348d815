// A client of the broker bench: a raw socket, packets encoded beforehand, and of what comes only the least that is needed:
// how long each packet is, its type, and the Packet Identifier. MQTT 3.1.1. One buffer for all sockets' reading.

import { Buffer } from 'node:buffer';
import { connect } from 'node:net';

/** @typedef {(client: Client, type: number, id: number) => void} OnPacket */

export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;
export const PUBREC = 5;
export const PUBREL = 6;
export const PUBCOMP = 7;
export const SUBACK = 9;

const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);

export class Client {
  /** Whatever a row counts here. */
  count = 0;
  /** The QoS of what this client gets, to know where the Packet Identifier is. */
  /** @type {OnPacket | undefined} */
  onPacket = undefined;
  /** Not looked into: only counted, in bytes. @type {((bytes: number) => void) | undefined} */
  onBytes = undefined;
  /** @type {(() => void) | undefined} */
  onClose = undefined;
  /** Bytes of an unfinished packet. */
  #rest = Buffer.alloc(0);

  /** @param {number} port */
  constructor(port) {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          this.#read(length);
          return true;
        },
      },
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.onClose?.());
  }

  /** @param {number} length */
  #read(length) {
    if (this.onBytes !== undefined) {
      this.onBytes(length);
      return;
    }
    let bytes = readBuffer.subarray(0, length);
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, bytes]);
      this.#rest = Buffer.alloc(0);
    }
    let at = 0;
    while (at + 2 <= bytes.length) {
      let total = bytes[at + 1] ?? 0;
      let header = 2;
      if (total > 127) {
        if (at + 3 > bytes.length) break;
        total = (total & 127) + 128 * (bytes[at + 2] ?? 0);
        header = 3;
      }
      const end = at + header + total;
      if (end > bytes.length) break;
      const first = bytes[at] ?? 0;
      const body = at + header;
      const idAt = first >> 4 === PUBLISH ? body + 2 + bytes.readUInt16BE(body) : body;
      const id = total >= 2 && idAt + 2 <= end ? bytes.readUInt16BE(idAt) : 0;
      this.onPacket?.(this, first >> 4, id);
      at = end;
    }
    if (at < bytes.length) this.#rest = Buffer.from(bytes.subarray(at));
  }

  /** Sends, and resolves with the first packet of this type. @param {Buffer} packet @param {number} type @returns {Promise<void>} */
  ask(packet, type) {
    return new Promise((resolve, reject) => {
      this.onClose = () => reject(new Error('the broker closed the connection'));
      this.onPacket = (_, came) => {
        if (came !== type) return;
        this.onPacket = undefined;
        this.onClose = undefined;
        resolve();
      };
      this.socket.write(packet);
    });
  }

  close() {
    this.onClose = undefined;
    this.socket.destroy();
  }
}

/** @param {number} port @param {string} id @param {boolean} [clean] */
export async function connected(port, id, clean = true) {
  const client = new Client(port);
  await client.ask(connectPacket(id, clean), CONNACK);
  return client;
}

/** @param {string} id @param {boolean} clean */
export function connectPacket(id, clean = true) {
  const name = Buffer.from(id);
  const body = [0, 4, ...Buffer.from('MQTT'), 4, clean ? 2 : 0, 0, 0, name.length >> 8, name.length & 255, ...name];
  return Buffer.from([0x10, ...lengthBytes(body.length), ...body]);
}

/** @param {readonly string[]} filters @param {number} qos */
export function subscribePacket(filters, qos) {
  const parts = filters.map((filter) => {
    const text = Buffer.from(filter);
    return Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), text, Buffer.from([qos])]);
  });
  const body = Buffer.concat([Buffer.from([0, 1]), ...parts]);
  return Buffer.concat([Buffer.from([0x82, ...lengthBytes(body.length)]), body]);
}

/** @param {string} topic @param {number} qos @param {number} id @param {number} [payload] */
export function publishPacket(topic, qos, id, payload = 100) {
  const text = Buffer.from(topic);
  const identifier = qos === 0 ? [] : [id >> 8, id & 255];
  const body = Buffer.concat([
    Buffer.from([text.length >> 8, text.length & 255]),
    text,
    Buffer.from(identifier),
    Buffer.alloc(payload, 0x78),
  ]);
  return Buffer.concat([Buffer.from([0x30 | (qos << 1), ...lengthBytes(body.length)]), body]);
}

/** PUBACK and its like. @param {number} type @param {number} id */
export function acknowledgement(type, id) {
  return Buffer.from([(type << 4) | (type === PUBREL ? 2 : 0), 2, id >> 8, id & 255]);
}

/** @param {number} length */
function lengthBytes(length) {
  const bytes = [];
  let left = length;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? low | 128 : low);
  } while (left > 0);
  return bytes;
}
