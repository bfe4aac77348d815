// What Node cannot be made to do, done by openssl's own client and server with a tap between them: new keys in the middle
// of a connection, and early data that the server takes, or does not.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TlsSecrets } from '../../../src/transport/tls/secrets.js';
import { Tls } from '../../../src/transport/tls/tls.js';
import type { Delivery } from '../../../src/transport/transport.js';
import { hasProgram } from '../../support/programs.js';
import { RSA } from './certificates.js';
import { codes, collected, decrypt, keyLogOf, type Recorded } from './peers.js';

type Wire = Recorded['wire'][number][];

/** A program, what it said, and whoever waits for it to say something. */
class Program {
  private said = '';
  private waiting: (() => void)[] = [];
  readonly process: ChildProcess;
  readonly ended: Promise<void>;

  constructor(args: readonly string[]) {
    this.process = spawn('openssl', args);
    // It may be gone already.
    this.process.stdin?.on('error', () => {});
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.said += bytes.toString('latin1');
        this.wake();
      });
    }
    this.ended = new Promise((resolve) => {
      this.process.on('close', () => resolve());
    });
    void this.ended.then(() => this.wake());
  }

  private wake(): void {
    for (const look of this.waiting.splice(0)) look();
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.said);
      if (found !== null) {
        this.said = this.said.slice(found.index + found[0].length);
        return found;
      }
      if (this.process.exitCode !== null) throw new Error(`openssl ended without saying ${pattern}: ${this.said}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  write(text: string): void {
    this.process.stdin?.write(text);
  }
}

/** Passes everything on to `port`, and keeps it. */
async function tapped(port: number, wire: Wire): Promise<Server> {
  const tap = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    for (const [side, from, to] of [[0, client, server] as const, [1, server, client] as const]) {
      from.on('data', (bytes: Buffer) => {
        wire.push({ side, bytes: Uint8Array.from(bytes) });
        to.write(bytes);
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => {
    tap.listen(0, '127.0.0.1', resolve);
  });
  return tap;
}

describe.skipIf(!hasProgram('openssl'))('openssl', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
  const file = (name: string): string => join(folder, name);
  const servers: Program[] = [];

  beforeAll(() => {
    writeFileSync(file('cert'), RSA.cert);
    writeFileSync(file('key'), RSA.key);
    writeFileSync(file('early'), 'said too early\n');
  });
  afterAll(async () => {
    for (const server of servers) {
      server.process.kill();
      await server.ended;
    }
    rmSync(folder, { recursive: true });
  });

  async function serve(...options: readonly string[]): Promise<{ server: Program; port: number }> {
    const files = ['-cert', file('cert'), '-key', file('key'), '-keylogfile', file('keylog')];
    const server = new Program(['s_server', '-accept', '127.0.0.1:0', '-naccept', '9', ...files, ...options]);
    servers.push(server);
    return { server, port: Number((await server.until(/ACCEPT .*?:(\d+)\s/))[1]) };
  }

  async function call(
    port: number,
    options: readonly string[],
    story: (client: Program) => Promise<void>,
  ): Promise<Wire> {
    const wire: Wire = [];
    const tap = await tapped(port, wire);
    const { port: tapPort } = tap.address() as AddressInfo;
    const to = ['-connect', `127.0.0.1:${tapPort}`, '-keylogfile', file('client-keylog')];
    const client = new Program(['s_client', ...to, ...options]);
    await story(client);
    client.write('Q\n');
    await client.ended;
    await new Promise((resolve) => {
      tap.close(resolve);
    });
    return wire;
  }

  const keyLog = (): string => readFileSync(file('keylog'), 'latin1') + readFileSync(file('client-keylog'), 'latin1');

  it.each([
    ['TLS 1.3 key updates', ['-tls1_3'], 'K', /KEYUPDATE/],
    ['TLS 1.2 renegotiation', ['-tls1_2', '-legacy_renegotiation'], 'R', /RENEGOTIATING/],
  ] as const)('%s', async (_name, options, command, done) => {
    const [version] = options;
    const renegotiation = command === 'R' ? ['-client_renegotiation'] : [];
    const { server, port } = await serve(version, ...renegotiation);
    const wire = await call(port, command === 'R' ? [version] : options, async (client) => {
      await client.until(/---\n(?:read R BLOCK\n)?$|Extended master secret|Verify return code/);
      for (const n of [1, 2, 3]) {
        client.write(`client says ${n}\n`);
        await server.until(new RegExp(`client says ${n}`));
        server.write(`server says ${n}\n`);
        await client.until(new RegExp(`server says ${n}`));
        client.write(`${command}\n`);
        await client.until(done);
      }
      client.write('client says 4\n');
      await server.until(/client says 4/);
    });
    for (const size of [1 << 20, 7]) {
      const seen = decrypt(wire, { text: keyLog() }, size);
      expect(seen.text[0]).toBe('client says 1\nclient says 2\nclient says 3\nclient says 4\n');
      expect(seen.text[1]).toBe('server says 1\nserver says 2\nserver says 3\n');
      expect(new Set(codes(seen))).toEqual(new Set(['handshake']));
    }
  });

  it('a key update that was lost', async () => {
    const { server, port } = await serve('-tls1_3');
    const wire = await call(port, ['-tls1_3'], async (client) => {
      for (const n of [1, 2]) {
        client.write(`client says ${n}\n`);
        await server.until(new RegExp(`client says ${n}`));
        client.write('K\n');
        await client.until(/KEYUPDATE/);
      }
      client.write('client says 3\n');
      await server.until(/client says 3/);
    });
    const own = wire.flatMap(({ side }, at) => (side === 0 ? at : []));
    const lines = ['client says 1\n', 'client says 2\n', 'client says 3\n'];
    const missing = own.slice(1).map((at) => {
      const tls = new Tls(new TlsSecrets({ keyLog: keyLogOf(keyLog()) }));
      const out = wire.flatMap(({ side, bytes }, n): Delivery[] => {
        const seen = { time: 0, origin: 0 };
        const gap = { kind: 'gap', reason: 'lost', ...seen } as const;
        return [...tls.push(side, n === at ? gap : { kind: 'data', bytes, ...seen })];
      });
      const text = collected(out).text[0];
      return lines.filter((line) => !text.includes(line));
    });
    // Whichever segment is lost, no line is missing but the one in it; losing a key update costs none.
    expect(missing.filter((one) => one.length > 1)).toEqual([]);
    expect(missing.flat()).toEqual(lines);
    expect(missing.filter((one) => one.length === 0).length).toBeGreaterThanOrEqual(2);
  });

  it('a pre-shared key in TLS 1.3 resumes nothing', async () => {
    const key = ['-psk_identity', 'dev1', '-psk', '00112233445566778899aabbccddeeff'];
    const suite = ['-tls1_3', '-ciphersuites', 'TLS_AES_128_GCM_SHA256'];
    const { server, port } = await serve(...suite, ...key);
    const wire = await call(port, [...suite, ...key], async (client) => {
      client.write('said\n');
      await server.until(/said/);
    });
    const seen = decrypt(wire, { text: keyLog() });
    expect(seen.text[0]).toBe('said\n');
    expect(seen.notices[0]?.message).toBe('TLS 1.3, TLS_AES_128_GCM_SHA256, pre-shared key of dev1');
    expect(seen.notices[0]?.details).toMatchObject({ resumed: false, pskIdentity: 'dev1' });
  });

  it('early data', async () => {
    const { server, port } = await serve('-tls1_3', '-early_data');
    await call(port, ['-tls1_3', '-sess_out', file('session')], async (client) => {
      await server.until(/CIPHER is/);
      // Sent behind the tickets.
      server.write('server is there\n');
      await client.until(/server is there/);
    });
    const resume = ['-tls1_3', '-sess_in', file('session'), '-early_data', file('early')];
    const wires: Wire[] = [];
    for (const verdict of ['accepted', 'rejected']) {
      const wire = await call(port, resume, async (client) => {
        await client.until(new RegExp(`Early data was ${verdict}`));
        client.write('said in time\n');
        await server.until(/said in time/);
      });
      wires.push(wire);
    }
    const [taken, refused] = wires.map((wire) => decrypt(wire, { text: keyLog() }));
    expect(taken?.text[0]).toBe('said too early\nsaid in time\n');
    expect(taken?.notices.map(({ message }) => message)).toEqual([
      'TLS 1.3, TLS_AES_256_GCM_SHA384, resumed, early data accepted',
    ]);
    expect(refused?.text[0]).toBe('said in time\n');
    expect(codes(refused!)).toEqual(['handshake', 'early-data-rejected']);
    expect(refused?.notices[1]?.length).toBe('said too early\n'.length);
    // The log has no early secret: what it says cannot be read, the rest can.
    const without = keyLog().replace(/^CLIENT_EARLY.*$/gm, '');
    expect(decrypt(wires[0]!, { text: without }).text[0]).toBe('said in time\n');
  });
});
