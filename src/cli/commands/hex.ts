// `hex`: the same for pasted bytes. They may hold several packets, and damage: what a packet cannot be read from is
// shown as far as it goes, and the next one is looked for behind it.

import type { Command } from 'commander';
import { type HexResult, parseHex } from '../../bytes/hex.js';
import { decode } from '../../codec/frame.js';
import type { Framed } from '../../codec/framed.js';
import { Framer } from '../../codec/framer.js';
import { VersionGuess } from '../../codec/guess-version.js';
import type { Summary, VersionSource } from '../../dissect/item.js';
import { openSource } from '../../io/byte-source.js';
import type { ShownPacket } from '../../report/shown.js';
import { cut, displayWidth, escapeText } from '../../report/terminal.js';
import { PACKET_BY_CODE } from '../../spec/packets.js';
import type { Direction, Version } from '../../spec/versions.js';
import { UserError } from '../../user-error.js';
import { EXIT, EXIT_CODES_HELP } from '../exit-codes.js';
import type { Io } from '../io.js';
import { addReportOptions, formatsHelp, type ReportOptions, versionOption } from '../options.js';
import { Report } from '../report.js';

interface HexOptions extends ReportOptions {
  readonly version?: Version;
}

const EXAMPLES = `
Examples:
  mqtt-dissect hex "30 06 00 01 74 32 31 35"
  mqtt-dissect hex --version 5 0x20,0x03,0x00,0x87,0x00
  xxd -p packet.bin | mqtt-dissect hex -x -`;
/** Columns of the input that are shown around a wrong character. */
const SHOWN = 60;
const MOST_TEXT = 64 * 1024 * 1024;

export function defineHex(command: Command, io: Io, done: (exitCode: number) => void): void {
  command
    .description(
      'Shows the MQTT packets in hexadecimal bytes. Spaces, commas, colons, dashes and 0x may separate them.',
    )
    .argument('<bytes...>', 'hexadecimal bytes, all arguments together; - reads stdin');
  addReportOptions(command, 'tree')
    .addOption(versionOption('3.1, 3.1.1 or 5, for packets that no CONNECT precedes (else guessed)'))
    .addHelpText('after', `${formatsHelp()}\n${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .action(async (texts: string[], options: HexOptions) => {
      const text = texts.length === 1 && texts[0] === '-' ? await readStdin(io) : texts.join(' ');
      await show(bytesOf(text), options, io);
      done(EXIT.ok);
    });
}

async function readStdin(io: Io): Promise<string> {
  const { name, pieces } = await openSource('-', { stdin: io.stdin, signal: io.interrupt });
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of pieces) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MOST_TEXT) throw new UserError('hex', `${name}: more than ${MOST_TEXT} characters`);
  }
  return text + decoder.decode();
}

function bytesOf(text: string): Uint8Array {
  const result = parseHex(text);
  if (!result.ok) throw new UserError('hex', pointAt(text, result));
  if (result.bytes.length === 0) throw new UserError('hex', 'no bytes given');
  return result.bytes;
}

/** What is wrong, and a caret below the character. */
function pointAt(text: string, { at, message }: Exclude<HexResult, { ok: true }>): string {
  const lineAt = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at);
  const from = Math.max(lineAt, at - SHOWN / 2);
  const before = `${from > lineAt ? '…' : ''}${escapeText(text.slice(from, at))}`;
  const rest = escapeText(text.slice(at, lineEnd < 0 ? text.length : lineEnd));
  const line = cut(before + rest, SHOWN);
  return `${message}\n  ${line}\n  ${' '.repeat(displayWidth(before))}^`;
}

async function show(bytes: Uint8Array, options: HexOptions, io: Io): Promise<void> {
  const report = new Report({ options, defaultFormat: 'tree', quiet: false, inputs: [], pasted: true }, io);
  await report.begin();
  const packets = packetsOf(bytes, options.version);
  for (const packet of packets) if (report.add(packet)) await report.pass();
  await report.end(summaryOf(packets));
}

function packetsOf(bytes: Uint8Array, told: Version | undefined): readonly ShownPacket[] {
  const framer = new Framer();
  framer.version = told;
  const framed = [...framer.data(bytes, 0, 0), ...framer.end(0, 0)];
  let [version, from] = told === undefined ? guess(framed) : [told, 'option' as VersionSource];
  let offset = 0;
  return framed.map((part, index) => {
    // Bytes that are no packet for the framer are read as one all the same: where it breaks is what is wanted.
    const here = part.kind === 'frame' ? part.bytes : bytes.subarray(offset, offset + part.length);
    const decoded = decode(here, version);
    if (decoded.packet.type === 'CONNECT') [version, from] = [decoded.version, 'connect'];
    const { packet, problems } = decoded;
    const length = part.kind === 'frame' ? part.length : here.length;
    const direction = directionOf(here) ?? 'client-to-server';
    const frame = { version, direction, bytes: here, length, packet, problems, time: 0, origins: [] };
    const item: ShownPacket = { kind: 'packet', number: index + 1, frame, versionFrom: from, offset };
    offset += here.length;
    return item;
  });
}

function guess(framed: readonly Framed[]): [Version, VersionSource] {
  const all = new VersionGuess();
  for (const part of framed) if (part.kind === 'frame') all.observe(part.bytes, directionOf(part.bytes), 0);
  return all.best === undefined ? ['3.1.1', 'default'] : [all.best, 'inferred'];
}

/** Where only one side may send such a packet. */
function directionOf(bytes: Uint8Array): Direction | undefined {
  const sender = PACKET_BY_CODE[bytes[0]! >> 4]?.sender;
  if (sender === 'client') return 'client-to-server';
  return sender === 'server' ? 'server-to-client' : undefined;
}

function summaryOf(packets: readonly ShownPacket[]): Summary {
  const byType: Record<string, number> = {};
  const byVersion: Record<string, number> = {};
  let problems = 0;
  for (const { frame } of packets) {
    byType[frame.packet.type] = (byType[frame.packet.type] ?? 0) + 1;
    byVersion[frame.version] = (byVersion[frame.version] ?? 0) + 1;
    problems += frame.problems.length;
  }
  const none = {
    captureFrames: 0,
    connections: 0,
    events: {},
    skipped: [],
    otherConnections: 0,
    encrypted: 0,
    otherPorts: [],
  };
  return { ...none, packets: packets.length, byType, byVersion, problems };
}
