// What the broker bench measures, a row each: given a port and seconds, a number. Throughput is what subscribers got, while
// publishers stay at most a window ahead of them: so nothing is dropped, and each broker runs as fast as it can.

import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import {
  acknowledgement,
  Client,
  CONNACK,
  connected,
  connectPacket,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  publishPacket,
  SUBACK,
  subscribePacket,
} from './broker-client.js';

/** @typedef {{ port: number, pid: number, seconds: number }} Target */
/** @typedef {{ name: string, unit: string, isLess?: boolean, durable?: boolean, run: (target: Target) => Promise<number> }} Row */

/** Messages that publishers are ahead. */
const AHEAD = 4000;
/** Written at once. */
const BURST = 100;
const WARM_UP = 1;
const TOPIC = 'bench/topic';

/** @type {readonly Row[]} */
export const ROWS = [
  { name: '10 publishers to 1 subscriber, QoS 0', unit: 'msg/s', run: (target) => fanning(target, 10, 1) },
  { name: '1 publisher to 50 subscribers, QoS 0', unit: 'msg/s', run: (target) => fanning(target, 1, 50) },
  { name: '1 publisher to 1 subscriber, QoS 0', unit: 'msg/s', run: (target) => fanning(target, 1, 1) },
  { name: '1 to 1, QoS 1, window 20', unit: 'msg/s', run: (target) => acknowledged(target, 1) },
  { name: '1 to 1, QoS 2, window 20', unit: 'msg/s', run: (target) => acknowledged(target, 2) },
  { name: 'connects, 50 at a time', unit: '/s', run: connects },
  { name: '5,000 idle connections', unit: 'kB each', isLess: true, run: idle },
  { name: '1 to 1, QoS 0, beside 100,000 wildcard subscriptions', unit: 'msg/s', run: wildcards },
  {
    name: '1 to 1, QoS 1, window 20, durable',
    unit: 'msg/s',
    durable: true,
    run: (target) => acknowledged(target, 1, false),
  },
];

/** @param {Target} target @param {number} publishers @param {number} subscribers */
async function fanning({ port, seconds }, publishers, subscribers) {
  const packet = publishPacket(TOPIC, 0, 0);
  const burst = Buffer.concat(Array.from({ length: BURST }, () => packet));
  const receivers = await subscribersOf(port, subscribers, 0);
  const senders = await Promise.all(Array.from({ length: publishers }, (_, n) => connected(port, `pub-${n}`)));
  let bytes = 0;
  let sent = 0;
  const perMessage = packet.length * subscribers;
  const isOver = { value: false };
  const feed = () => {
    while (!isOver.value && sent + BURST - bytes / perMessage <= AHEAD) {
      const sender = senders[(sent / BURST) % publishers];
      sender?.socket.write(burst);
      sent += BURST;
    }
  };
  for (const receiver of receivers) {
    receiver.onBytes = (length) => {
      bytes += length;
      feed();
    };
  }
  feed();
  const rate = await rateOf(() => bytes / packet.length, seconds);
  isOver.value = true;
  // Neither more nor less than was sent, or the rate means nothing.
  for (let tries = 0; tries < 100 && bytes < sent * perMessage; tries++) await wait(0.05);
  if (bytes !== sent * perMessage) throw new Error(`${bytes} bytes came of ${sent * perMessage}`);
  for (const client of [...receivers, ...senders]) client.close();
  return rate;
}

/** @param {Target} target @param {number} qos @param {boolean} [clean] */
async function acknowledged({ port, seconds }, qos, clean = true) {
  const window = 20;
  const receiver = await subscriberOf(port, 'sub', qos, clean);
  const sender = await connected(port, 'pub', clean);
  const packets = Array.from({ length: window }, (_, n) => publishPacket(TOPIC, qos, n + 1));
  const releases = Array.from({ length: window }, (_, n) => acknowledgement(PUBREL, n + 1));
  let received = 0;
  let isOver = false;
  const out = gathering(sender);
  const back = gathering(receiver);
  sender.onPacket = (_, type, id) => {
    if (type === PUBREC) out(/** @type {Buffer} */ (releases[id - 1]));
    else if ((type === PUBACK || type === PUBCOMP) && !isOver) out(/** @type {Buffer} */ (packets[id - 1]));
  };
  receiver.onPacket = (_, type, id) => {
    if (type === PUBLISH) {
      received++;
      back(acknowledgement(qos === 1 ? PUBACK : PUBREC, id));
    } else if (type === PUBREL) back(acknowledgement(PUBCOMP, id));
  };
  for (const packet of packets) out(packet);
  const rate = await rateOf(() => received, seconds);
  isOver = true;
  sender.close();
  receiver.close();
  return rate;
}

/** One write for what comes of one read. @param {Client} client @returns {(packet: Buffer) => void} */
function gathering(client) {
  /** @type {Buffer[]} */
  let waiting = [];
  const flush = () => {
    const all = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting);
    waiting = [];
    client.socket.write(all ?? '');
  };
  return (packet) => {
    if (waiting.length === 0) queueMicrotask(flush);
    waiting.push(packet);
  };
}

/** @param {Target} target */
async function connects({ port, seconds }) {
  let count = 0;
  let isOver = false;
  let next = 0;
  const disconnect = Buffer.from([0xe0, 0]);
  const one = async () => {
    while (!isOver) {
      const client = new Client(port);
      await client.ask(connectPacket(`c-${next++}`), CONNACK);
      client.socket.write(disconnect);
      await new Promise((resolve) => {
        client.onClose = () => resolve(undefined);
        client.socket.end();
      });
      count++;
    }
  };
  const all = Promise.all(Array.from({ length: 50 }, one));
  const rate = await rateOf(() => count, seconds);
  isOver = true;
  await all;
  return rate;
}

/** @param {Target} target */
async function idle({ port, pid }) {
  const connections = 5000;
  const before = memoryOf(pid);
  const clients = [];
  for (let at = 0; at < connections; at += 100) {
    const some = Array.from({ length: 100 }, (_, n) => connected(port, `idle-${at + n}`));
    clients.push(...(await Promise.all(some)));
  }
  await wait(3);
  const after = memoryOf(pid);
  for (const client of clients) client.close();
  return (after - before) / connections;
}

/** @param {Target} target */
async function wildcards(target) {
  const { port } = target;
  const clients = await Promise.all(Array.from({ length: 10 }, (_, n) => connected(port, `wild-${n}`)));
  for (const [n, client] of clients.entries()) {
    for (let at = 0; at < 10_000; at += 100) {
      const filters = Array.from({ length: 100 }, (_, m) => `wild/${n}/+/${at + m}/#`);
      await client.ask(subscribePacket(filters, 0), SUBACK);
    }
  }
  const rate = await fanning(target, 1, 1);
  for (const client of clients) client.close();
  return rate;
}

/** @param {number} port @param {number} count @param {number} qos */
function subscribersOf(port, count, qos) {
  return Promise.all(Array.from({ length: count }, (_, n) => subscriberOf(port, `sub-${n}`, qos)));
}

/** @param {number} port @param {string} id @param {number} qos @param {boolean} [clean] */
async function subscriberOf(port, id, qos, clean = true) {
  const client = await connected(port, id, clean);
  await client.ask(subscribePacket([TOPIC], qos), SUBACK);
  return client;
}

/** @param {() => number} count @param {number} seconds */
async function rateOf(count, seconds) {
  await wait(WARM_UP);
  const from = performance.now();
  const before = count();
  await wait(seconds);
  return (count() - before) / ((performance.now() - from) / 1000);
}

/** Resident, in kB. @param {number} pid */
function memoryOf(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** @param {number} seconds */
function wait(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
