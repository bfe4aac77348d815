// Bridges with the real mosquitto as the other broker, in both directions and over each kind of connection, and mosquitto as
// a bridge to us. Both sides tell when they are there by the state topic; nothing waits for a clock.

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BrokerEvent } from '../../src/broker/output.js';
import { BrokerServer } from '../../src/io/broker-server.js';
import { readSetup } from '../../src/io/broker-setup.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { freePort, startMosquitto, TestFolder } from '../support/mosquitto.js';
import { hasProgram } from '../support/programs.js';
import { connected, type RawClient } from './broker-client.js';

const MOSQUITTO = 'log_dest stderr\nlog_type all\nallow_anonymous true\n';

describe.skipIf(!hasProgram('mosquitto') || !hasProgram('openssl'))('mosquitto and we', () => {
  const folder = new TestFolder();
  let certificates: Certificates;
  const ends: (() => unknown)[] = [];
  const events: BrokerEvent[] = [];

  beforeAll(() => {
    certificates = makeCertificates();
    for (const [name, { certificate, key }] of Object.entries({
      ca: certificates.authority,
      server: certificates.server,
      client: certificates.client,
    })) {
      folder.write(`${name}.crt`, certificate);
      folder.write(`${name}.key`, key);
    }
    folder.write('psks', 'us:0123456789abcdef\n');
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    events.length = 0;
  });
  afterAll(() => {
    certificates.remove();
    folder.remove();
  });

  async function mosquitto(port: number, lines: string): Promise<void> {
    const started = await startMosquitto(folder.write('m.conf', `listener ${port} 127.0.0.1\n${lines}\n${MOSQUITTO}`));
    if (started.stop === undefined) throw new Error(started.log);
    ends.push(started.stop);
  }

  /** Our broker, listening on that port. */
  async function us(port: number, lines: string): Promise<BrokerServer> {
    const path = folder.write('us.conf', `listener ${port} 127.0.0.1\nallow_anonymous true\nsys_interval 0\n${lines}`);
    const { setup, remarks } = readSetup(path);
    if (setup === undefined) throw new Error(JSON.stringify(remarks));
    const tools = { nextId: randomUUID };
    const server = new BrokerServer({ ...setup, tools, onEvent: (event) => events.push(event) });
    await server.start();
    ends.push(() => server.stop());
    return server;
  }

  async function client(port: number, id: string): Promise<RawClient> {
    const one = await connected(port, `10 0d 00 04 "MQTT" 04 02 00 00 00 01 "${id}"`);
    ends.push(() => one.socket.destroy());
    return one;
  }

  /** Subscribes with QoS 2; the topic has `length` characters, below 100. */
  async function subscribe(to: RawClient, filter: string): Promise<void> {
    to.send(`82 ${byte(filter.length + 5)} 00 01 00 ${byte(filter.length)} "${filter}" 02`);
    expect(await to.take(5)).toBe('9003000102');
  }

  const publish = (topic: string, text: string, retain = 0) =>
    `${retain === 0 ? '34' : '35'} ${byte(topic.length + 4 + text.length)} 00 ${byte(topic.length)} "${topic}" 00 07 "${text}"`;

  /** The next message, of QoS 2: "topic text", acknowledged. */
  async function next(from: RawClient): Promise<string> {
    const [first, length] = Buffer.from(await from.take(2), 'hex');
    const body = Buffer.from(await from.take(length!), 'hex');
    const end = 2 + body.readUInt16BE(0);
    const qos = (first! >> 1) & 3;
    const text = body.subarray(end + (qos > 0 ? 2 : 0)).toString();
    const id = body.subarray(end, end + 2);
    if (qos === 1) from.send(Buffer.concat([Buffer.of(0x40, 2), id]));
    if (qos === 2) {
      from.send(Buffer.concat([Buffer.of(0x50, 2), id]));
      expect(await from.take(4)).toBe(`6202${id.toString('hex')}`);
      from.send(Buffer.concat([Buffer.of(0x70, 2), id]));
    }
    const retain = (first! & 1) === 1 ? ' retained' : '';
    return `${body.subarray(2, end)} ${text} ${qos}${retain}`;
  }

  /** Sends with QoS 2 to the end. */
  async function send(from: RawClient, topic: string, text: string, retain = 0): Promise<void> {
    from.send(publish(topic, text, retain));
    expect(await from.take(4)).toBe('50020007');
    from.send('62 02 00 07');
    expect(await from.take(4)).toBe('70020007');
  }

  /** The state topic says 1. */
  async function connectedBridge(at: RawClient): Promise<void> {
    await subscribe(at, 'state');
    let state = '';
    while (!state.startsWith('state 1')) state = await next(at);
  }

  const TOPICS = [
    'topic both/# both 2',
    'topic # out 1 l/ r/',
    'topic # in 2 il/ ir/',
    'notification_topic state',
    'remote_clientid b',
    'restart_timeout 1',
  ].join('\n');

  async function exchange(ours: number, theirs: number): Promise<void> {
    const [here, there] = [await client(ours, 'h'), await client(theirs, 't')];
    const [fromHere, fromThere] = [await client(ours, 'p'), await client(theirs, 'p')];
    await connectedBridge(here);
    await subscribe(here, 'both/#');
    await subscribe(here, 'il/#');
    await subscribe(there, 'both/#');
    await subscribe(there, 'r/#');
    await send(fromHere, 'both/1', 'from here');
    expect([await next(here), await next(there)]).toEqual(['both/1 from here 2', 'both/1 from here 2']);
    await send(fromThere, 'both/2', 'from there');
    expect([await next(there), await next(here)]).toEqual(['both/2 from there 2', 'both/2 from there 2']);
    await send(fromHere, 'l/a/b', 'out');
    expect(await next(there)).toBe('r/a/b out 1');
    await send(fromThere, 'ir/c', 'in');
    expect(await next(here)).toBe('il/c in 2');
    // Had anything come back, it would be before these.
    await send(fromHere, 'both/1', 'last');
    expect([await next(here), await next(there)]).toEqual(['both/1 last 2', 'both/1 last 2']);
    await send(fromHere, 'both/kept', 'kept', 1);
    expect([await next(here), await next(there)]).toEqual(['both/kept kept 2', 'both/kept kept 2']);
    const later = await client(theirs, 'l');
    await subscribe(later, 'both/kept');
    expect(await next(later)).toBe('both/kept kept 2 retained');
  }

  describe.each(['mqttv31', 'mqttv311', 'mqttv50'])('bridge_protocol_version %s', (version) => {
    it('takes messages both ways, each once', async () => {
      const [ours, theirs] = [await freePort(), await freePort()];
      await mosquitto(theirs, '');
      await us(ours, `connection x\naddress 127.0.0.1:${theirs}\nbridge_protocol_version ${version}\n${TOPICS}`);
      await exchange(ours, theirs);
    });
  });

  it.each(['certificates', 'a pre-shared key'])('is secured by %s', async (kind) => {
    const [ours, theirs] = [await freePort(), await freePort()];
    const at = (name: string) => `${folder.path}/${name}`;
    const [theirLines, ourLines] =
      kind === 'a pre-shared key'
        ? [`psk_hint hint\npsk_file ${at('psks')}`, 'bridge_identity us\nbridge_psk 0123456789abcdef']
        : [
            `cafile ${at('ca.crt')}\ncertfile ${at('server.crt')}\nkeyfile ${at('server.key')}\nrequire_certificate true`,
            `bridge_cafile ${at('ca.crt')}\nbridge_certfile ${at('client.crt')}\nbridge_keyfile ${at('client.key')}`,
          ];
    const inside = await freePort();
    await mosquitto(theirs, `${theirLines}\nlistener ${inside} 127.0.0.1`);
    await us(ours, `connection x\naddress localhost:${theirs}\n${ourLines}\n${TOPICS}`);
    await exchange(ours, inside);
  });

  it('is served as a bridge of mosquitto', async () => {
    const [ours, theirs] = [await freePort(), await freePort()];
    await us(ours, '');
    await mosquitto(theirs, `connection x\naddress 127.0.0.1:${ours}\n${TOPICS}`);
    await exchange(theirs, ours);
  });

  it('keeps messages while the other broker is away, and brings them', async () => {
    const [ours, theirs] = [await freePort(), await freePort()];
    await us(ours, `connection x\naddress 127.0.0.1:${theirs}\n${TOPICS}`);
    const here = await client(ours, 'h');
    await send(here, 'l/1', 'one');
    await send(here, 'l/2', 'two');
    await mosquitto(theirs, '');
    const there = await client(theirs, 't');
    await subscribe(there, 'r/#');
    expect([await next(there), await next(there)]).toEqual(['r/1 one 1', 'r/2 two 1']);
  });
});

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
