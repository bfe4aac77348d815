// A proxy inside a program: what passes is told and judged, faults come and go, and nothing is left behind.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { createBroker } from '../../src/io/create-broker.js';
import { type CreateProxyOptions, createProxy, type RunningProxy } from '../../src/io/create-proxy.js';
import type { Finding } from '../../src/validate/finding.js';

interface Told {
  readonly packets: string[];
  readonly findings: Finding[];
  readonly events: string[];
}

function telling(proxy: RunningProxy): Told {
  const told: Told = { packets: [], findings: [], events: [] };
  proxy.on('packet', ({ frame }) => {
    told.packets.push(`${frame.direction === 'client-to-server' ? '>' : '<'} ${frame.packet.type}`);
  });
  proxy.on('finding', (finding) => told.findings.push(finding));
  proxy.on('event', (event) => told.events.push(event.kind === 'event' ? event.event : event.kind));
  return told;
}

async function between(
  options: Omit<CreateProxyOptions, 'target'>,
  test: (proxy: RunningProxy, told: Told) => Promise<void>,
): Promise<void> {
  const broker = await createBroker();
  const proxy = await createProxy({ ...options, target: broker.url });
  try {
    await test(proxy, telling(proxy));
  } finally {
    await proxy.close();
    await broker.close();
  }
}

describe('createProxy', () => {
  it('tells packets and events of what passes', () =>
    between({}, async (proxy, told) => {
      const client = await connectAsync(proxy.url, { clientId: 'one' });
      await client.subscribeAsync('t', { qos: 1 });
      await client.publishAsync('t', 'hello', { qos: 1 });
      await proxy.settled();
      expect(await proxy.connections()).toMatchObject([
        { id: 1, state: 'open', target: expect.stringMatching(/^tcp:/) },
      ]);
      await client.endAsync();
      await proxy.close();
      expect(told.packets.slice(0, 4)).toEqual(['> CONNECT', '< CONNACK', '> SUBSCRIBE', '< SUBACK']);
      // A delivery and an acknowledgement may pass each other.
      expect(told.packets.slice(4, -1).sort()).toEqual(['< PUBACK', '< PUBLISH', '> PUBACK', '> PUBLISH']);
      expect(told.packets.at(-1)).toBe('> DISCONNECT');
      expect(told.events).toEqual(['connected', 'connection-closed']);
      expect(told.findings).toEqual([]);
      expect(await proxy.totals()).toMatchObject({ connections: 0, everConnected: 1, failed: 0 });
    }));

  it('tells what is wrong, with the packet', () =>
    between({}, async (proxy, told) => {
      const ended = new Promise((resolve) => proxy.once('finding', resolve));
      const socket = connectTcp(proxy.port, '127.0.0.1');
      // SUBSCRIBE with wrong flags (0x80 in place of 0x82), behind a CONNECT.
      socket.write(Buffer.from('100d00044d5154540402003c0001618006000100017400', 'hex'));
      await ended;
      socket.destroy();
      await proxy.close();
      expect(told.findings[0]).toMatchObject({ party: 'client', level: 'must', frame: { type: 'SUBSCRIBE' } });
    }));

  it('injects faults that come and go', () =>
    between({ faults: ['drop PUBACK nth 1'] }, async (proxy, told) => {
      const client = await connectAsync(proxy.url, { clientId: 'one', reconnectPeriod: 0 });
      let isAcknowledged = false;
      const first = client.publishAsync('t', '1', { qos: 1 }).then(
        () => (isAcknowledged = true),
        () => {},
      );
      await client.publishAsync('t', '2', { qos: 1 });
      expect(isAcknowledged).toBe(false);
      const number = await proxy.addFault('cut PUBLISH after byte 3');
      expect((await proxy.faults()).map(({ text, injections }) => [text, injections])).toEqual([
        ['drop PUBACK nth 1', 1],
        ['cut after byte 3 of PUBLISH', 0],
      ]);
      expect([await proxy.removeFault(number), await proxy.removeFault(number)]).toEqual([true, false]);
      await client.publishAsync('t', '3', { qos: 1 });
      await proxy.addFault({ action: 'cut', types: ['PUBLISH'], byte: 3, how: 'rst' });
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      client.publish('t', '4', { qos: 1 });
      await closed;
      await client.endAsync(true);
      await first;
      await proxy.close();
      expect(told.events.filter((one) => one === 'fault')).toHaveLength(2);
      expect(told.packets.filter((one) => one === '< PUBACK')).toHaveLength(2);
      await expect(proxy.addFault('drop PUBAK')).rejects.toThrow(/PUBAK/);
    }));

  it.each([
    ['nothing', async () => {}, 'violation'],
    ['a fault', (proxy: RunningProxy) => proxy.addFault('drop PINGREQ'), 'inconclusive'],
    ['a cut', (proxy: RunningProxy) => proxy.cut(1), 'inconclusive'],
  ] as const)('holds against a server what it does wrong after %s, or not', async (_, disturb, verdict) => {
    // PUBLISH with both bits of QoS.
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.write(Buffer.from('200200003606000161000131', 'hex')));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const proxy = await createProxy({ target: `tcp://127.0.0.1:${(server.address() as { port: number }).port}` });
    const { findings } = telling(proxy);
    const connect = Buffer.from('100d00044d5154540402003c000161c000', 'hex');
    const idle = connectTcp(proxy.port, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => proxy.once('event', resolve));
    await disturb(proxy);
    const client = connectTcp(proxy.port, '127.0.0.1').on('error', () => {});
    const found = new Promise((resolve) => proxy.once('finding', resolve));
    client.write(connect);
    await found;
    client.destroy();
    idle.destroy();
    await proxy.close();
    server.close();
    expect(findings.filter(({ party }) => party === 'server').map((one) => one.verdict)).toContain(verdict);
    expect(findings.some((one) => one.party === 'server' && one.verdict !== verdict)).toBe(false);
  });

  it('cuts a connection on demand', () =>
    between({}, async (proxy) => {
      const client = await connectAsync(proxy.url, { reconnectPeriod: 0 });
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      expect(await proxy.cut(1)).toBe(true);
      await closed;
      expect(await proxy.cut(99)).toBe(false);
    }));

  it('tells when the target is not there, and lives on', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => gone.once('listening', resolve));
    const { port } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    const proxy = await createProxy({ target: `tcp://127.0.0.1:${port}` });
    for (let turn = 0; turn < 2; turn++) {
      const failed = new Promise((resolve) => proxy.once('event', resolve));
      const error = new Promise((resolve) => connectTcp(proxy.port, '127.0.0.1').once('error', resolve));
      expect(await failed).toMatchObject({ kind: 'failed', with: 'target', reason: 'refused' });
      expect(await error).toMatchObject({ code: 'ECONNRESET' });
    }
    await proxy.close();
  });

  it('records what passes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
    try {
      const write = join(folder, 'all.pcapng');
      await between({ write }, async (proxy) => {
        const client = await connectAsync(proxy.url);
        await client.endAsync();
      });
      const bytes = readFileSync(write);
      expect(bytes.subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
      expect(bytes.includes(Buffer.from('MQTT'))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [{ target: 'tcp://127.0.0.1:1883', listen: 'tcp://127.0.0.1:99999' }, /'99999' is no port/],
    [{ target: 'http://127.0.0.1' }, /--target 'http:/],
    [{ target: 'tcp://127.0.0.1:1883', faults: ['drip PUBACK'] }, /drip/],
    [{ target: 'tcp://127.0.0.1:1883', write: '/nowhere/at/all.pcapng' }, /nowhere/],
    [{ target: 'tcp://127.0.0.1:1883', listen: 'tls://127.0.0.1:0' }, /certificate/],
  ] satisfies [CreateProxyOptions, RegExp][])('refuses %j', async (options, message) => {
    await expect(createProxy(options)).rejects.toThrow(message);
  });

  it('refuses a port that is in use, and leaves nothing open', () =>
    between({}, async (proxy) => {
      const twice = createProxy({
        routes: [{ target: 'tcp://127.0.0.1:1' }, { target: 'tcp://127.0.0.1:1', listen: proxy.url }],
      });
      await expect(twice).rejects.toThrow(/the port is in use/);
    }));
});
