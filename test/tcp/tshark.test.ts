// The TCP connections of all public captures, as tshark sees them: how many there are, and what each direction carried. tshark
// says of every frame which stream it belongs to and what payload it has; the test puts that in order by sequence number,
// the first copy of a byte counting. Where that is not what comes out of our reassembly, a row says why; a row that no longer
// holds fails, too.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { formatEndpoint, type Segment, SegmentReader } from '../../src/net/index.js';
import { Connections } from '../../src/tcp/connections.js';
import { asPcapng, captureFiles, hasCaptures, readIfCapture } from '../net/captures.js';
import { hasProgram } from '../support/programs.js';
import { DIFFERENCES } from './tshark-differences.js';

/** What one direction carried, as hex; named by where it came from and went to. */
interface Direction {
  readonly name: string;
  readonly data: string;
}

interface File {
  readonly file: string;
  readonly packets: readonly CapturedPacket[];
  /** By frame: "from to" of its segment. */
  readonly names: readonly (string | undefined)[];
  readonly pairs: ReadonlySet<string>;
  /** Fragments meet others of the same datagram only: such a file is read by itself. */
  readonly alone: boolean;
  readonly connections: number;
  readonly directions: readonly Direction[];
}

function namesOf({ bytes, addressLength, sourceAt, destinationAt, sourcePort, destinationPort }: Segment) {
  const from = formatEndpoint(bytes, sourceAt, addressLength, sourcePort);
  const to = formatEndpoint(bytes, destinationAt, addressLength, destinationPort);
  return [from, to] as const;
}

function read(file: string): File {
  const reader = new SegmentReader();
  const connections = new Connections<[string[], string[]]>();
  const all: [string[], string[]][] = [];
  const order: string[] = [];
  const pairs = new Set<string>();
  const packets = readIfCapture(file);
  let alone = false;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const add = (to: string[], chunks: readonly { readonly kind: string; readonly bytes?: Uint8Array }[]): void => {
    for (const { kind, bytes } of chunks) if (kind === 'data') to.push(hex(bytes!));
  };
  const names = packets.map((packet) => {
    const segment = reader.read(packet);
    if (segment.kind === 'skipped') {
      alone ||= segment.reason === 'held';
      return undefined;
    }
    const [from, to] = namesOf(segment);
    pairs.add([from, to].toSorted().join(' '));
    const event = connections.push(segment);
    for (const { connection, chunks } of event.ended) {
      add(connection.user![0], chunks[0]);
      add(connection.user![1], chunks[1]);
    }
    const { connection, direction } = event;
    if (connection.user === undefined) {
      all.push((connection.user = [[], []]));
      order.push(`${from} ${to}`);
    }
    add(connection.user[direction], event.chunks);
    add(connection.user[direction === 0 ? 1 : 0], event.released);
    return `${from} ${to}`;
  });
  for (const { connection, chunks } of connections.end(0, 0)) {
    add(connection.user![0], chunks[0]);
    add(connection.user![1], chunks[1]);
  }
  const directions = all.flatMap(([there, back], i) => {
    const name = order[i]!;
    const opposite = name.split(' ').toReversed().join(' ');
    return [
      { name, data: there.join('') },
      { name: opposite, data: back.join('') },
    ];
  });
  return { file, packets, names, pairs, alone, connections: connections.count, directions };
}

/** Files that share no pair of endpoints can be read by tshark in one go: as few goes as possible. */
function batches(files: readonly File[]): readonly (readonly File[])[] {
  const filled: { readonly files: File[]; readonly pairs: Set<string>; readonly alone: boolean }[] = [];
  for (const file of files) {
    const fits = ({ pairs, alone }: (typeof filled)[number]): boolean =>
      !alone && !file.alone && ![...file.pairs].some((pair) => pairs.has(pair));
    let batch = filled.find(fits);
    if (batch === undefined) filled.push((batch = { files: [], pairs: new Set(), alone: file.alone }));
    batch.files.push(file);
    for (const pair of file.pairs) batch.pairs.add(pair);
  }
  return filled.map((batch) => batch.files);
}

const run = promisify(execFile);
const FIELDS = ['frame.number', 'frame.protocols', 'tcp.stream', 'tcp.flags', 'tcp.seq_raw', 'tcp.payload'];

/** A direction of a stream: its bytes by position, which counts from the sequence number seen first. */
class Stream {
  readonly pieces: (readonly [at: number, hex: string])[] = [];
  private last: number | undefined = undefined;
  private position = 0;

  constructor(readonly name: string) {}

  add(sequence: number, flags: number, hex: string): void {
    const at = (this.position += (sequence - (this.last ?? sequence)) | 0);
    this.last = sequence;
    if (hex !== '') this.pieces.push([at + ((flags & 2) === 0 ? 0 : 1), hex]);
  }

  get data(): string {
    const bytes = new Map<number, string>();
    for (const [at, hex] of this.pieces) {
      for (let i = 0; 2 * i < hex.length; i++) {
        if (!bytes.has(at + i)) bytes.set(at + i, hex.slice(2 * i, 2 * i + 2));
      }
    }
    return [...bytes.entries()]
      .sort(([a], [b]) => a - b)
      .map(([, byte]) => byte)
      .join('');
  }
}

/** For each file: how many streams, and the two directions of each. */
async function theirs(
  files: readonly File[],
  path: string,
): Promise<Map<string, { connections: number; directions: Direction[] }>> {
  writeFileSync(path, asPcapng(files.flatMap(({ packets }) => packets)));
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const { stdout } = await run('tshark', ['-n', '-r', path, '-T', 'fields', '-E', 'occurrence=l', ...fields], {
    maxBuffer: 1 << 28,
  });
  const owners = files.flatMap((file) => file.packets.map((_, i) => [file, i] as const));
  const seen = new Map(files.map(({ file }) => [file, new Map<string, Map<string, Stream>>()]));
  for (const line of stdout.split('\n')) {
    const [frame, protocols, id, flags, sequence, payload] = line.split('\t');
    // ICMP quotes the packets it complains about.
    if (!id || /icmp.*:tcp/.test(protocols!)) continue;
    const [{ file, names }, i] = owners[Number(frame) - 1]!;
    const streams = seen.get(file)!;
    const directions = streams.get(id) ?? new Map<string, Stream>();
    streams.set(id, directions);
    const name = names[i] ?? `? ${i + 1}`;
    const stream = directions.get(name) ?? new Stream(name);
    directions.set(name, stream);
    stream.add(Number(sequence), Number(flags), payload ?? '');
  }
  return new Map(
    [...seen].map(([file, streams]) => {
      const directions = [...streams.values()].flatMap((two) => [...two.values()]);
      return [file, { connections: streams.size, directions }];
    }),
  );
}

const told = (directions: readonly Direction[]): string[] =>
  directions
    .filter(({ data }) => data !== '')
    .map(({ name, data }) => `${name} ${data}`)
    .sort();

/** "2 connections, tshark 3", and directions that only one of the two has: "tshark 10.0.0.1:2 10.0.0.2:3 19" (bytes). */
function differences(ours: File, others: { connections: number; directions: readonly Direction[] }): string[] {
  const found: string[] = [];
  if (ours.connections !== others.connections)
    found.push(`${ours.connections} connections, tshark ${others.connections}`);
  const [mine, yours] = [told(ours.directions), told(others.directions)];
  const short = (line: string): string => {
    const [from, to, data] = line.split(' ');
    return `${from} ${to} ${data!.length / 2}`;
  };
  const only = (some: string[], rest: string[]): string[] => {
    const left = [...rest];
    return some.filter((one) => {
      const at = left.indexOf(one);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  found.push(...only(mine, yours).map((line) => `ours ${short(line)}`));
  found.push(...only(yours, mine).map((line) => `tshark ${short(line)}`));
  return found;
}

describe.skipIf(!hasCaptures || !hasProgram('tshark'))('connections as tshark sees them', () => {
  const found = new Map<string, readonly string[]>();
  let connections = 0;
  let bytes = 0;

  beforeAll(async () => {
    const files = captureFiles.map(read);
    const withTcp = files.filter(({ pairs }) => pairs.size > 0);
    const waiting = batches(withTcp).map((batch, i) => [batch, i] as const);
    const folder = mkdtempSync(join(tmpdir(), 'connections-'));
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [batch, i] = next;
        const others = await theirs(batch, join(folder, `${i}.pcapng`));
        for (const file of batch) found.set(file.file, differences(file, others.get(file.file)!));
      }
    };
    await Promise.all([work(), work()]);
    rmSync(folder, { recursive: true });
    for (const file of withTcp) {
      connections += file.connections;
      for (const { data } of file.directions) bytes += data.length / 2;
    }
  }, 180_000);

  it('compares a good many', () => {
    expect(connections).toBeGreaterThan(300);
    expect(bytes).toBeGreaterThan(1_500_000);
  });

  it.each(captureFiles)('%s', (file) => {
    const rows = DIFFERENCES.filter((row) => row[0] === file).map(([, what]) => what);
    expect(found.get(file) ?? []).toEqual(rows);
  });
});
