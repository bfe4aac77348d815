// Clients that remember, whatever becomes of the broker: a publisher knows what was acknowledged and sends the rest again,
// a subscriber knows what it got, and which QoS 2 messages it is in the middle of.

import { acknowledgement, Connection, connectPacket, messageOf, publishPacket, subscribePacket, TYPE } from './wire.js';

const WINDOW = 20;
const RETAINED_EVERY = 10;

/** @typedef {import('./wire.js').Message} Message */

class Client {
  /** @type {Connection | undefined} */
  connection = undefined;
  sessionPresent = false;
  /** @type {((value: undefined) => void) | undefined} */
  #connected = undefined;

  /** @param {string} clientId */
  constructor(clientId) {
    this.clientId = clientId;
  }

  /** Resolves when it is ready to work. @param {number} port @returns {Promise<void>} */
  connect(port) {
    const connection = new Connection(port, (packet) => {
      if (packet.type === TYPE.CONNACK) {
        if (packet.body.readUInt8(1) !== 0) throw new Error(`${this.clientId} was refused`);
        this.sessionPresent = packet.body.readUInt8(0) === 1;
        this.begin();
      } else this.packet(packet);
    });
    this.connection = connection;
    connection.send(connectPacket(this.clientId));
    return new Promise((resolve) => {
      this.#connected = resolve;
    });
  }

  ready() {
    this.#connected?.(undefined);
  }

  /** @param {import('node:buffer').Buffer} bytes */
  send(bytes) {
    this.connection?.send(bytes);
  }

  async disconnect() {
    this.connection?.socket.destroy();
    await this.connection?.closed;
  }

  begin() {
    this.ready();
  }

  /** @param {import('./wire.js').Packet} _ */
  packet(_) {}
}

export class Publisher extends Client {
  /** By Packet Identifier, in the order of sending. @type {Map<number, { message: Message, released: boolean }>} */
  #open = new Map();
  #count = 0;
  #lastId = 0;
  /** All that were acknowledged (QoS 2: with PUBREC). @type {string[]} */
  acknowledged = [];
  lastRetained = '';
  isStopping = false;

  /** @param {string} clientId @param {number} qos */
  constructor(clientId, qos) {
    super(clientId);
    this.qos = qos;
  }

  get isDone() {
    return this.#open.size === 0;
  }

  /** 4.4: all that is open, in its order. @override */
  begin() {
    for (const [id, { message, released }] of this.#open) {
      this.send(released ? acknowledgement(TYPE.PUBREL, id) : publishPacket(message, true));
    }
    this.ready();
    this.#fill();
  }

  #fill() {
    while (!this.isStopping && this.#open.size < WINDOW) {
      do this.#lastId = (this.#lastId % 65_535) + 1;
      while (this.#open.has(this.#lastId));
      const retain = ++this.#count % RETAINED_EVERY === 0;
      const topic = `${retain ? 'r' : 'k'}/${this.clientId}`;
      const message = { topic, payload: `${this.clientId} ${this.#count}`, qos: this.qos, retain, id: this.#lastId };
      this.#open.set(message.id, { message, released: false });
      this.send(publishPacket(message, false));
    }
  }

  /** @override @param {import('./wire.js').Packet} packet */
  packet({ type, body }) {
    const id = body.readUInt16BE(0);
    const open = this.#open.get(id);
    if (type === TYPE.PUBREC) {
      if (open !== undefined && !open.released) {
        open.released = true;
        this.#acknowledge(open.message);
      }
      this.send(acknowledgement(TYPE.PUBREL, id));
      return;
    }
    if (open === undefined) return;
    if (type === TYPE.PUBACK) this.#acknowledge(open.message);
    this.#open.delete(id);
    this.#fill();
  }

  /** @param {Message} message */
  #acknowledge({ retain, payload }) {
    this.acknowledged.push(payload);
    if (retain) this.lastRetained = payload;
  }
}

export class Subscriber extends Client {
  /** QoS 2 messages in the middle of their handshake. @type {Set<number>} */
  #open = new Set();
  isSubscribed = false;
  /** Payload → how often. @type {Map<string, number>} */
  messages = new Map();
  /** @type {string[]} */
  faults = [];
  /** By publisher of QoS 2: the last number. @type {Map<string, number>} */
  #last = new Map();

  /** @param {string} clientId @param {string} filter @param {number} qos */
  constructor(clientId, filter, qos) {
    super(clientId);
    this.filter = filter;
    this.qos = qos;
  }

  /** @override */
  begin() {
    if (!this.isSubscribed) this.send(subscribePacket(this.filter, this.qos));
    else {
      if (!this.sessionPresent) this.faults.push(`${this.clientId}: its session is lost`);
      this.ready();
    }
  }

  /** @override @param {import('./wire.js').Packet} packet */
  packet(packet) {
    if (packet.type === TYPE.SUBACK) {
      this.isSubscribed = true;
      this.ready();
    } else if (packet.type === TYPE.PUBREL) {
      const id = packet.body.readUInt16BE(0);
      this.#open.delete(id);
      this.send(acknowledgement(TYPE.PUBCOMP, id));
    } else if (packet.type === TYPE.PUBLISH) this.#message(messageOf(packet));
  }

  /** @param {Message} message */
  #message({ qos, id, payload }) {
    const isNew = qos < 2 || !this.#open.has(id);
    if (qos === 2) this.#open.add(id);
    if (isNew) this.#deliver(payload, qos);
    if (qos > 0) this.send(acknowledgement(qos === 1 ? TYPE.PUBACK : TYPE.PUBREC, id));
  }

  /** @param {string} payload @param {number} qos */
  #deliver(payload, qos) {
    const times = (this.messages.get(payload) ?? 0) + 1;
    this.messages.set(payload, times);
    if (qos < 2) return;
    if (times > 1) this.faults.push(`${this.clientId}: QoS 2 message "${payload}" came ${times} times`);
    const [publisher = '', number] = payload.split(' ');
    if (Number(number) <= (this.#last.get(publisher) ?? 0))
      this.faults.push(`${this.clientId}: "${payload}" out of order`);
    this.#last.set(publisher, Number(number));
  }
}
