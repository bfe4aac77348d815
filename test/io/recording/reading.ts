// What stands in a recording, by our own reader: the bytes of each direction of each connection, gaps as their length, and
// how it ended; and by tshark, with all its checks on.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Chunk, Side } from '../../../src/bytes/chunk.js';
import { copyOf } from '../../../src/bytes/copy.js';
import { readCapture } from '../../../src/io/input.js';
import { SegmentReader } from '../../../src/net/index.js';
import type { TcpConnection } from '../../../src/tcp/connection.js';
import { Connections } from '../../../src/tcp/connections.js';

export interface Recorded {
  readonly connections: readonly RecordedConnection[];
  readonly packets: number;
  readonly notes: readonly string[];
  readonly secrets: readonly string[];
}

export interface RecordedConnection {
  readonly endpoints: readonly [client: string, server: string];
  /** What the client sent, and what the server sent. */
  readonly sent: readonly [(Uint8Array | number)[], (Uint8Array | number)[]];
  ended: string | undefined;
}

export async function recorded(...paths: readonly string[]): Promise<Recorded> {
  const segments = new SegmentReader();
  const connections = new Connections<RecordedConnection>();
  const all: RecordedConnection[] = [];
  const notes: string[] = [];
  const texts: string[] = [];
  let packets = 0;
  let time = 0;
  const keep = (to: (Uint8Array | number)[], chunks: readonly Chunk[]): void => {
    for (const chunk of chunks) to.push(chunk.kind === 'data' ? copyOf(chunk.bytes) : (chunk.length ?? -1));
  };
  for (const path of paths) {
    for await (const batch of readCapture(path)) {
      notes.push(...batch.notes.map(({ message }) => message));
      texts.push(...batch.secrets.map((text) => new TextDecoder().decode(text)));
      for (const packet of batch.packets) {
        packets++;
        time = packet.time;
        const segment = segments.read(packet);
        if (segment.kind === 'skipped') throw new Error(`packet ${packets} is no TCP segment`);
        const event = connections.push(segment);
        const own = connectionOf(event.connection, all);
        keep(own.sent[event.direction], event.chunks);
        keep(own.sent[event.direction === 0 ? 1 : 0], event.released);
        if (event.closed) own.ended = `${event.connection.closed?.how} by ${event.connection.closed?.by}`;
      }
    }
  }
  for (const { connection, chunks } of connections.end(time, packets)) {
    const own = connectionOf(connection, all);
    for (const side of [0, 1] as const) keep(own.sent[side], chunks[side]);
  }
  return { connections: all, packets, notes, secrets: texts };
}

function connectionOf(one: TcpConnection<RecordedConnection>, all: RecordedConnection[]): RecordedConnection {
  one.user ??= { endpoints: [one.endpoint(0), one.endpoint(1)], sent: [[], []], ended: undefined };
  all[one.id] = one.user;
  return one.user;
}

/** Joined; gaps are left out. */
export function bytesOf(connection: RecordedConnection | undefined, side: Side): Buffer {
  return Buffer.concat((connection?.sent[side] ?? []).filter((one) => typeof one !== 'number'));
}

const run = promisify(execFile);
const CHECKS = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];

/** The lines of tshark; it must have nothing to say beside them. */
export async function tshark(path: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr } = await run('tshark', ['-n', '-r', path, ...CHECKS, ...args], { maxBuffer: 1 << 28 });
  const said = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user "root"'));
  if (said.length > 0) throw new Error(said.join('\n'));
  return stdout.split('\n').filter((line) => line !== '');
}

/** Numbers of the frames with a wrong checksum, or of which tshark says that something is odd with IP or TCP: none. */
export function oddFrames(path: string): Promise<readonly string[]> {
  const odd = 'tcp.checksum.status != 1 || ip.checksum.status == 0 || tcp.analysis.flags || _ws.malformed';
  // What is carried is not looked at: it is by chance what it is.
  return tshark(
    path,
    '--disable-protocol',
    'mqtt',
    '-Y',
    odd,
    '-T',
    'fields',
    '-e',
    'frame.number',
    '-e',
    '_ws.expert',
  );
}
