// Writes a capture of any size: 200 clients of one broker, each with its whole story, interleaved as on a busy link. Classic pcap
// (little-endian, microseconds) of Ethernet, IPv4 and TCP with an MSS of 1460. The same size and seed give the same bytes, and
// memory does not grow with the size. TCP checksums are left 0, as captures with checksum offloading have them.
//
// Payloads: see `payloadBands`; each begins with a number of its own. QoS 0, 1, 2 in 60, 30, 10 of 100 messages, 5 of them
// with RETAIN 1. The broker passes each message on to the one client that has subscribed to it, as it came, with RETAIN 0,
// once its last segment was captured; after the subscriber's DISCONNECT to nobody. Every client pings now and then. A write of one or several small packets begins a segment of its own, so no Remaining Length is split over two: this
// measures speed, and tshark (which reads such a length wrongly) must find the same packets.

import { closeSync, openSync, writeSync } from 'node:fs';

/** @typedef {Record<string, number>} Counts MQTT packets by type name */
/** @typedef {{ bytes: number, frames: number, connections: number, packets: number, counts: Counts }} Written */

/** Shares of all messages, and payload sizes in bytes. */
export const payloadBands = /** @type {const} */ ([
  { share: 0.8, from: 60, to: 200 },
  { share: 0.15, from: 200, to: 1_500 },
  { share: 0.045, from: 1_500, to: 8_000 },
  { share: 0.005, from: 8_000, to: 80_000 },
]);

const mss = 1460;
const typeNames =
  ' CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT AUTH'.split(
    ' ',
  );
const [fin, syn, push, acknowledge] = [0x01, 0x02, 0x08, 0x10];

/**
 * @param {string} path
 * @param {number} megabytes the size to reach, in 10^6 bytes; the file ends a little above it
 * @param {{ seed?: number, clients?: number }} [options]
 * @returns {Written}
 */
export function writeSynthetic(path, megabytes, { seed = 1, clients: clientCount = 200 } = {}) {
  const random = generator(seed);
  const file = captureFile(path);
  /** @type {Counts} */
  const counts = {};
  const serial = { last: 0 };
  /** Two clients on, so of the same version, is whose messages a client gets. @type {ReturnType<typeof newClient>[]} */
  const clients = Array.from({ length: clientCount }, (_, n) =>
    newClient(n, (n + 2) % clientCount, random, counts, serial, (message) =>
      clients[(n - 2 + 2 * clientCount) % clientCount]?.deliver(message),
    ),
  );

  // All have subscribed before the first message, so nobody is owed what was retained before.
  while (clients.some(({ queue }) => queue.length > 0)) for (const client of clients) client.send(file);
  const target = megabytes * 1e6;
  for (let client = clients[0]; client && file.bytes() < target; client = clients[Math.floor(random() * clientCount)]) {
    if (client.queue.length === 0) client.exchange();
    for (let n = 1 + Math.floor(random() * 4); n > 0; n--) client.send(file);
  }
  for (const client of clients) client.finish(file);
  file.close();
  const packets = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { bytes: file.bytes(), frames: file.frames(), connections: clientCount, packets, counts };
}

/**
 * mulberry32: small, fast, the same everywhere.
 * @param {number} state
 * @returns {() => number} from 0 to below 1
 */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// --- the conversation ------------------------------------------------------------------------------------------------------

/** @typedef {{ fromClient: boolean, bytes: Uint8Array, flags: number, then?: () => void }} Segment */
/** @typedef {{ qos: number, retain: number, topic: string, properties: Buffer, payload: Buffer }} Message */
/** @typedef {ReturnType<typeof captureFile>} CaptureFile */

const text = Buffer.from('{"sensor":"temp","unit":"C","value":21.5,"quality":"good","seq":1700000000}\n'.repeat(1100));

const nameOf = (/** @type {number} */ number) => `device-${String(number).padStart(6, '0')}`;

/**
 * @param {number} number
 * @param {number} other whose messages it gets
 * @param {() => number} random
 * @param {Counts} counts
 * @param {{ last: number }} serial of all messages
 * @param {(message: Message) => void} pass told of each message when the broker has it
 */
function newClient(number, other, random, counts, serial, pass) {
  const version = number % 2 === 0 ? 4 : 5;
  const name = nameOf(number);
  const ends = {
    client: address(10, 0, number),
    server: address(10, 128, -1),
    clientPort: 20_000 + number,
    serverPort: 1883,
  };
  const topics = ['temp', 'humidity', 'state', 'log'].map((leaf) => `site/${number % 20}/${name}/${leaf}`);
  /** Next sequence number, data segments not yet acknowledged, next packet identifier: of client and of broker. */
  const side = [true, false].map(() => ({ sequence: Math.floor(random() * 2 ** 32), unacknowledged: 0, nextId: 1 }));
  /** @type {Segment[]} */
  const queue = [];
  let isLeaving = false;
  const none = Buffer.alloc(0);

  const of = (/** @type {boolean} */ fromClient) => /** @type {typeof side[0] & {}} */ (side[fromClient ? 0 : 1]);
  /**
   * One write to the socket: these packets, cut at the MSS.
   * @param {boolean} fromClient
   * @param {readonly Buffer[]} packets
   * @param {() => void} [then] called when all of it is in the capture
   */
  const writeAll = (fromClient, packets, then) => {
    const bytes = packets.length === 1 && packets[0] ? packets[0] : Buffer.concat(packets);
    for (let at = 0; at < bytes.length; at += mss) {
      const last = at + mss >= bytes.length;
      const segment = { fromClient, bytes: bytes.subarray(at, at + mss), flags: acknowledge | (last ? push : 0) };
      queue.push(last && then ? { ...segment, then } : segment);
    }
  };
  const write = (/** @type {boolean} */ fromClient, /** @type {Buffer[]} */ ...packets) =>
    writeAll(fromClient, packets);
  /** @param {number} type @param {number} flags @param {Buffer[]} parts */
  const packet = (type, flags, ...parts) => {
    const typeName = typeNames[type] ?? '';
    counts[typeName] = (counts[typeName] ?? 0) + 1;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return Buffer.concat([Buffer.from([(type << 4) | flags, ...variableByteInteger(length)]), ...parts]);
  };
  const acknowledgement = (/** @type {number} */ type, /** @type {number} */ id) =>
    packet(type, type === 6 ? 2 : 0, uint16(id));
  /** @param {number} qos @param {number} size @returns {Message} */
  const newMessage = (qos, size) => {
    const topic = topics[Math.floor(random() * topics.length)] ?? '';
    const retain = random() < 0.05 ? 1 : 0;
    const properties = version === 4 ? none : random() < 0.5 ? Buffer.from([0]) : publishProperties;
    const payload = Buffer.from(text.subarray(0, size));
    payload.write(`{"number":${String(++serial.last).padStart(9, '0')}`);
    return { qos, retain, topic, properties, payload };
  };
  /** @param {Message} message @param {number} id @param {number} retain */
  const publish = ({ qos, topic, properties, payload }, id, retain) =>
    packet(3, (qos << 1) | retain, string(topic), qos > 0 ? uint16(id) : none, properties, payload);
  /** The packets by which a side sends messages: several of QoS 0, or one. @param {boolean} fromClient @param {Message[]} messages */
  const send = (fromClient, messages) => {
    const { qos } = /** @type {Message} */ (messages[0]);
    const id = qos === 0 ? 0 : of(fromClient).nextId;
    if (qos > 0) of(fromClient).nextId = (id % 65_535) + 1;
    writeAll(
      fromClient,
      messages.map((message) => publish(message, id, fromClient ? message.retain : 0)),
      fromClient ? () => messages.forEach(pass) : undefined,
    );
    if (qos === 1) write(!fromClient, acknowledgement(4, id));
    if (qos < 2) return;
    write(!fromClient, acknowledgement(5, id));
    write(fromClient, acknowledgement(6, id));
    write(!fromClient, acknowledgement(7, id));
  };

  const open = () => {
    for (const [fromClient, flags] of /** @type {const} */ ([
      [true, syn],
      [false, syn | acknowledge],
      [true, acknowledge],
    ])) {
      queue.push({ fromClient, bytes: none, flags });
    }
    const properties = version === 4 ? none : Buffer.from([0]);
    const login = [string('sensor'), string('bench')];
    write(
      true,
      packet(1, 0, string('MQTT'), Buffer.from([version, 0xc2]), uint16(60), properties, string(name), ...login),
    );
    write(false, packet(2, 0, Buffer.from([0, 0]), properties));
    write(
      true,
      packet(
        8,
        2,
        uint16(of(true).nextId++),
        properties,
        string(`site/${other % 20}/${nameOf(other)}/#`),
        Buffer.from([2]),
      ),
    );
    write(false, packet(9, 0, uint16(1), properties, Buffer.from([2])));
  };

  const exchange = () => {
    if (random() < 0.02) {
      write(true, packet(12, 0));
      return write(false, packet(13, 0));
    }
    const size = payloadSize(random);
    const qos = random() < 0.6 ? 0 : random() < 0.75 ? 1 : 2;
    // Up to 4 of 300 bytes: within one segment.
    const several = qos === 0 && size < 200 && random() < 0.2 ? 2 + Math.floor(random() * 3) : 1;
    send(
      true,
      Array.from({ length: several }, () => newMessage(qos, size)),
    );
  };

  const client = {
    queue,
    opened: false,
    exchange,
    /** A message that it has subscribed to. @param {Message} message */
    deliver(message) {
      if (!isLeaving) send(false, [message]);
    },
    /** Writes the next waiting segment, and an acknowledgement of its own after every second one without an answer. @param {CaptureFile} file */
    send(file) {
      const segment = queue.shift();
      if (!segment) return;
      const { fromClient, bytes, flags, then } = segment;
      const [mine, other] = [of(fromClient), of(!fromClient)];
      client.opened ||= bytes.length > 0;
      file.tick(client.opened && file.frames() > 3 ? 2 + Math.floor(random() * 40) : 20);
      file.write(ends, fromClient, mine.sequence, flags & acknowledge ? other.sequence : 0, flags, bytes);
      mine.sequence = (mine.sequence + bytes.length + (flags & (syn | fin) ? 1 : 0)) >>> 0;
      other.unacknowledged = 0;
      if (bytes.length > 0 && ++mine.unacknowledged === 2 && queue[0]?.fromClient !== !fromClient) {
        mine.unacknowledged = 0;
        file.tick(1 + Math.floor(random() * 5));
        file.write(ends, !fromClient, other.sequence, mine.sequence, acknowledge, none);
      }
      then?.();
    },
    /** Sends what waits, says goodbye, closes. @param {CaptureFile} file */
    finish(file) {
      isLeaving = true;
      write(true, packet(14, 0));
      for (const fromClient of [true, false]) queue.push({ fromClient, bytes: none, flags: fin | acknowledge });
      queue.push({ fromClient: true, bytes: none, flags: acknowledge });
      while (queue.length > 0) client.send(file);
    },
  };
  open();
  return client;
}

/** @param {() => number} random */
function payloadSize(random) {
  let share = random();
  for (const band of payloadBands) {
    if ((share -= band.share) < 0) return band.from + Math.floor(random() * (band.to - band.from));
  }
  return payloadBands[0].from;
}

// --- bytes -----------------------------------------------------------------------------------------------------------------

const uint16 = (/** @type {number} */ value) => Buffer.from([value >> 8, value & 0xff]);
const string = (/** @type {string} */ value) => Buffer.concat([uint16(Buffer.byteLength(value)), Buffer.from(value)]);
const address = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ n) => [
  a,
  b,
  (n + 2) >> 8,
  (n + 2) & 0xff,
];

/** @param {number} value */
function variableByteInteger(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** Content Type application/json, one User Property. */
const publishProperties = (() => {
  const list = [Buffer.from([3]), string('application/json'), Buffer.from([0x26]), string('unit'), string('C')];
  const length = list.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from(variableByteInteger(length)), ...list]);
})();

/**
 * A classic pcap file, written through one buffer.
 * @param {string} path
 */
function captureFile(path) {
  const descriptor = openSync(path, 'w');
  const buffer = Buffer.alloc(4 << 20);
  let [used, flushed, frames, microseconds] = [24, 0, 0, 1];
  buffer.writeUInt32LE(0xa1b2c3d4, 0);
  buffer.writeUInt16LE(2, 4);
  buffer.writeUInt16LE(4, 6);
  buffer.writeUInt32LE(262_144, 16);
  buffer.writeUInt32LE(1, 20); // LINKTYPE_ETHERNET

  const flush = () => {
    for (let at = 0; at < used; ) at += writeSync(descriptor, buffer, at, used - at);
    flushed += used;
    used = 0;
  };
  return {
    frames: () => frames,
    bytes: () => flushed + used,
    tick: (/** @type {number} */ more) => {
      microseconds += frames === 0 ? 0 : more;
    },
    close: () => {
      flush();
      closeSync(descriptor);
    },
    /**
     * @param {{ client: number[], server: number[], clientPort: number, serverPort: number }} ends
     * @param {boolean} fromClient
     * @param {number} sequence
     * @param {number} acknowledged
     * @param {number} flags
     * @param {Uint8Array} payload
     */
    write(ends, fromClient, sequence, acknowledged, flags, payload) {
      const options = flags & syn ? 4 : 0;
      const ipLength = 40 + options + payload.length;
      if (used + 16 + 14 + ipLength > buffer.length) flush();
      frames++;
      let at = used;
      at = buffer.writeUInt32LE(1_700_000_000 + Math.floor(microseconds / 1e6), at);
      at = buffer.writeUInt32LE(microseconds % 1e6, at);
      at = buffer.writeUInt32LE(14 + ipLength, at);
      at = buffer.writeUInt32LE(14 + ipLength, at);
      at = buffer.writeUIntBE(fromClient ? 0x020000000002 : 0x020000000001, at, 6);
      at = buffer.writeUIntBE(fromClient ? 0x020000000001 : 0x020000000002, at, 6);
      at = buffer.writeUInt16BE(0x0800, at);
      const ip = at;
      at = buffer.writeUInt16BE(0x4500, at);
      at = buffer.writeUInt16BE(ipLength, at);
      at = buffer.writeUInt16BE(frames & 0xffff, at);
      at = buffer.writeUInt16BE(0x4000, at);
      at = buffer.writeUInt16BE(0x4006, at); // 64 hops, TCP
      at = buffer.writeUInt16BE(0, at);
      for (const byte of fromClient ? ends.client : ends.server) buffer[at++] = byte;
      for (const byte of fromClient ? ends.server : ends.client) buffer[at++] = byte;
      let sum = 0;
      for (let word = ip; word < at; word += 2) sum += buffer.readUInt16BE(word);
      sum = (sum & 0xffff) + (sum >>> 16);
      buffer.writeUInt16BE(~(sum + (sum >>> 16)) & 0xffff, ip + 10);
      at = buffer.writeUInt16BE(fromClient ? ends.clientPort : ends.serverPort, at);
      at = buffer.writeUInt16BE(fromClient ? ends.serverPort : ends.clientPort, at);
      at = buffer.writeUInt32BE(sequence, at);
      at = buffer.writeUInt32BE(acknowledged, at);
      at = buffer.writeUInt16BE(((5 + options / 4) << 12) | flags, at);
      at = buffer.writeUInt16BE(0xffff, at);
      at = buffer.writeUInt32BE(0, at);
      if (options) at = buffer.writeUInt32BE(0x02040000 | mss, at);
      buffer.set(payload, at);
      used = at + payload.length;
    },
  };
}
