// The command with a mosquitto.conf: the configuration alone, its log and pid file, and what SIGHUP changes.

import { existsSync, readFileSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.js';
import { run } from '../../src/cli/program.js';
import { prepareProcess } from '../../src/io/broker-process.js';
import { freePort, TestFolder } from '../support/mosquitto.js';
import { cli } from './run.js';

let folder: TestFolder;
beforeEach(() => {
  folder = new TestFolder();
});
afterEach(() => folder.remove());

describe('--test-config', () => {
  it('says what is wrong, all of it, and that nothing is', async () => {
    const wrong = folder.write('wrong.conf', 'listner 1883\npersistence yes\nport 1\n');
    const { exitCode, stderr } = await cli(['broker', '-c', wrong, '--test-config']);
    expect(exitCode).toBe(2);
    expect(stderr.replaceAll(folder.path, '')).toContain(
      '/wrong.conf:1: unknown option "listner": did you mean listener?',
    );
    expect(stderr.replaceAll(folder.path, '')).toContain('/wrong.conf:2: persistence must be true or false, not "yes"');
    expect(stderr.replaceAll(folder.path, '')).toContain('/wrong.conf:3: notice: port is outdated: use listener');

    const right = folder.write('right.conf', 'listener 1883\nallow_anonymous true\n');
    const passed = await cli(['broker', '-c', right, '--test-config']);
    expect(passed.exitCode).toBe(0);
    expect(passed.stderr).toContain('right.conf: the configuration is in order');
  });
});

describe('a broker with a configuration', () => {
  const until = (condition: () => boolean) => expect.poll(condition, { timeout: 5000 }).toBe(true);

  it('logs, has a pid file while it runs, and reads the file again', async () => {
    const port = await freePort();
    const write = (...lines: string[]): string =>
      folder.write(
        'm.conf',
        [`listener ${port} 127.0.0.1`, `pid_file ${folder.path}/pid`, 'user root', ...lines].join('\n'),
      );
    const log = ['log_dest file', `${folder.path}/log`].join(' ');
    const config = write('allow_anonymous true', log, 'log_type notice', 'log_timestamp false');

    const stop = new AbortController();
    let hangUp = (): void => {};
    let said = '';
    const stream = (see: (text: string) => void) => ({ write: (text: string) => see(text) }) as unknown as Io['stdout'];
    const ended = run(['broker', '-c', config], {
      stdin: undefined,
      stdout: stream(() => {}),
      stderr: stream((text) => {
        said += text;
      }),
      env: {},
      interrupt: stop.signal,
      onHangup: (listener) => {
        hangUp = listener;
      },
      prepareProcess,
    });
    await until(() => said.includes('listening on'));
    expect(readFileSync(`${folder.path}/pid`, 'utf8')).toBe(String(process.pid));

    const connect = (clientId: string) =>
      connectAsync(`mqtt://127.0.0.1:${port}`, { clientId, reconnectPeriod: 0 }).then(
        (client) => client.endAsync().then(() => true),
        () => false,
      );
    expect(await connect('first')).toBe(true);
    await until(() => readFileSync(`${folder.path}/log`, 'utf8').includes('"first" connected'));

    write('allow_anonymous false', log, 'log_type notice', 'max_qos 1');
    hangUp();
    await until(() => said.includes('read again'));
    expect(said).toContain(`max_qos of port ${port} of 127.0.0.1 changes with a restart only`);
    expect(await connect('second')).toBe(false);

    write('allow_anonymous true', 'bad');
    hangUp();
    await until(() => said.includes('the configuration stays as it was'));
    expect(said).toContain('m.conf:5: unknown option "bad"');
    expect(await connect('third')).toBe(false);

    stop.abort();
    expect(await ended).toBe(0);
    expect(existsSync(`${folder.path}/pid`)).toBe(false);
    expect(readFileSync(`${folder.path}/log`, 'utf8')).toContain('"first" connected');
  });
});
