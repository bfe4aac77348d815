// Who may not ask, and what cannot be made to wait or to grow.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, replyOf, request, running } from './asking.js';

let control: Running;
/** So short of time that nobody has to wait long. */
let hasty: Running;
beforeAll(async () => {
  const limits = { bodyBytes: 1000, headerBytes: 2000 };
  control = await running({ names: ['proxy.example', '2001:db8::1'], limits });
  hasty = await running({ limits: { ...limits, headersTimeout: 500, requestTimeout: 1000 } });
});
afterAll(() => Promise.all([control.close(), hasty.close()]));

const get = (headers: readonly string[], path = '/faults') =>
  [`GET ${path} HTTP/1.1`, 'Connection: close', ...headers, '', ''].join('\r\n');
const HOST = 'Host: 127.0.0.1:$';

describe('Host', () => {
  it.each([
    ['127.0.0.1:$'],
    ['localhost:$'],
    ['LocalHost:$'],
    ['[::1]:$'],
    ['proxy.example:$'],
    ['Proxy.Example:$'],
    ['[2001:db8::1]:$'],
  ])('%s is ours', async (host) => {
    expect(replyOf(await control.raw(get([`Host: ${host}`]))).status).toBe(200);
  });

  it.each([
    ['evil.example:$'],
    ['evil.example'],
    ['127.0.0.1'],
    ['localhost'],
    ['127.0.0.1:1'],
    ['127.0.0.2:$'],
    ['localhost.evil.example:$'],
    ['localhost.:$'],
    ['user@127.0.0.1:$'],
    ['127.0.0.1:$, evil.example'],
    ['proxy.example'],
    [''],
  ])('%j is refused', async (host) => {
    const { status, body } = replyOf(await control.raw(get([`Host: ${host}`])));
    const told = host.replaceAll('$', `${control.port}`);
    expect([status, JSON.parse(body)]).toEqual([
      403,
      { error: `the Host header has to be the address that the proxy listens on: ${told}` },
    ]);
  });

  it('is one', async () => {
    expect(replyOf(await control.raw(get([HOST, 'Host: evil.example']))).status).toBe(403);
    expect(replyOf(await control.raw(get([HOST, HOST]))).status).toBe(403);
  });

  it('is there', async () => {
    expect(replyOf(await control.raw(get([]))).status).toBe(400);
    const { status, body } = replyOf(await control.raw('GET /faults HTTP/1.0\r\n\r\n'));
    expect([status, JSON.parse(body).error]).toEqual([
      403,
      'the Host header has to be the address that the proxy listens on: there is none',
    ]);
  });

  // Where more of 127.0.0.0/8 than its first address is this machine.
  it.runIf(process.platform === 'linux')(
    'is the address that was connected to, where all are listened on',
    async () => {
      const everywhere = await running({ host: '0.0.0.0' });
      const status = async (address: string, host: string) =>
        replyOf(await everywhere.raw(get([`Host: ${host}:$`]), address)).status;
      expect(await status('127.0.0.2', '127.0.0.2')).toBe(200);
      expect(await status('127.0.0.2', '127.0.0.1')).toBe(200);
      expect(await status('127.0.0.1', '127.0.0.2')).toBe(403);
      expect(await status('127.0.0.2', 'evil.example')).toBe(403);
      await everywhere.close();
    },
  );
});

describe('a page of a browser', () => {
  it.each([
    [['Origin: http://127.0.0.1:$']],
    [['Origin: http://localhost:$', 'Sec-Fetch-Site: same-origin']],
    [['Sec-Fetch-Site: none']],
  ])('of ours may ask: %j', async (headers) => {
    expect(replyOf(await control.raw(get([HOST, ...headers]))).status).toBe(200);
  });

  it.each([
    ['Origin: http://evil.example', 'http://evil.example'],
    ['Origin: http://127.0.0.1', 'http://127.0.0.1'],
    ['Origin: http://127.0.0.1:1', 'http://127.0.0.1:1'],
    ['Origin: https://127.0.0.1:$', 'https://127.0.0.1:$'],
    ['Origin: null', 'null'],
    ['Origin: ', ''],
    ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site is cross-site'],
    ['Sec-Fetch-Site: same-site', 'Sec-Fetch-Site is same-site'],
  ])('of others may not: %s', async (header, told) => {
    const text = request('POST', '/faults', ['Content-Type: text/plain', header], 'drop PUBACK every 10');
    const { status, headers, body } = replyOf(await control.raw(text));
    const error = `pages of other origins may not ask: ${told.replaceAll('$', `${control.port}`)}`;
    expect([status, JSON.parse(body)]).toEqual([403, { error }]);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(control.fake.done).toEqual([]);
  });
});

describe('bodies', () => {
  const TOO_LONG = { error: 'the body is longer than 1000 bytes' };

  it('end at a bound', async () => {
    const just = replyOf(await control.raw(request('POST', '/faults', [], 'x'.repeat(1000))));
    expect(just.status).toBe(201);
    expect(control.fake.done.splice(0)).toEqual([['add', 'x'.repeat(1000)]]);
    const { status, body } = replyOf(await control.raw(request('POST', '/faults', [], 'x'.repeat(1001))));
    expect([status, JSON.parse(body)]).toEqual([413, TOO_LONG]);
  });

  it('that never end are answered, forgotten and cut', async () => {
    const socket = hasty.socket(
      ['POST /faults HTTP/1.1', HOST, 'Transfer-Encoding: chunked', '', '7d0', 'x'.repeat(2000), ''].join('\r\n'),
    );
    const sending = setInterval(() => socket.write(`7d0\r\n${'x'.repeat(2000)}\r\n`), 20);
    let all = '';
    socket.setEncoding('utf8').on('data', (part) => {
      all += part;
    });
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(sending);
    expect(all).toContain('HTTP/1.1 413 ');
    expect(all).toContain(JSON.stringify(TOO_LONG));
    expect(hasty.fake.done).toEqual([]);
  });

  it('are UTF-8', async () => {
    const head = ['POST /faults HTTP/1.1', HOST, 'Connection: close', 'Transfer-Encoding: chunked', '', '1', ''];
    const socket = control.socket(head.join('\r\n'));
    socket.write(Buffer.from([0xff]));
    socket.write('\r\n0\r\n\r\n');
    let all = '';
    socket.on('data', (part) => {
      all += part;
    });
    await new Promise((resolve) => socket.once('close', resolve));
    expect(replyOf(all).status).toBe(400);
    expect(JSON.parse(replyOf(all).body)).toEqual({ error: 'the body is no UTF-8' });
  });

  it('that are cut do nothing', async () => {
    const socket = control.socket(['POST /faults HTTP/1.1', HOST, 'Content-Length: 100', '', 'drop'].join('\r\n'));
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    expect(replyOf(await control.raw(get([HOST]))).status).toBe(200);
    expect([control.fake.done, control.errors]).toEqual([[], []]);
  });
});

describe('what is no request, or a slow one', () => {
  it.each([
    ['hello\r\n\r\n', 'HTTP/1.1 400 '],
    ['\x10\x0c\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00', 'HTTP/1.1 400 '],
    [`GET / HTTP/1.1\r\n${HOST}\r\nX: ${'x'.repeat(3000)}\r\n\r\n`, 'HTTP/1.1 431 '],
    [`GET /${'x'.repeat(3000)} HTTP/1.1\r\n${HOST}\r\n\r\n`, 'HTTP/1.1 431 '],
    [`GET / HTTP/1.1\r\n${HOST}\r\n`, 'HTTP/1.1 408 '],
    [`POST /faults HTTP/1.1\r\n${HOST}\r\nContent-Length: 10\r\n\r\ndrop`, 'HTTP/1.1 408 '],
    [
      `POST /faults HTTP/1.1\r\n${HOST}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'HTTP/1.1 400 ',
    ],
    [`CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n\r\n`, ''],
    ['', 'HTTP/1.1 408 '],
  ])('%j is closed', async (text, answer) => {
    expect((await hasty.raw(text)).slice(0, 13)).toBe(answer);
    expect(hasty.fake.done).toEqual([]);
  });

  it('an upgrade is a request like the others', async () => {
    const headers = ['Upgrade: websocket', 'Connection: Upgrade, close', 'Sec-WebSocket-Version: 13'];
    const upgrade = (host: string) => ['GET /faults HTTP/1.1', `Host: ${host}`, ...headers, '', ''].join('\r\n');
    expect(replyOf(await control.raw(upgrade('127.0.0.1:$'))).status).toBe(200);
    expect(replyOf(await control.raw(upgrade('evil.example'))).status).toBe(403);
  });

  it('several requests at once are answered in their order', async () => {
    const open = (method: string, path: string) => request(method, path).replace('Connection: close\r\n', '');
    const all = await control.raw(
      open('GET', '/nothing') + open('DELETE', '/faults/1') + open('GET', '/counters') + request('GET', '/faults'),
    );
    expect([...all.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['404', '200', '200', '200']);
    expect(control.fake.done.splice(0)).toEqual([['remove', 1]]);
  });
});

it('connections are bounded', async () => {
  const few = await running({ limits: { connections: 2 } });
  const kept = [few.socket(''), few.socket('')];
  await Promise.all(kept.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  expect(await few.raw(get([HOST]))).toBe('');
  await few.close();
});
