// The same access lists to mosquitto, and what it lets clients do: asked with PUBACK and with what a subscriber is sent.

import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAcl } from '../../../src/broker/config/acl-file.js';
import { authorizeBy } from '../../../src/broker/config/authorize.js';
import { freePort, startMosquitto, TestFolder } from '../../support/mosquitto.js';
import { hasProgram } from '../../support/programs.js';
import { Random } from '../../support/random.js';
import { ACCESS, WRONG_ACLS } from './access-rows.js';

/** Publishes what others are to be sent. Its rules stand at the end, where they change nothing for the rest. */
const SENDER = 'test sender';
const SENDERS_RULES = `\nuser ${SENDER}\ntopic #\ntopic $x/#\n`;
/** The patterns of a list hold for the sender too: it may not do what they deny. */
const MARK = Buffer.from('sent');

async function answersOf(
  acl: string,
  clients: readonly { clientId: string; userName?: string }[],
  topics: readonly string[],
) {
  const folder = new TestFolder();
  const port = await freePort();
  folder.write('a.acl', `${acl}${SENDERS_RULES}`);
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    `acl_file ${folder.path}/a.acl`,
    'sys_interval 0',
  ];
  const started = await startMosquitto(folder.write('m.conf', lines.join('\n')));
  const connect = (clientId: string, username?: string): Promise<MqttClient> =>
    connectAsync(`mqtt://127.0.0.1:${port}`, {
      protocolVersion: 5,
      clientId,
      reconnectPeriod: 0,
      ...(username === undefined ? {} : { username }),
    });
  try {
    const sender = await connect('sender', SENDER);
    const answers: string[][] = [];
    for (const { clientId, userName } of clients) {
      const client = await connect(clientId, userName);
      const got = new Set<string>();
      client.on('message', (topic, payload) => {
        if (payload.equals(MARK)) got.add(topic);
      });
      await client.subscribeAsync(['#', '$x/#']);
      for (const topic of topics) await published(sender, topic, MARK);
      // What the broker sent before the answer to this has come.
      await client.subscribeAsync('end');
      const row: string[] = [];
      for (const topic of topics)
        row.push(`${got.has(topic) ? 'r' : '-'}${(await published(client, topic, Buffer.from('own'))) ? 'w' : '-'}`);
      answers.push(row);
      await client.endAsync();
    }
    await sender.endAsync();
    return answers;
  } finally {
    await started.stop?.();
    folder.remove();
  }
}

async function published(client: MqttClient, topic: string, payload: Buffer): Promise<boolean> {
  const packet = await client
    .publishAsync(topic, payload, { qos: 1 })
    .catch((error: { code?: number }) => ({ reasonCode: error.code }));
  const { reasonCode = 0 } = (packet ?? {}) as { reasonCode?: number };
  return reasonCode < 0x80;
}

function ours(
  acl: string,
  { clientId, userName }: { clientId: string; userName?: string },
  topics: readonly string[],
): string[] {
  const client = { clientId, userName, version: '5.0', listener: 0, remote: '' } as const;
  const authorize = authorizeBy(parseAcl({ name: 'a.acl', text: acl }).list!);
  return topics.map(
    (topic) => (authorize(client, 'receive', topic) ? 'r' : '-') + (authorize(client, 'publish', topic) ? 'w' : '-'),
  );
}

describe.skipIf(!hasProgram('mosquitto'))('mosquitto and we', () => {
  /** Nobody can publish to these, or mosquitto closes the connection for it. */
  const isSendable = (topic: string): boolean => !/^\$(SYS|share)/.test(topic);

  it.each(ACCESS)('agree on $acl for $clientId of $userName', async ({ acl, clientId, userName, topics }) => {
    const names = Object.keys(topics).filter((topic) => isSendable(topic) && !/[+#]/.test(topic));
    const client = { clientId, ...(userName === undefined ? {} : { userName }) };
    const [theirs] = await answersOf(acl, [client], names);
    expect(Object.fromEntries(names.map((topic, index) => [topic, theirs![index]]))).toEqual(
      Object.fromEntries(names.map((topic) => [topic, topics[topic]])),
    );
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed + 1))('agree on lists at random (%i)', async (seed) => {
    const random = new Random(seed);
    const level = (): string => random.pick(['a', 'b', '', 'u', 'c', '$x']);
    const filterLevel = (): string => random.pick(['a', 'b', '', 'u', 'c', '+', '+', '$x']);
    const levels = (one: () => string): string => Array.from({ length: 1 + random.below(3) }, one).join('/') || 'a';
    const lines = Array.from({ length: 3 + random.below(10) }, () => {
      const kind = random.pick(['topic', 'topic', 'topic', 'pattern', 'user']);
      if (kind === 'user') return `user ${random.pick(['u', 'v'])}`;
      const name = kind === 'pattern' ? random.pick(['', '/%c', '/%u']) : '';
      // Denials in patterns would silence the sender.
      const access = random.pick(
        kind === 'pattern' ? ['read', 'write', 'readwrite'] : ['read', 'write', 'readwrite', 'deny'],
      );
      const end = random.pick(['', '', '/#']);
      return `${kind} ${access} ${levels(filterLevel)}${name}${end}`;
    });
    const clients = [{ clientId: 'c' }, { clientId: 'b', userName: 'u' }, { clientId: 'a', userName: 'w' }];
    const topics = [...new Set(Array.from({ length: 25 }, () => levels(level)))];
    const acl = lines.join('\n');
    const theirs = await answersOf(acl, clients, topics);
    const table = (rows: readonly string[][]) =>
      rows.map((row) => topics.map((topic, index) => `${topic} ${row[index]}`));
    expect(table(clients.map((client) => ours(acl, client, topics))), acl).toEqual(table(theirs));
  });

  describe('refuse', () => {
    const folder = new TestFolder();
    afterAll(() => folder.remove());

    it.each(WRONG_ACLS)('%j', async (acl) => {
      const lines = [`listener ${await freePort()} 127.0.0.1`, `acl_file ${folder.write('a.acl', acl)}`];
      const started = await startMosquitto(folder.write('m.conf', lines.join('\n')));
      await started.stop?.();
      expect(started.stop).toBeUndefined();
    });
  });
});
