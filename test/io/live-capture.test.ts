// Capturing on an interface: with programs made for the test, which behave in every way, and with the real ones on the
// loopback interface, where they are installed and may capture.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Dissector } from '../../src/dissect/dissector.js';
import { readCapture } from '../../src/io/input.js';
import { CAPTURE_PROGRAMS, listInterfaces, openLive } from '../../src/io/live-capture.js';
import { cli, fixture, type Ran } from '../cli/run.js';
import { hex } from '../support/hex.js';
import { hasProgram } from '../support/programs.js';

const PINGS = fixture('pings-v5.pcap');
const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

let folders = 0;

/** A folder to be the PATH, with these programs. Node runs them: a shell would not pass signals on. */
function path(programs: Readonly<Record<string, string>>): string {
  const here = mkdtempSync(join(folder, `${folders++}-`));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(here, name), `#!${process.execPath}\n${script}`);
    chmodSync(join(here, name), 0o755);
  }
  return here;
}

const CONNECT = hex('10 0e 0004 "MQTT" 04 02 003c 0002 "c1"');
const CONNACK = hex('20 02 00 00');
const LISTENS = `console.error('tcpdump: listening on x0, link-type EN10MB (Ethernet)');`;
const WRITES = `process.stdout.write(process.getBuiltinModule('node:fs').readFileSync(${JSON.stringify(PINGS)}));`;
const STAYS = 'setInterval(() => {}, 1000);';
const COUNTS = `process.on('SIGINT', () => {
  console.error('9 packets captured\\n12 packets received by filter\\n3 packets dropped by kernel');
  process.exit(0);
});`;

interface Live {
  readonly args?: readonly string[];
  /** Ctrl-C once this was printed. */
  readonly interruptAt?: string;
}

async function live(programs: Readonly<Record<string, string>>, { args = [], interruptAt }: Live = {}): Promise<Ran> {
  const interrupt = new AbortController();
  return await cli(['-i', 'x0', ...args], {
    env: { PATH: path(programs) },
    interrupt: interrupt.signal,
    columns: 120,
    onOutput: (text) => {
      if (interruptAt !== undefined && text.includes(interruptAt)) interrupt.abort();
    },
  });
}

describe('a program', () => {
  it('is read to the end when it ends', async () => {
    const { stdout, stderr, exitCode } = await live({ tcpdump: LISTENS + WRITES });
    expect(stdout).toMatch(/\n9 MQTT packets in 1 connection \(5\.0: 1\), 20 capture frames\n$/);
    expect(stderr).toBe('mqtt-dissect: capturing on x0 with tcpdump, Ctrl-C ends it\n');
    expect(exitCode).toBe(0);
  });

  it('is interrupted by Ctrl-C, after which what is left is read', async () => {
    const bytes = readFileSync(PINGS);
    const cut = bytes.indexOf(Buffer.from('e000', 'hex'), bytes.length - 400) - 66;
    const script = `const bytes = process.getBuiltinModule('node:fs').readFileSync(${JSON.stringify(PINGS)});
      process.stdout.write(bytes.subarray(0, ${cut}));
      process.on('SIGINT', () => process.stdout.write(bytes.subarray(${cut}), () => process.exit(0)));`;
    const ran = await live({ tcpdump: LISTENS + script + STAYS }, { interruptAt: 'PINGREQ' });
    expect(ran.stdout).toMatch(/DISCONNECT[\s\S]*\n9 MQTT packets in 1 connection/);
    expect(ran.exitCode).toBe(130);
  });

  it('that does not listen to Ctrl-C is ended', async () => {
    const ran = await live({ tcpdump: `process.on('SIGINT', () => {});${WRITES}${STAYS}` }, { interruptAt: 'PINGREQ' });
    expect(ran).toMatchObject({ exitCode: 130, stderr: '' });
  });

  it('may be stopped before it has written anything', async () => {
    const interrupt = new AbortController();
    const options = { interface: 'x0', signal: interrupt.signal, env: { PATH: path({ tcpdump: LISTENS + STAYS }) } };
    const source = await openLive({ ...options, onStart: () => interrupt.abort() });
    const batches = readCapture(source, { signal: interrupt.signal });
    expect(await batches.next()).toEqual({ done: true, value: undefined });
  });

  it('is ended when enough was read', async () => {
    const pid = join(folder, 'pid');
    const tells = `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid));`;
    const ran = await live({ tcpdump: tells + LISTENS + WRITES + STAYS }, { args: ['--limit', '2'] });
    expect(ran.stdout).toMatch(/stopped at the limit of 2\n$/);
    expect(ran.exitCode).toBe(0);
    expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH');
  });

  it('says what it lost', async () => {
    const ran = await live({ tcpdump: COUNTS + LISTENS + WRITES + STAYS }, { interruptAt: 'PINGREQ' });
    expect(ran.stderr).toContain('warning: tcpdump lost 3 packets\n');
  });

  it('is given interface and filter', async () => {
    const prints = `console.error(JSON.stringify(process.argv.slice(2))); process.exit(1);`;
    const argv = async (command: string, ...args: string[]) => {
      const { stderr } = await live({ [command]: prints }, { args });
      return JSON.parse(stderr.slice(stderr.indexOf('['), stderr.indexOf(']') + 1)) as string[];
    };
    const filter = 'tcp port 1883';
    const tcpdump = ['-i', 'x0', '-U', '--immediate-mode', '-w', '-'];
    expect(await argv('tcpdump')).toEqual(tcpdump);
    for (const args of [['--filter', filter], ['-f', filter], [`-f${filter}`], ['--format', 'json', '-f', filter]]) {
      expect(await argv('tcpdump', ...args)).toEqual([...tcpdump, '--', filter]);
    }
    expect(await argv('tcpdump', '--format', 'ndjson')).toEqual(tcpdump);
    expect(await argv('dumpcap', '-f', filter)).toEqual(['-q', '-i', 'x0', '-f', filter, '-P', '-w', '-']);
  });
});

describe('what is wrong is one line', () => {
  const fails = (...lines: string[]) => `console.error(${JSON.stringify(lines.join('\n'))}); process.exit(1);`;

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['nothing is installed', {}, 'capturing needs dumpcap or tcpdump, and neither can be started: install one of them'],
    [
      'it may not capture',
      {
        tcpdump: fails(
          "tcpdump: x0: You don't have permission to capture on that device",
          '(socket: Operation not permitted)',
        ),
      },
      "x0: tcpdump cannot capture: x0: You don't have permission to capture on that device (socket: Operation not permitted); " +
        'run it as root, or allow tcpdump to capture (setcap cap_net_raw+ep)',
    ],
    [
      'there is no such interface',
      {
        dumpcap: fails(
          "Capturing on 'x0'",
          'dumpcap: There is no device named "x0".',
          '(No such device exists)',
          'More.',
        ),
      },
      'x0: dumpcap cannot capture: There is no device named "x0". (No such device exists)',
    ],
    ['it says nothing', { tcpdump: 'process.exit(3)' }, 'x0: tcpdump cannot capture: it ended with exit code 3'],
    [
      'it is killed',
      { tcpdump: `process.kill(process.pid, 'SIGKILL');${STAYS}` },
      'x0: tcpdump cannot capture: it ended with SIGKILL',
    ],
  ])('%s', async (_, programs, message) => {
    const { stdout, stderr, exitCode } = await live(programs);
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: '', stderr: `mqtt-dissect: ${message}\n`, exitCode: 2 });
  });

  it('and what was read before is shown', async () => {
    const late = `${WRITES}process.stdout.end(() => { ${fails('tcpdump: pcap_loop: The interface disappeared')} });`;
    const { stdout, stderr, exitCode } = await live({ tcpdump: late });
    expect(stdout).toContain('\n9 MQTT packets');
    expect(stderr).toBe('mqtt-dissect: x0: tcpdump cannot capture: pcap_loop: The interface disappeared\n');
    expect(exitCode).toBe(2);
  });

  it.each([
    [['-i', 'x0', PINGS], /either captures or -i, not both/],
    [['--filter', 'tcp', PINGS], /--filter' needs -i/],
    [['-i'], /argument missing/],
    [['-v'], /missing required argument 'capture'/],
    [['-f', 'tcp port 1883', PINGS], /--filter' needs -i/],
  ])('%j', async (args, message) => {
    const { stderr, exitCode } = await cli(args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('interfaces', () => {
  it('are listed as the program does', async () => {
    const tcpdump = `if (process.argv[2] === '-D') console.log('1.x0\\n2.lo (Loopback)');`;
    const ran = await cli(['-D'], { env: { PATH: path({ tcpdump }) } });
    expect(ran).toEqual({ exitCode: 0, stdout: '1.x0\n2.lo (Loopback)\n', stderr: '' });
  });

  it('are not listed where there is no program, or it fails', async () => {
    const none = await cli(['-D'], { env: { PATH: path({}) } });
    expect(none.stderr).toMatch(/needs dumpcap or tcpdump/);
    const failing = path({ dumpcap: `console.error('dumpcap: no'); process.exit(2);` });
    expect((await cli(['-D'], { env: { PATH: failing } })).stderr).toBe(
      'mqtt-dissect: dumpcap lists no interfaces: no\n',
    );
  });
});

/** Installed, and allowed to capture on the loopback interface here. */
function mayCapture(command: string): boolean {
  if (!hasProgram(command)) return false;
  const asked = spawnSync(command, ['-D'], { encoding: 'utf8' });
  return process.getuid?.() === 0 && /\blo\b/.test(asked.stdout);
}

describe.each(CAPTURE_PROGRAMS)('$command on the loopback interface', { timeout: 30_000 }, (program) => {
  const { command } = program;
  const programs = [program];

  it.skipIf(!mayCapture(command))('captures MQTT as it is sent, until it is to stop', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).on('data', () => socket.write(CONNACK)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    let client: Socket | undefined;
    const interrupt = new AbortController();
    const source = await openLive({
      interface: 'lo',
      filter: `tcp port ${port}`,
      signal: interrupt.signal,
      programs,
      onStart: () => {
        client = connect(port, '127.0.0.1');
        client.on('error', () => {}).write(CONNECT);
      },
    });
    const dissector = new Dissector();
    const types: string[] = [];
    for await (const { packets } of readCapture(source, { signal: interrupt.signal })) {
      for (const packet of packets) {
        for (const item of dissector.push(packet)) if (item.kind === 'packet') types.push(item.frame.packet.type);
      }
      if (types.includes('CONNACK')) interrupt.abort();
    }
    client?.destroy();
    server.close();
    expect(types).toEqual(['CONNECT', 'CONNACK']);
  });

  it.skipIf(!mayCapture(command))('names an interface that there is not', async () => {
    const source = await openLive({ interface: 'nosuch0', programs });
    await expect(source.pieces.next()).rejects.toThrow(
      new RegExp(`^nosuch0: ${command} cannot capture: .*no.* device`, 'i'),
    );
  });

  it.skipIf(!mayCapture(command))('judges the filter', async () => {
    const source = await openLive({ interface: 'lo', filter: 'nonsense nonsense', programs });
    await expect(source.pieces.next()).rejects.toThrow(/cannot capture: .*filter/i);
  });

  it.skipIf(!mayCapture(command))('lists interfaces', async () => {
    expect(await listInterfaces({ programs })).toMatch(/\blo\b/);
  });
});
