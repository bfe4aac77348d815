// Bridges with the real mosquitto as the other broker, in both directions and over each kind of connection, and mosquitto as
// a bridge to us. Both sides tell when they are there by the state topic; nothing waits for a clock.

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BrokerEvent } from '../../src/broker/output.js';
import { BrokerServer } from '../../src/io/broker-server.js';
import type { BrokerServerOptions } from '../../src/io/broker-server-options.js';
import { readSetup } from '../../src/io/broker-setup.js';
import { openStoreIn } from '../../src/io/store/open-store.js';
import { Watch } from '../../src/io/watch/watch.js';
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
  let whenTold: () => void = () => {};

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

  async function mosquitto(port: number, lines: string, host = '127.0.0.1'): Promise<void> {
    const started = await startMosquitto(folder.write('m.conf', `listener ${port} ${host}\n${lines}\n${MOSQUITTO}`));
    if (started.stop === undefined) throw new Error(started.log);
    ends.push(started.stop);
  }

  /** Our broker, listening on that port. */
  async function us(port: number, lines: string, more: Partial<BrokerServerOptions> = {}): Promise<BrokerServer> {
    const path = folder.write('us.conf', `listener ${port} 127.0.0.1\nallow_anonymous true\nsys_interval 0\n${lines}`);
    const { setup, remarks } = readSetup(path);
    if (setup === undefined) throw new Error(JSON.stringify(remarks));
    const tools = { nextId: randomUUID };
    const bridges = setup.bridges.map((one) => ({ ...one, limits: { ...one.limits, primaryRetry: 0.1 } }));
    const server = new BrokerServer({ ...setup, bridges, tools, onEvent: told, ...more });
    await server.start();
    ends.push(() => server.stop());
    return server;
  }

  function told(event: BrokerEvent): void {
    events.push(event);
    whenTold();
  }

  /** Where the bridge has been connected to, when these are so many. */
  async function addresses(count: number): Promise<string[]> {
    const found = () => events.flatMap((one) => (one.name === 'bridge-connected' ? [one.address] : []));
    await new Promise<void>((resolve) => {
      whenTold = () => found().length >= count && resolve();
      whenTold();
    });
    return found();
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

  it('tells the other broker when it stops, and again when it is back with what was kept in a file', async () => {
    const [ours, theirs] = [await freePort(), await freePort()];
    await mosquitto(theirs, '');
    const there = await client(theirs, 't');
    await subscribe(there, 'state');
    await subscribe(there, 'r/#');
    const store = await openStoreIn(folder.path);
    const first = await us(ours, `connection x\naddress 127.0.0.1:${theirs}\n${TOPICS}`, { store });
    expect(await next(there)).toBe('state 1 1');
    await first.stop();
    expect(await next(there)).toBe('state 0 0');
    // Nobody is there, but what is meant for the bridge is kept with its session.
    const second = await us(ours, '', { store: await openStoreIn(folder.path) });
    const here = await client(ours, 'h');
    await send(here, 'l/1', 'kept');
    await second.stop();
    await us(ours, `connection x\naddress 127.0.0.1:${theirs}\n${TOPICS}`, { store: await openStoreIn(folder.path) });
    expect([await next(there), await next(there)].sort()).toEqual(['r/1 kept 1', 'state 1 1']);
  });

  it('goes to the next address, and back to the first when that can be reached', async () => {
    const [ours, one, two] = [await freePort(), await freePort(), await freePort()];
    await mosquitto(two, '');
    await us(ours, `connection x\naddresses 127.0.0.1:${one} 127.0.0.1:${two}\n${TOPICS}`);
    await connectedBridge(await client(two, 't'));
    await mosquitto(one, '');
    await connectedBridge(await client(one, 't'));
    expect(await addresses(2)).toEqual([`127.0.0.1:${two}`, `127.0.0.1:${one}`]);
  });

  it.each([
    ['a wrong key', 'bridge_identity us\nbridge_psk 00', 'psk'],
    ['a certificate of somebody else', 'bridge_cafile STRANGER', 'certificate'],
    ['a name that is not in the certificate', 'bridge_cafile CA', 'certificate'],
  ])('does not come in with %s', async (what, lines, kind) => {
    const [ours, theirs] = [await freePort(), await freePort()];
    const at = (name: string) => `${folder.path}/${name}`;
    // The certificate is for localhost and 127.0.0.1.
    const host = what.startsWith('a name') ? '127.0.0.2' : '127.0.0.1';
    const secured = `certfile ${at('server.crt')}\nkeyfile ${at('server.key')}`;
    await mosquitto(theirs, kind === 'psk' ? `psk_hint hint\npsk_file ${at('psks')}` : secured, host);
    const own = lines.replace('STRANGER', certificates.stranger.certificateFile).replace('CA', at('ca.crt'));
    const refused = new Promise<string>((resolve) => {
      const onEvent = (event: BrokerEvent) => event.name === 'bridge-lost' && resolve(event.reason);
      void us(ours, `connection x\naddress ${host}:${theirs}\n${own}\n${TOPICS}`, { onEvent });
    });
    const why = { psk: /alert/i, STRANGER: /certificate|verify/i, CA: /altnames|host/i };
    expect(await refused).toMatch(why[kind === 'psk' ? 'psk' : lines.includes('CA') ? 'CA' : 'STRANGER']);
  });

  it('shows the connection to the other broker to who watches, and not its own', async () => {
    const [ours, theirs] = [await freePort(), await freePort()];
    await mosquitto(theirs, '');
    const tap = new Watch();
    const source = tap.source('bridge');
    const server = await us(ours, `connection x\naddress 127.0.0.1:${theirs}\n${TOPICS}`, { tap });
    await connectedBridge(await client(theirs, 't'));
    await server.stop();
    tap.end();
    const pieces: Uint8Array[] = [];
    for await (const piece of source.pieces) pieces.push(piece);
    const text = Buffer.concat(pieces).toString('latin1');
    expect(text).toContain('MQTT\x84');
    expect(text).not.toContain('local.b');
  });
});

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
