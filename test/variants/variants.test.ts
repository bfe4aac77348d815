// One session, every wrapping: whatever carries it and however it was captured, the same MQTT packets come out.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { copyOf } from '../../src/bytes/copy.js';
import type { CapturedPacket } from '../../src/capture/packet.js';
import type { DissectorOptions } from '../../src/dissect/dissector.js';
import { readCapture } from '../../src/io/input.js';
import { KeyLog } from '../../src/transport/tls/keylog.js';
import { TlsSecrets } from '../../src/transport/tls/secrets.js';
import { ethernet, fragmentIpv4, fragmentIpv6, WRAPPINGS } from '../net/wrap.js';
import { hasProgram } from '../support/programs.js';
import {
  differenceOf,
  readSession,
  type Seen,
  type SeenPacket,
  seenOf,
  streamsOf,
  textsOf,
} from '../support/variants.js';
import * as disorder from '../support/variants-disorder.js';
import { FILES } from '../support/variants-file.js';
import { captured, ipv4, ipv6, type Numbered, numbered, type Step } from '../support/variants-session.js';
import { encrypted, proxied } from '../support/variants-tls.js';
import * as ws from '../support/variants-websocket.js';

const { steps, bare } = readSession();
const segments = numbered(steps);

const onEthernet = (some: readonly Numbered[]): CapturedPacket[] =>
  captured(some, 1, (segment) => [ethernet(ipv4(segment))]);

function expectSame(seen: Seen, events: readonly string[] = []): void {
  expect(differenceOf(seen.packets, bare.packets)).toEqual([]);
  expect([...new Set(seen.events)]).toEqual(events);
}

/** The order between the directions may be another, since bytes came later or earlier. */
function expectStreams(seen: Seen, packets = bare.packets, what?: string): void {
  expect(differenceOf(streamsOf(seen.packets), streamsOf(packets)), what).toEqual([]);
}

it('is a session worth carrying', () => {
  expect(bare.packets.length).toBeGreaterThan(100);
  expect(bare.events).toEqual([]);
  for (const what of ['"3.1"', '"3.1.1"', '"5.0"', 'aliasTopic', 'PUBREL', '"will"'])
    expect(textsOf(bare.packets).join()).toContain(what);
});

describe('links, tunnels and their fragments', () => {
  it.each(WRAPPINGS.map((one) => [one.name, one] as const))('%s', (_name, { link, wrap }) => {
    expectSame(seenOf(captured(segments, link, (segment, number) => wrap(ipv4(segment), number))));
  });
});

const inSome = (packet: Uint8Array, number: number): readonly Uint8Array[] => fragmentIpv6(packet, 40, number);
const OPTIONS_HEADER = Uint8Array.of(6, 0, 1, 4, 0, 0, 0, 0);

const IP: readonly (readonly [string, number, (segment: Numbered, number: number) => readonly Uint8Array[]])[] = [
  ['IPv6 on Ethernet', 1, (segment) => [ethernet(ipv6(segment), 0x86dd)]],
  ...[12, 14, 101, 228].map((link) => [`IPv4 raw, ${link}`, link, (segment: Numbered) => [ipv4(segment)]] as const),
  ...[12, 14, 101, 229].map((link) => [`IPv6 raw, ${link}`, link, (segment: Numbered) => [ipv6(segment)]] as const),
  ['IPv6 with hop-by-hop options', 101, (segment) => [ipv6(segment, OPTIONS_HEADER, 0)]],
  ['IPv6 fragments', 101, (segment, number) => inSome(ipv6(segment), number)],
  ['IPv6 fragments in reverse', 101, (segment, number) => inSome(ipv6(segment), number).toReversed()],
  ['IPv6 fragments twice each', 101, (segment, number) => inSome(ipv6(segment), number).flatMap((one) => [one, one])],
  ['overlapping IPv6 fragments', 101, overlappingIpv6],
  ['IPv4 fragments twice each', 101, (segment, n) => fragmentIpv4(ipv4(segment), 32, n).flatMap((one) => [one, one])],
];

/** Fragments of one packet cut in two ways: those of 40 bytes that the others, of 24, leave something of. */
function overlappingIpv6(segment: Numbered, number: number): readonly Uint8Array[] {
  const packet = ipv6(segment);
  const [first, ...small] = fragmentIpv6(packet, 24, number);
  const large = fragmentIpv6(packet, 40, number);
  return small.length === 0 ? [first!] : [...large.slice(1), first!, large[0]!, ...small];
}

describe('IP', () => {
  it.each(IP)('%s', (_name, link, build) => expectSame(seenOf(captured(segments, link, build))));

  it('fragments of many datagrams at once', () => {
    const fragments = segments.map((segment, i) => fragmentIpv4(ipv4(segment), 32, i));
    const packets: CapturedPacket[] = [];
    // Of eight datagrams all fragments but the last, then the last ones.
    for (let at = 0; at < fragments.length; at += 8) {
      const some = fragments.slice(at, at + 8);
      const order = [...some.flatMap((one) => one.slice(0, -1)), ...some.map((one) => one.at(-1)!)];
      for (const bytes of order) {
        const { time } = segments[at]!;
        packets.push({ number: packets.length + 1, time, link: 101, bytes, originalLength: bytes.length });
      }
    }
    expectStreams(seenOf(packets));
  });
});

const cut = (size: number): Numbered[] => numbered(disorder.cut(steps, size));

const SEGMENTS: readonly (readonly [string, () => readonly Numbered[]])[] = [
  ['as recorded', () => segments],
  ['segments of 1 byte', () => cut(1)],
  ['segments of 2 bytes', () => cut(2)],
  ['segments of 7 bytes', () => cut(7)],
  ['everything that a side sends in a row in one segment', () => numbered(disorder.merged(steps))],
  ['without bare acknowledgments', () => segments.filter(({ flags, payload }) => flags !== 16 || payload.length > 0)],
  ['on another port', () => numbered(steps, { port: 8080 })],
  ['the sequence number wraps', () => numbered(steps, { start: 0xffffffc0 })],
  ['the sequence number wraps in segments of 1 byte', () => numbered(disorder.cut(steps, 1), { start: 0xfffffff0 })],
  ['the sequence number passes 2^31', () => numbered(disorder.cut(steps, 5), { start: 0x7fffffe0 })],
  ['segments of 7 bytes, pairs reversed', () => disorder.reversedPairs(cut(7))],
  ['segments of 1 byte, pairs reversed', () => disorder.reversedPairs(cut(1))],
  ['segments of 3 bytes, six at a time reversed', () => disorder.reversedRuns(cut(3))],
  ['pairs reversed where the number wraps', wrappedPairs],
  ['every segment twice', () => disorder.duplicated(segments, 1)],
  ['every segment again three later', () => disorder.duplicated(segments, 3)],
  ['segments of 5 bytes, each again four later', () => disorder.duplicated(cut(5), 4)],
  ['retransmissions that overlap by 4 bytes', () => disorder.overlapping(cut(9), 4)],
  ['retransmissions of all and more', () => disorder.overlapping(cut(9), 9)],
  ['retransmissions in reversed pairs', () => disorder.overlapping(disorder.reversedPairs(cut(6)), 3)],
];

function wrappedPairs(): readonly Numbered[] {
  return disorder.reversedPairs(numbered(disorder.cut(steps, 5), { start: 0xffffffe0 }));
}

describe('segments', () => {
  it.each(SEGMENTS)('%s', (_name, build) => {
    const seen = seenOf(onEthernet(build()));
    expectStreams(seen);
    expect(seen.events).toEqual([]);
    for (const { origins } of seen.packets) expect(origins).toEqual(origins.toSorted((a, b) => a - b));
  });

  it('the byte before a segment again, with other contents, tells of itself and changes nothing', () => {
    const seen = seenOf(onEthernet(disorder.contradicted(segments)));
    expect(differenceOf(seen.packets, bare.packets)).toEqual([]);
    expect([...new Set(seen.events)]).toEqual(['overlap-conflict']);
  });
});

describe('losses', () => {
  const whole = seenOf(onEthernet(segments)).packets;
  const isConnect = ({ text }: { readonly text: string }): boolean => text.includes('"type":"CONNECT"');
  const lossy = segments.flatMap(({ payload }, i) => {
    const touched = whole.filter(({ origins }) => origins.includes(i + 1));
    return payload.length === 0 || touched.some(isConnect) ? [] : [[i, touched] as const];
  });

  it('any one segment lost: all packets but the damaged ones', () => {
    // With a packet that defines an alias, the topics of those that use it are lost.
    const withoutTopics = (packets: readonly SeenPacket[]): SeenPacket[] =>
      packets.map((packet) => ({ ...packet, text: packet.text.replace(/"aliasTopic":"[^"]*",/, '') }));
    for (const [lost, touched] of lossy) {
      const seen = seenOf(onEthernet(segments.filter((_, i) => i !== lost)));
      const rest = whole.filter((packet) => !touched.includes(packet));
      if (touched.some(({ text }) => /"topic":"[^"].*"topicAlias"/.test(text))) {
        expectStreams({ ...seen, packets: withoutTopics(seen.packets) }, withoutTopics(rest), `segment ${lost}`);
      } else expectStreams(seen, rest, `segment ${lost}`);
      expect(seen.events, `segment ${lost}`).toContain('gap');
    }
    expect(lossy.length).toBeGreaterThan(60);
  });

  it('a capture that starts in the middle: all packets from there on', () => {
    // Connections count in the order in which they are recognised; their clients tell them apart here. What reads the same in
    // all versions is shown before the version is known, and aliases may be defined before: values and bytes are compared.
    const reduced = (packets: readonly SeenPacket[]): SeenPacket[] =>
      packets.map((packet) => {
        const connection = Number(packet.client.split(':')[1]);
        const values = packet.text.replace(
          /^{"connection":\d+|"version":"[^"]*",|,"aliasTopic":"[^"]*"|,"fields":.*(?=,"problems")/g,
          '',
        );
        return { ...packet, connection, text: `${connection} ${values}` };
      });
    for (let start = 1; start < segments.length; start++) {
      const seen = seenOf(onEthernet(segments.slice(start)));
      const rest = whole.filter(({ origins }) => origins[0]! > start);
      expectStreams({ ...seen, packets: reduced(seen.packets) }, reduced(rest), `from ${start}`);
    }
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'variants-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function read(path: string): Promise<Seen> {
    const packets: CapturedPacket[] = [];
    for await (const batch of readCapture(path)) {
      for (const packet of batch.packets) packets.push({ ...packet, bytes: copyOf(packet.bytes) });
    }
    return seenOf(packets);
  }

  it.each(FILES)('%s', async (name, write) => {
    const path = join(folder, name);
    writeFileSync(path, write(onEthernet(segments)));
    expectSame(await read(path));
  });

  const KINDS = ['pcap', 'pcapng', 'nsecpcap', 'modpcap'];
  it.skipIf(!hasProgram('editcap')).each(KINDS)('%s of editcap', async (kind) => {
    const [from, to] = [join(folder, `from-${kind}`), join(folder, `to-${kind}`)];
    writeFileSync(from, FILES[0]![1](onEthernet(segments)));
    execFileSync('editcap', ['-F', kind, from, to], { stdio: 'ignore' });
    expect(readFileSync(to).length).toBeGreaterThan(1000);
    expectSame(await read(to));
  });
});

const carried = (some: readonly Step[], options: Partial<DissectorOptions> = {}, port = 1883): Seen =>
  seenOf(onEthernet(numbered(some, { port })), options);

const WEBSOCKETS: readonly (readonly [string, ws.WebSocketShape])[] = [
  ['a frame for each segment', { framing: ws.framesOf(1 << 20) }],
  ['a frame for each packet', { framing: ws.perPacket }],
  ['frames of 1 byte', { framing: ws.framesOf(1) }],
  ['frames of 5 bytes', { framing: ws.framesOf(5) }],
  ['continuation frames', { framing: ws.continued(11) }],
  ['continuation frames of 1 byte', { framing: ws.continued(1) }],
  ['the old subprotocol', { framing: ws.perPacket, subprotocol: 'mqttv3.1' }],
  ['deflate', { framing: ws.deflated(true), extension: 'permessage-deflate' }],
  [
    'deflate without context takeover',
    {
      framing: ws.deflated(false),
      extension: 'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
    },
  ],
  ['deflate over continuation frames', { framing: ws.deflated(true, 9), extension: 'permessage-deflate' }],
  ['deflate now and then', { framing: ws.sometimesDeflated, extension: 'permessage-deflate' }],
];

describe('WebSocket', () => {
  it.each(WEBSOCKETS)('%s', (_name, shape) => {
    expectSame(carried(ws.webSocket(steps, shape)), ['websocket upgrade', 'websocket counts']);
    expectSame(carried(ws.webSocket(steps, shape), {}, 8080), ['websocket upgrade', 'websocket counts']);
  });

  it.each([1, 3, 13])('in segments of %i', (size) => {
    for (const framing of [ws.perPacket, ws.continued(11)]) {
      const seen = carried(disorder.cut(ws.webSocket(steps, { framing }), size));
      expectStreams(seen);
    }
  });

  it('everything that a side sends in a row in one segment', () => {
    const seen = carried(disorder.merged(ws.webSocket(steps, { framing: ws.framesOf(3) })));
    expectStreams(seen);
  });

  it.each([
    ['a frame for each packet', ws.perPacket],
    ['continuation frames', ws.continued(11)],
  ])('a capture that starts after the upgrade, %s', (_name, framing) => {
    const count = new Map<number, number>();
    const late = ws.webSocket(steps, { framing }).filter(({ connection, payload }) => {
      if (payload.length > 0) count.set(connection, (count.get(connection) ?? 0) + 1);
      return (count.get(connection) ?? 0) > 2;
    });
    const seen = carried(late);
    expectStreams(seen);
    expect(seen.events).not.toContain('websocket lost-sync');
  });

  it('frames of a client that does not mask', () => {
    const seen = carried(ws.webSocket(steps, { framing: ws.perPacket, unmasked: true }));
    expect(differenceOf(seen.packets, bare.packets)).toEqual([]);
  });
});

const TLS: readonly (readonly [string, Parameters<typeof encrypted>[1]])[] = [
  ['TLS 1.3', { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384' }],
  ['TLS 1.3, ChaCha20', { minVersion: 'TLSv1.3', ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }],
  ['TLS 1.2, AES-GCM', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }],
  ['TLS 1.2, AES-CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA256' }],
];

interface Around {
  readonly name: string;
  readonly inside?: (some: readonly Step[]) => readonly Step[];
  readonly outside?: (some: readonly Step[]) => readonly Step[];
  readonly events: readonly string[];
}

const webSocketInside = (some: readonly Step[]): readonly Step[] => ws.webSocket(some, { framing: ws.perPacket });

const AROUND: readonly Around[] = [
  { name: 'alone', events: ['tls handshake'] },
  {
    name: 'with WebSocket inside',
    inside: webSocketInside,
    events: ['tls handshake', 'websocket upgrade', 'websocket counts'],
  },
  {
    name: 'behind PROXY v1',
    outside: (some) => proxied(some, 1, false),
    events: ['proxy-protocol address', 'tls handshake'],
  },
  {
    name: 'with WebSocket inside, behind PROXY v2 in one segment',
    inside: webSocketInside,
    outside: (some) => proxied(some, 2, true),
    events: ['proxy-protocol address', 'tls handshake', 'websocket upgrade', 'websocket counts'],
  },
  { name: 'in segments of 7 bytes', outside: (some) => disorder.cut(some, 7), events: ['tls handshake'] },
];

function secretsOf(text: string): TlsSecrets {
  const keyLog = new KeyLog();
  keyLog.add(text);
  return new TlsSecrets({ keyLog });
}

describe.each(TLS)('%s', (_name, options) => {
  it.each(AROUND)('$name', async ({ inside, outside, events }) => {
    const { steps: sealed, keyLog } = await encrypted(inside?.(steps) ?? steps, options);
    const seen = carried(outside?.(sealed) ?? sealed, { secrets: secretsOf(keyLog) }, 8883);
    expectStreams(seen);
    expect([...new Set(seen.events)]).toEqual(events);
  });
});

describe('PROXY protocol', () => {
  it.each([
    [1, true],
    [1, false],
    [2, true],
    [2, false],
  ] as const)('version %i, in the segment of CONNECT: %s', (version, together) => {
    expectSame(carried(proxied(steps, version, together)), ['proxy-protocol address']);
    const cutUp = carried(disorder.cut(proxied(steps, version, together), 1));
    expectStreams(cutUp);
  });

  it('and WebSocket', () => {
    const seen = carried(proxied(webSocketInside(steps), 2, false));
    expectSame(seen, ['proxy-protocol address', 'websocket upgrade', 'websocket counts']);
  });
});
