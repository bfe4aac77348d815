// What is asked and what is answered, over real connections to a fake proxy.

import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createControl } from '../../../src/io/control/control.js';
import { UserError } from '../../../src/user-error.js';
import { hasProgram } from '../../support/programs.js';
import { HOST, type Running, replyOf, request, running } from './asking.js';
import { CONNECTIONS, FakeControl } from './fake-control.js';

const run = promisify(execFile);
let control: Running;

beforeAll(async () => {
  control = await running();
});
afterAll(() => control.close());

const ask = async (method: string, path: string, headers: readonly string[] = [], body = '') =>
  replyOf(await control.raw(request(method, path, headers, body)));

const JSON_TYPE = 'application/json';

describe('what there is', () => {
  it.each([
    ['/connections', CONNECTIONS],
    [
      '/counters',
      {
        connections: 2,
        connections_total: 5,
        connections_failed_total: 1,
        packets_total: [
          { labels: { type: 'CONNECT' }, value: 4 },
          { labels: { type: 'CONNACK' }, value: 4 },
          { labels: { type: 'PUBLISH' }, value: 3 },
        ],
        findings_total: [
          { labels: { level: 'must' }, value: 1 },
          { labels: { level: 'should' }, value: 0 },
          { labels: { level: 'note' }, value: 0 },
        ],
        bytes_total: [
          { labels: { from: 'client' }, value: 120 },
          { labels: { from: 'server' }, value: 44 },
        ],
      },
    ],
    [
      '/faults',
      [
        {
          number: 1,
          text: 'drop PUBACK every 10',
          rule: { action: 'drop', types: ['PUBACK'], every: 10 },
          matches: 21,
          injections: 2,
        },
      ],
    ],
    ['/faults?unknown=1', new FakeControl().rules],
  ])('is told at %s', async (path, value) => {
    const { status, headers, body } = await ask('GET', path);
    expect([status, headers.get('content-type')]).toEqual([200, JSON_TYPE]);
    expect(JSON.parse(body)).toEqual(value);
    expect(body.endsWith('\n')).toBe(true);
  });

  it('is told for Prometheus', async () => {
    const { status, headers, body } = await ask('GET', '/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(body).toContain('\nmqtt_dissect_proxy_bytes_total{from="server"} 44\n');
  });

  it('is listed', async () => {
    const { status, headers, body } = await ask('GET', '/');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(body).toMatchInlineSnapshot(`
      "The control interface of mqtt-dissect proxy.

      GET    /              this list
      GET    /connections   open connections
      DELETE /connections/N cut connection N: ?how=rst (as it is without) or ?how=fin
      GET    /counters      what has been counted
      GET    /metrics       the same for Prometheus
      GET    /faults        rules for faults, with how often they did something
      POST   /faults        add a rule: a one-liner, {"fault": "one-liner"}, or JSON
      DELETE /faults/N      remove rule N
      GET    /packets       packets and events as they pass: server-sent events, each a line of ndjson
      "
    `);
  });

  it('is nothing that others may keep, guess at or use', async () => {
    const { headers } = await ask('GET', '/connections');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });
});

describe('what is done', () => {
  it.each([
    ['DELETE', '/connections/7', 200, { cut: 7, how: 'rst' }, ['cut', 7, 'rst']],
    ['DELETE', '/connections/7?how=fin', 200, { cut: 7, how: 'fin' }, ['cut', 7, 'fin']],
    ['DELETE', '/connections/8', 404, { error: 'there is no connection 8' }, ['cut', 8, 'rst']],
    ['DELETE', '/connections/7?how=soft', 400, { error: 'how is fin or rst, not "soft"' }, undefined],
    ['DELETE', '/faults/1', 200, { removed: 1 }, ['remove', 1]],
    ['DELETE', '/faults/2', 404, { error: 'there is no fault 2' }, ['remove', 2]],
  ])('%s %s', async (method, path, status, value, done) => {
    control.fake.done.length = 0;
    const reply = await ask(method, path);
    expect([reply.status, JSON.parse(reply.body)]).toEqual([status, value]);
    expect(control.fake.done).toEqual(done === undefined ? [] : [done]);
  });

  it.each([
    ['drop PUBACK every 10', 'text/plain', 'drop PUBACK every 10'],
    [' drop PUBACK every 10\n', 'application/x-www-form-urlencoded', 'drop PUBACK every 10'],
    ['{"fault": "drop PUBACK every 10"}', JSON_TYPE, 'drop PUBACK every 10'],
    ['"drop PUBACK every 10"', JSON_TYPE, 'drop PUBACK every 10'],
    ['{"action": "drop", "type": "PUBACK"}', JSON_TYPE, { action: 'drop', type: 'PUBACK' }],
    ['{"fault": 7}', JSON_TYPE, { fault: 7 }],
    ['[1]', JSON_TYPE, [1]],
    ['drop PUBLISH topic "bücher"', 'text/plain', 'drop PUBLISH topic "bücher"'],
  ])('the rule %j is added', async (body, type, rule) => {
    control.fake.done.length = 0;
    const reply = await ask('POST', '/faults', [`Content-Type: ${type}`], body);
    expect([reply.status, reply.headers.get('location'), JSON.parse(reply.body)]).toEqual([
      201,
      '/faults/2',
      { number: 2 },
    ]);
    expect(control.fake.done).toEqual([['add', rule]]);
  });

  it.each([
    ['', 'the body is empty: send a rule, for example: drop PUBACK every 10'],
    ['  \n', 'the body is empty: send a rule, for example: drop PUBACK every 10'],
    ['drop everything', 'fault: "everything" is no packet type'],
    ['{"action": }', expect.stringContaining('the body is no JSON: ')],
  ])('the rule %j is refused', async (body, error) => {
    const { status, body: answer } = await ask('POST', '/faults', [], body);
    expect([status, JSON.parse(answer)]).toEqual([400, { error }]);
  });

  it('a bug is told to who asked and to us, and nothing ends', async () => {
    const { status, body } = await ask('POST', '/faults', [], 'a bug');
    expect([status, JSON.parse(body)]).toEqual([
      500,
      { error: 'an error of mqtt-dissect: undefined is not a function' },
    ]);
    expect(control.errors.splice(0)).toEqual([new TypeError('undefined is not a function')]);
    expect((await ask('GET', '/')).status).toBe(200);
  });
});

describe('what there is not', () => {
  const NONE = 'there is no such path: GET / lists what there is';
  it.each([
    ['GET', '/nothing'],
    ['GET', '/faults/'],
    ['GET', '//faults'],
    ['GET', '/Faults'],
    ['GET', '/%66aults'],
    ['GET', '/./faults'],
    ['GET', '/connections/../faults'],
    ['GET', 'http://127.0.0.1:$/faults'],
    ['DELETE', '/faults/N'],
    ['DELETE', '/faults/-1'],
    ['DELETE', '/faults/1.5'],
    ['DELETE', '/faults/1e3'],
    ['DELETE', '/faults/%31'],
    ['DELETE', '/faults/1234567890123456'],
    ['DELETE', '/packets/1'],
    ['OPTIONS', '*'],
  ])('%s %s', async (method, path) => {
    const { status, body } = await ask(method, path);
    expect([status, JSON.parse(body)]).toEqual([404, { error: NONE }]);
  });

  it.each([
    ['POST', '/', 'GET'],
    ['PUT', '/faults', 'GET, POST'],
    ['OPTIONS', '/faults', 'GET, POST'],
    ['GET', '/faults/1', 'DELETE'],
    ['DELETE', '/connections', 'GET'],
    ['TRACE', '/metrics', 'GET'],
  ])('%s %s, but %s', async (method, path, allow) => {
    const { status, headers, body } = await ask(method, path);
    expect([status, headers.get('allow')]).toEqual([405, allow]);
    expect(JSON.parse(body)).toEqual({ error: `${method} is not possible here: ${allow}` });
  });
});

describe('listening', () => {
  async function failure(host: string, port: number): Promise<string> {
    const error = await createControl({ control: new FakeControl(), host, port }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }

  it('tells where', () => {
    expect(control.url).toBe(`http://${HOST}:${control.port}`);
  });

  it('tells in one line that the port is in use', async () => {
    expect(await failure(HOST, control.port)).toBe(`${control.url}: the port is in use`);
  });

  it('tells in one line that there is no such address', async () => {
    expect(await failure('192.0.2.1', 0)).toBe('http://192.0.2.1:0: this machine has no such address');
  });

  it('works with IPv6, where this machine has it', async () => {
    const ipv6 = await running({ host: '::1' }).catch(({ message }: UserError) => message);
    if (typeof ipv6 === 'string') {
      expect(ipv6).toBe('http://[::1]:0: this machine has no such address');
      return;
    }
    expect(ipv6.url).toBe(`http://[::1]:${ipv6.port}`);
    expect((await fetch(`${ipv6.url}/faults`)).status).toBe(200);
    await ipv6.close();
  });

  it('ends at once with a client that keeps its connection', async () => {
    const other = await running();
    const kept = other.socket('GET / HTTP/1.1\r\nHost: 127.0.0.1:$\r\n\r\n');
    await new Promise((resolve) => kept.once('data', resolve));
    const gone = new Promise((resolve) => kept.once('close', resolve));
    await Promise.all([other.close(), other.close()]);
    kept.resume();
    await gone;
    // The port is free again.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(other.port, HOST, resolve));
    server.close();
  });
});

describe.skipIf(!hasProgram('curl'))('curl', () => {
  const curl = async (...args: string[]) => (await run('curl', ['-sS', '--max-time', '20', ...args])).stdout;

  it('asks and adds as the documentation shows', async () => {
    expect(JSON.parse(await curl(`${control.url}/faults`))).toEqual(control.fake.rules);
    control.fake.done.length = 0;
    expect(await curl('-d', 'drop PUBACK every 10', `${control.url}/faults`)).toBe('{"number":2}\n');
    expect(control.fake.done).toEqual([['add', 'drop PUBACK every 10']]);
    expect(await curl('-X', 'DELETE', `${control.url}/connections/7?how=fin`)).toBe('{"cut":7,"how":"fin"}\n');
  });
});
