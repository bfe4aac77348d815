import { existsSync, readFileSync, renameSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { GLOBAL_OPTIONS } from '../../src/broker/config/defaults.js';
import { findUser, prepareProcess } from '../../src/io/broker-process.js';
import { BrokerLog, type LogOptions } from '../../src/io/log.js';
import { formatTime } from '../../src/io/log-time.js';
import { TestFolder } from '../support/mosquitto.js';

const folder = new TestFolder();
afterAll(() => folder.remove());

/** What a log of such options writes, and to whom. */
function logOf(options: Partial<LogOptions>): { log: BrokerLog; told: string[] } {
  const told: string[] = [];
  const to = {
    stdout: (line: string) => told.push(`out ${line}`),
    stderr: (line: string) => told.push(`err ${line}`),
    publish: (topic: string, text: string) => told.push(`${topic} ${text}`),
    failed: (message: string) => told.push(`failed ${message}`),
  };
  return { log: new BrokerLog({ ...GLOBAL_OPTIONS, ...options }, to, () => 1_700_000_000_999), told };
}

it('goes to stderr with the seconds since 1970, but for what nobody asked for', () => {
  const { log, told } = logOf({});
  for (const type of ['error', 'warning', 'notice', 'information', 'debug', 'subscribe'] as const)
    log.write(type, type);
  expect(told).toEqual(['error', 'warning', 'notice', 'information'].map((type) => `err 1700000000: ${type}`));
});

it('goes where it is sent, with the time that is asked for', () => {
  const { log, told } = logOf({
    logDestinations: ['stdout', 'topic'],
    logTimestampFormat: '%s!',
    logTypes: ['error', 'subscribe', 'debug'],
  });
  log.write('error', 'a');
  log.write('subscribe', 'b');
  log.write('debug', 'c');
  expect(told).toEqual([
    'out 1700000000!: a',
    '$SYS/broker/log/E a',
    'out 1700000000!: b',
    '$SYS/broker/log/M/subscribe b',
    'out 1700000000!: c',
  ]);
  const { log: bare, told: lines } = logOf({ logTimestamp: false });
  bare.write('error', 'a');
  expect(lines).toEqual(['err a']);
  const { log: none, told: nothing } = logOf({ logDestinations: [] });
  none.write('error', 'a');
  expect([none.takes('error'), nothing]).toEqual([false, []]);
});

it('tells of connections unless it is told not to', () => {
  const event = { name: 'session-ended', clientId: 'c', why: 'expired' } as const;
  const unsubscribed = { name: 'unsubscribed', connection: 1, clientId: 'c', topicFilter: 'a' } as const;
  const { log, told } = logOf({ connectionMessages: false, logTimestamp: false, logTypes: ['notice', 'unsubscribe'] });
  log.event(event);
  log.event(unsubscribed);
  log.event({
    name: 'disconnected',
    connection: 1,
    clientId: 'c',
    by: 'client',
    reasonCode: 0,
    reason: '',
  });
  expect(told).toEqual(['err the session of "c" has ended (expired)', 'err "c" unsubscribed from a']);
});

describe('a file', () => {
  const contentOf = async (path: string): Promise<string> => {
    await expect.poll(() => readFileSync(path, 'utf8')).not.toBe('');
    return readFileSync(path, 'utf8');
  };

  it('is added to, and begun anew after it was moved away', async () => {
    const path = folder.write('my log', 'before\n');
    const options = { logDestinations: ['file'], logFile: path, logTimestamp: false } as const;
    const { log } = logOf(options);
    log.write('error', 'a');
    await expect.poll(() => readFileSync(path, 'utf8')).toBe('before\na\n');
    renameSync(path, `${path}.1`);
    log.write('error', 'b');
    log.reopen({ ...GLOBAL_OPTIONS, ...options });
    log.write('error', 'c');
    await expect.poll(() => contentOf(path).catch(() => '')).toBe('c\n');
    await expect.poll(() => readFileSync(`${path}.1`, 'utf8')).toBe('before\na\nb\n');
    log.close();
  });

  it('that cannot be written is told of once', async () => {
    const { log, told } = logOf({ logDestinations: ['file'], logFile: `${folder.path}/no/such` });
    log.write('error', 'a');
    await expect.poll(() => told).toHaveLength(1);
    log.write('error', 'b');
    expect(told).toEqual([`failed ${folder.path}/no/such: cannot be written (ENOENT)`]);
  });
});

it.each([
  ['%Y-%m-%dT%H:%M:%S', '2023-02-05T04:07:09'],
  ['%a %A %b %B %e %j %y %C %p %I %l|%k', 'Sun Sunday Feb February  5 036 23 20 AM 04  4| 4'],
  ['%D %F %T %R %r %u %w %h', '02/05/23 2023-02-05 04:07:09 04:07 04:07:09 AM 7 0 Feb'],
  ['%c', 'Sun Feb  5 04:07:09 2023'],
  ['100%% %Q %', '100% %Q %'],
])('the time %s is %s', (format, expected) => {
  expect(formatTime(format, new Date(2023, 1, 5, 4, 7, 9))).toBe(expected);
});

it('users are found with their group', () => {
  const passwd = folder.write('passwd', 'root:x:0:0:root:/root:/bin/sh\nmosquitto:x:105:111::/var/lib:/bin/false\n');
  expect(findUser('mosquitto', passwd)).toEqual({ name: 'mosquitto', uid: 105, gid: 111 });
  expect(findUser('nobody', passwd)).toBeUndefined();
});

it('a pid file is there until the end', () => {
  const pidFile = `${folder.path}/pid`;
  // As another user than root nothing else is done; as root, it stays.
  const prepared = prepareProcess({ pidFile, user: 'root' }, []);
  expect(readFileSync(pidFile, 'utf8')).toBe(String(process.pid));
  prepared.release();
  expect(existsSync(pidFile)).toBe(false);
  prepared.release();
  const nowhere = `${folder.path}/no/pid`;
  expect(() => prepareProcess({ pidFile: nowhere, user: 'root' }, [])).toThrow(
    `${nowhere}: cannot be written (ENOENT) (pid_file)`,
  );
});
