// The command with a database: what survives its end, and why it does not start.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { inFolder } from '../io/store/records.js';
import { freePort } from '../support/mosquitto.js';
import { cli } from './run.js';
import { type Running, startedBroker } from './running.js';

const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

async function started(...args: readonly string[]): Promise<Running> {
  const one = await startedBroker(...args);
  running.push(one);
  return one;
}

function client(one: Running, clientId: string): Promise<MqttClient> {
  return mqtt.connectAsync(one.urls()[0]!, { clientId, clean: false, reconnectPeriod: 0 });
}

/** Leaves a session, a message for it and a retained one. */
async function leave(one: Running): Promise<void> {
  const subscriber = await client(one, 'sub');
  await subscriber.subscribeAsync('a/#', { qos: 2 });
  await subscriber.endAsync();
  const publisher = await client(one, 'pub');
  await publisher.publishAsync('a/1', 'one', { qos: 1 });
  await publisher.publishAsync('a/2', 'two', { qos: 2, retain: true });
  await publisher.endAsync();
}

async function found(one: Running): Promise<readonly string[]> {
  const messages: string[] = [];
  const back = mqtt.connect(one.urls()[0]!, { clientId: 'sub', clean: false, reconnectPeriod: 0 });
  back.on('message', (topic, payload, { retain }) => messages.push(`${topic} ${payload}${retain ? ' retained' : ''}`));
  await expect.poll(() => messages.length).toBe(2);
  await back.subscribeAsync('a/2', { qos: 0 });
  await expect.poll(() => messages.length).toBe(3);
  await back.endAsync();
  return messages;
}

const LEFT = ['a/1 one', 'a/2 two', 'a/2 two retained'];

describe('--persist', () => {
  it.each([[[]], [['--no-durable']]])('keeps sessions and messages %s', (flags) =>
    inFolder(async (folder) => {
      const args = ['-p', '0', '--host', '127.0.0.1', '--persist', join(folder, 'made'), ...flags];
      const first = await started(...args);
      await leave(first);
      expect(await first.stop()).toBe(0);
      expect(await found(await started(...args))).toEqual(LEFT);
    }),
  );

  it('refuses what is no database, and leaves it alone', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'mqtt-dissect.db');
      writeFileSync(path, 'mine');
      const { exitCode, stderr } = await cli(['broker', '-p', '0', '--persist', folder]);
      expect(exitCode).toBe(2);
      expect(stderr).toBe(`mqtt-dissect: ${path}: is not a database of mqtt-dissect, or is damaged\n`);
      expect(readFileSync(path, 'utf8')).toBe('mine');
    }));

  it('gives the database back when a port is taken', () =>
    inFolder(async (folder) => {
      const first = await started('-p', '0', '--host', '127.0.0.1', '--persist', join(folder, 'a'));
      const { port } = new URL(first.urls()[0]!);
      const args = ['broker', '-p', port, '--host', '127.0.0.1', '--persist', join(folder, 'b')];
      for (let turn = 0; turn < 2; turn++) {
        const { exitCode, stderr } = await cli(args);
        expect(exitCode).toBe(2);
        expect(stderr).toMatch(/in use/);
        expect(stderr).toContain(port);
      }
    }));
});

describe('persistence true', () => {
  it('keeps sessions and messages where the file says', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'a.conf');
      const lines = [`listener ${await freePort()} 127.0.0.1`, 'allow_anonymous true', 'persistence true', 'user root'];
      const names = [`persistence_location ${folder}/`, 'persistence_file b.db', 'autosave_interval 60'];
      writeFileSync(path, [...lines, ...names].join('\n'));
      const first = await started('-c', path);
      await leave(first);
      expect(await first.stop()).toBe(0);
      expect(readFileSync(join(folder, 'b.db')).length).toBeGreaterThan(8192);
      expect(await found(await started('-c', path))).toEqual(LEFT);
    }));

  it("does not touch mosquitto's own database", () =>
    inFolder(async (folder) => {
      const path = join(folder, 'a.conf');
      writeFileSync(path, `listener 1883 127.0.0.1\npersistence true\npersistence_location ${folder}\n`);
      writeFileSync(join(folder, 'mosquitto.db'), '\0\xb5\0mosquitto db\0\0\0\0', 'latin1');
      const { exitCode, stderr } = await cli(['broker', '-c', path]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${join(folder, 'mosquitto.db')}: is a database of mosquitto itself`);
    }));
});
