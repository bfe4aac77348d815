// Reading captures, the same for every command that takes them: files in order as one capture, stdin, an interface. Where
// the items go is the command's affair. Large files are read in a thread of their own, beside what is made of them.

import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import type { DissectorOptions } from '../dissect/dissector.js';
import { filesSize } from '../io/files-size.js';
import { createProgress } from '../io/progress.js';
import { Reading, type ReadingIo, type ReadingSettings } from './capture-reading.js';
import type { Io, ReadingWorker } from './io.js';
import { limitsOf } from './limits.js';
import { type LiveFlags, openInterface } from './live-options.js';
import { integers, list, versionOption } from './options.js';
import type { ReadingThread } from './reading-thread.js';
import type { PacketSource, Sink } from './sink.js';

export interface ReadingFlags extends LiveFlags {
  readonly port?: readonly number[];
  readonly version?: DissectorOptions['version'];
  readonly reassembly: boolean;
  readonly keylog?: readonly string[];
  readonly tlsKey?: readonly string[];
  readonly tlsPsk?: readonly string[];
}

export function addReadingOptions(command: Command): Command {
  return command
    .option(
      '--port <n>',
      'show this TCP port only, as MQTT whatever it looks like; may be repeated',
      integers(1, 65535),
    )
    .addOption(versionOption('3.1, 3.1.1 or 5, for connections whose packets do not tell it'))
    .option('--keylog <file>', 'TLS secrets in the NSS key log format, read while it grows; may be repeated', list)
    .option('--tls-key <file>', 'private RSA key of a server (PEM), for RSA key exchange; may be repeated', list)
    .option('--tls-psk <psk>', 'pre-shared key as identity:hexkey, or a file of such lines; may be repeated', list)
    .option('--no-reassembly', 'take TCP segments as they come');
}

/** Of a sink, as far as it counts for how captures are read. */
export interface Wants extends Pick<Sink, 'summaryOnly' | 'hasLimit' | 'isVisible'> {
  /** It takes usual packets. */
  readonly glances: boolean;
}

/** Captures that are being read, where a thread does that. */
export interface Begun {
  readonly thread: ReadingThread | undefined;
}

/** Begins to read in a thread of its own, where one is of use. Whoever calls this ends it. */
export async function beginReading(
  paths: readonly string[],
  flags: ReadingFlags,
  wants: Wants,
  io: Io,
): Promise<Begun> {
  const worker = flags.interface === undefined ? await workerFor(paths, wants, io) : undefined;
  if (worker === undefined) return { thread: undefined };
  const { isVisible, glances } = wants;
  // Loaded when there is use for it: most captures are small.
  const { ReadingThread } = await import('./reading-thread.js');
  const setup = { paths, settings: settingsOf(flags), isVisible, glances };
  return { thread: new ReadingThread(worker, setup, around(wants, io)) };
}

/** Reads everything into the sink and ends it. False when an input could not be read. */
export async function readAll(
  paths: readonly string[],
  flags: ReadingFlags,
  sink: Sink,
  io: Io,
  begun?: Begun,
): Promise<boolean> {
  const { summaryOnly, hasLimit, isVisible, glance } = sink;
  const wants = { summaryOnly, hasLimit, isVisible, glances: glance !== undefined };
  const { thread } = begun ?? (await beginReading(paths, flags, wants, io));
  // It takes longer to begin once V8 was told of another heap.
  await thread?.begin();
  if (!summaryOnly) io.expectMuch?.();
  if (thread !== undefined) return thread.run(sink);
  const isLive = flags.interface !== undefined;
  const reading = new Reading(paths.includes('-') || isLive, settingsOf(flags), sink, around(sink, io));
  const { signal: interrupt } = reading;
  const live = isLive ? [await openInterface(flags.interface, flags, { ...io, interrupt })] : [];
  return reading.readAll([...live, ...paths]);
}

/** Reads what comes until it ends, not until Ctrl-C: that is for whoever makes it. */
export async function readLive(source: PacketSource, flags: ReadingFlags, sink: Sink, io: Io): Promise<void> {
  const interrupt = new AbortController().signal;
  const reading = new Reading(true, settingsOf(flags), sink, { ...around(sink, io), interrupt });
  await reading.read(source);
  await reading.end(false);
}

/** The program of a thread that reads, where one is of use: there is much, all of it is there, and both can work at once. */
async function workerFor(
  paths: readonly string[],
  { summaryOnly, hasLimit, glances }: Wants,
  { readingWorker }: Io,
): Promise<ReadingWorker | undefined> {
  // At a limit the summary is that of the packet at hand, which a thread would have left behind.
  if (readingWorker === undefined || summaryOnly || hasLimit) return undefined;
  // To decode and render takes so long that reading is a small part of it.
  if (!glances && readingWorker.forItems !== true) return undefined;
  const size = await filesSize(paths);
  return size !== undefined && size >= readingWorker.from && availableParallelism() > 1 ? readingWorker : undefined;
}

function around({ isVisible }: Pick<Sink, 'isVisible'>, { stdin, stderr, interrupt }: Io): ReadingIo {
  return { stdin, stderr, interrupt, progress: createProgress(stderr, !isVisible) };
}

function settingsOf(flags: ReadingFlags): ReadingSettings {
  const { port: ports = [], version, reassembly: reassemble } = flags;
  const { keylog: keylogs = [], tlsKey: rsaKeys = [], tlsPsk: psks = [] } = flags;
  return { ports, version, reassemble, secrets: { keylogs, rsaKeys, psks }, limits: limitsOf(flags) };
}
