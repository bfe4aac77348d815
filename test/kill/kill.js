// Kills the broker with SIGKILL in the middle of a load of QoS 1 and 2, starts it again on the same database, and so on.
// In the end: every message that was acknowledged has come to every subscriber, none of QoS 2 twice, none of a publisher out
// of its order, and the retained messages are the last ones. What is wrong is told in lines; none is the aim.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Publisher, Subscriber } from './clients.js';

const LEAST_LOAD = 50;
const MOST_LOAD = 400;
/** For all that is open to come to its end. */
const PATIENCE = 60_000;

/**
 * @typedef {{ bin: string, folder: string, kills: number, onKill?: (line: string) => void }} KillOptions
 * @typedef {{ faults: string[], acknowledged: number, delivered: number }} KillReport
 */

/** @param {KillOptions} options @returns {Promise<KillReport>} */
export async function killTest({ bin, folder, kills, onKill = () => {} }) {
  const { port, file } = await configuration(folder);
  const publishers = [1, 2, 1, 2].map((qos, at) => new Publisher(`p${at}q${qos}`, qos));
  const here = [new Subscriber('two', '+/#', 2), new Subscriber('one', '+/#', 1)];
  const away = new Subscriber('away', '+/#', 2);
  const subscribers = [...here, away];
  let broker = await startBroker([bin, 'broker', '-c', file]);
  try {
    await away.connect(port);
    await away.disconnect();
    for (let turn = 1; turn <= kills; turn++) {
      await Promise.all([...here, ...publishers].map((client) => client.connect(port)));
      await setTimeout(LEAST_LOAD + Math.random() * (MOST_LOAD - LEAST_LOAD));
      await broker.kill();
      await Promise.all([...here, ...publishers].map((client) => client.connection?.closed));
      broker = await startBroker([bin, 'broker', '-c', file]);
      onKill(`${turn} of ${kills}: ${total(publishers)} acknowledged so far`);
    }
    for (const publisher of publishers) publisher.isStopping = true;
    await Promise.all([...subscribers, ...publishers].map((client) => client.connect(port)));
    return await reportOf(port, publishers, subscribers);
  } finally {
    for (const client of [...subscribers, ...publishers]) await client.disconnect();
    await broker.kill();
  }
}

/** Of a broker that keeps everything in this folder. @param {string} folder */
export async function configuration(folder) {
  const port = await freePort();
  const file = join(folder, 'kill.conf');
  const access = `listener ${port} 127.0.0.1\nallow_anonymous true\nuser root`;
  const limits = 'max_queued_messages 0\nmax_inflight_messages 20\nsys_interval 0\nlog_dest none';
  const persistence = `persistence true\npersistence_location ${folder}\npersistence_file mqtt-dissect.db`;
  writeFileSync(file, [access, limits, persistence, ''].join('\n'));
  return { port, file };
}

/** @param {number} port @param {Publisher[]} publishers @param {Subscriber[]} subscribers @returns {Promise<KillReport>} */
async function reportOf(port, publishers, subscribers) {
  const expected = () => publishers.flatMap(({ acknowledged }) => acknowledged);
  const missing = () =>
    subscribers.flatMap(({ clientId, messages }) =>
      expected()
        .filter((payload) => !messages.has(payload))
        .map((payload) => `${clientId}: "${payload}" was acknowledged and is lost`),
    );
  const isDone = () => publishers.every((one) => one.isDone) && missing().length === 0;
  for (const start = Date.now(); !isDone() && Date.now() - start < PATIENCE; ) await setTimeout(100);
  const faults = [...subscribers.flatMap((one) => one.faults), ...missing()];
  for (const { clientId, isDone: done } of publishers) if (!done) faults.push(`${clientId}: got no answer`);
  const retained = new Subscriber('retained', 'r/+', 1);
  await retained.connect(port);
  const last = () => publishers.filter(({ lastRetained }) => !retained.messages.has(lastRetained));
  for (const start = Date.now(); last().length > 0 && Date.now() - start < PATIENCE / 10; ) await setTimeout(20);
  for (const { lastRetained } of last()) faults.push(`"${lastRetained}" is not what is retained`);
  await retained.disconnect();
  const delivered = subscribers.reduce((sum, { messages }) => sum + messages.size, 0);
  return { faults, acknowledged: expected().length, delivered };
}

/** @param {Publisher[]} publishers */
function total(publishers) {
  return publishers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
}

/** What follows `node`. @param {readonly string[]} args */
async function startBroker(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const gone = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (bytes) => {
      said += bytes;
      if (said.includes('listening on')) resolve(undefined);
    });
    child.once('close', () => reject(new Error(`the broker did not start: ${said}`)));
  });
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
