// Reading captures, the same for every command that takes them: files in order as one capture, stdin, an interface. A file
// that cannot be read is said and the others are still read; they are one run, with one numbering and one summary.
// Where the items go is the command's affair.

import type { Command } from 'commander';
import type { Moment } from '../bytes/chunk.js';
import type { CapturedPacket } from '../capture/packet.js';
import { Dissector, type DissectorOptions } from '../dissect/dissector.js';
import type { GlancedPacket } from '../dissect/glanced.js';
import type { Item, Summary } from '../dissect/item.js';
import type { ByteSource } from '../io/byte-source.js';
import { type CaptureBatch, readCapture } from '../io/input.js';
import { createProgress, type Progress } from '../io/progress.js';
import { TlsSecretFiles } from '../io/tls-secrets.js';
import type { Source } from '../report/renderer.js';
import type { ShownEvent } from '../report/shown.js';
import { UserError } from '../user-error.js';
import { type Io, say, warn } from './io.js';
import { limitsOf } from './limits.js';
import { type LiveFlags, openInterface } from './live-options.js';
import { integers, list, versionOption } from './options.js';

export interface ReadingFlags extends LiveFlags {
  readonly port?: readonly number[];
  readonly version?: DissectorOptions['version'];
  readonly reassembly: boolean;
  readonly keylog?: readonly string[];
  readonly tlsKey?: readonly string[];
  readonly tlsPsk?: readonly string[];
}

/** What a command does with what was read. */
export interface Sink {
  /** Only the summary is wanted: no items need be made. */
  readonly summaryOnly: boolean;
  /** Nobody takes the results any more. */
  readonly broken: boolean;
  /** There have been enough: the rest is not read. */
  readonly isFull: boolean;
  /** Whether lines of results appear on the terminal as they come. */
  readonly isVisible: boolean;
  /** Before the first of everything; called again, it does nothing. */
  begin(): Promise<void>;
  source(source: Source): void;
  /** True when it is time for `pass`. */
  add(item: Item): boolean;
  /** Takes a usual packet, if it will; else its item is added. */
  readonly glance?: ((packet: GlancedPacket) => boolean) | undefined;
  /** What is no part of the capture, but happened while it was made. */
  event?(event: ShownEvent): void;
  pass(): Promise<void>;
  flush(): Promise<void>;
  /** `last`: the last captured packet. */
  end(summary: Summary, last: Moment): Promise<void>;
}

/** Packets as they come, of something that is no file. */
export interface PacketSource {
  readonly name: string;
  batches(): AsyncGenerator<ReadBatch, void, void>;
}

export interface ReadBatch extends CaptureBatch {
  /** They come after the packets. */
  readonly events?: readonly ShownEvent[];
}

/** Milliseconds between two looks at the key logs while no packets come. */
const LOOK = 250;

type Input = string | ByteSource | PacketSource;

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

/** Reads everything into the sink and ends it. False when an input could not be read. */
export async function readAll(paths: readonly string[], flags: ReadingFlags, sink: Sink, io: Io): Promise<boolean> {
  const reading = new Reading(paths.includes('-') || flags.interface !== undefined, flags, sink, io);
  if (!sink.summaryOnly) io.keepHeapSmall?.();
  const { signal: interrupt } = reading;
  const live = flags.interface === undefined ? [] : [await openInterface(flags.interface, flags, { ...io, interrupt })];
  let complete = true;
  for (const input of [...live, ...paths]) {
    // What runs already is read all the same: that is what ends it.
    if (reading.isOver && typeof input === 'string') break;
    if (!(await reading.read(input))) complete = false;
  }
  await reading.end(!complete);
  return complete;
}

/** Reads what comes until it ends, not until Ctrl-C: that is for whoever makes it. */
export async function readLive(source: PacketSource, flags: ReadingFlags, sink: Sink, io: Io): Promise<void> {
  const reading = new Reading(true, flags, sink, { ...io, interrupt: new AbortController().signal });
  await reading.read(source);
  await reading.end(false);
}

class Reading {
  private readonly dissector: Dissector;
  private readonly tls: TlsSecretFiles;
  private readonly progress: Progress;
  private readonly warned = new Set<string>();
  private readonly stop = new AbortController();
  /** Ends what is read: whoever runs this asks for it, or there is no use in waiting for more. */
  readonly signal: AbortSignal;
  private epoch: bigint | undefined = undefined;
  private begun = false;

  constructor(
    /** The capture is still being made. */
    grows: boolean,
    flags: ReadingFlags,
    private readonly sink: Sink,
    private readonly io: Io,
  ) {
    const { port: ports = [], version, reassembly: reassemble } = flags;
    const { keylog: keylogs = [], tlsKey: rsaKeys = [], tlsPsk: psks = [] } = flags;
    const limits = limitsOf(flags);
    this.tls = new TlsSecretFiles({ keylogs, rsaKeys, psks }, grows, limits.secrets);
    const { secrets } = this.tls;
    const { summaryOnly } = sink;
    this.dissector = new Dissector({ secrets, ports, version, reassemble, summaryOnly, limits, glance: sink.glance });
    this.progress = createProgress(io.stderr, !sink.isVisible);
    this.signal = AbortSignal.any([io.interrupt, this.stop.signal]);
  }

  /** Nothing more need be read. */
  get isOver(): boolean {
    return this.signal.aborted || this.sink.broken || this.sink.isFull;
  }

  /** False when the file could not be read, or not to its end. */
  async read(input: Input): Promise<boolean> {
    const { io, sink } = this;
    const name = typeof input !== 'string' ? input.name : input === '-' ? 'standard input' : input;
    try {
      let sourced = false;
      for await (const batch of this.watched(input)) {
        await this.begin();
        if (!sourced || (this.epoch === undefined && batch.epoch !== undefined)) {
          sink.source({ name, epoch: batch.epoch });
        }
        sourced = true;
        this.epoch ??= batch.epoch;
        await this.take(batch, name);
        if (sink.broken || sink.isFull) return true;
      }
      return true;
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'environment' || error.code === 'option') throw error;
      this.progress.clear();
      say(io, error.message);
      return false;
    }
  }

  private batches(input: Input): AsyncGenerator<ReadBatch, void, void> {
    if (typeof input === 'object' && 'batches' in input) return input.batches();
    const { io, epoch, signal } = this;
    return readCapture(input, { epoch, signal, stdin: io.stdin, inPlace: true });
  }

  /** While a source that lives gives nothing, its key logs may grow nevertheless. */
  private async *watched(input: Input): AsyncGenerator<ReadBatch, void, void> {
    const batches = this.batches(input);
    if (!this.tls.secrets.mayGrow || (typeof input === 'string' && input !== '-')) return yield* batches;
    try {
      for (;;) {
        const next = await this.polling(batches.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await batches.return();
    }
  }

  /** Polls now and then until what is awaited is there, and is done with that by then. */
  private async polling<T>(awaited: Promise<T>): Promise<T> {
    let polled: Promise<void> | undefined;
    let failure: { readonly error: unknown } | undefined;
    const look = async (): Promise<void> => {
      try {
        await this.look();
      } catch (error) {
        failure = { error };
      }
      polled = undefined;
      if (failure !== undefined || this.sink.broken || this.sink.isFull) this.stop.abort();
    };
    const timer = setInterval(() => {
      polled ??= Promise.resolve().then(look);
    }, LOOK).unref();
    await awaited.catch(() => {});
    clearInterval(timer);
    await polled;
    if (failure !== undefined) throw failure.error;
    return awaited;
  }

  private async look(): Promise<void> {
    if (this.isOver || !this.tls.refresh()) return;
    await this.poll();
    if (this.begun) await this.sink.flush();
  }

  /** What waited for secrets that have come. */
  private async poll(): Promise<void> {
    const { dissector, sink } = this;
    for (const item of dissector.poll()) {
      if (sink.add(item)) await sink.pass();
      if (sink.broken || sink.isFull) break;
    }
  }

  private async begin(): Promise<void> {
    await this.sink.begin();
    this.begun = true;
  }

  private async take(batch: ReadBatch, name: string): Promise<void> {
    const { packets, notes, secrets, bytesRead, size } = batch;
    for (const text of secrets) this.tls.add(text);
    const { dissector, sink } = this;
    if (this.tls.refresh()) await this.poll();
    for (let at = 0; at < packets.length && !this.isOver; ) {
      at = this.feed(packets, at);
      if (at < packets.length) await sink.pass();
    }
    for (const event of batch.events ?? []) sink.event?.(event);
    if (sink.isVisible || size === undefined) await sink.flush();
    for (const { message, offset } of notes) this.warn(`${name}: ${message} (offset ${offset})`);
    for (const { reason, what } of dissector.skips) {
      if (reason !== 'unknown-link' || this.warned.has(what)) continue;
      this.warned.add(what);
      this.warn(`${name}: ${what}: a link type that is not known, its packets are skipped`);
    }
    this.progress.update(bytesRead, size);
  }

  /**
   * Dissects packets from the one at `from` on until a good deal is rendered; returns how far it came. A loop of its own,
   * without awaiting: inside the asynchronous method above it runs at a fraction of the speed.
   */
  private feed(packets: readonly CapturedPacket[], from: number): number {
    const { dissector, sink } = this;
    for (let at = from; at < packets.length; at++) {
      const items = dissector.push(packets[at]!);
      if (items.length === 0) continue;
      let full = false;
      for (let i = 0; i < items.length; i++) full = sink.add(items[i]!) || full;
      if (full || sink.isFull) return at + 1;
    }
    return packets.length;
  }

  private warn(message: string): void {
    this.progress.clear();
    warn(this.io, message);
  }

  private endSecrets(): void {
    this.tls.refresh();
    this.tls.close();
    const { ignoredLines: count } = this.tls;
    if (count > 0) this.warn(`key logs: ${count} ${count === 1 ? 'line that gives' : 'lines that give'} no secret`);
  }

  /** What is held, and the summary; nothing when there was nothing to read. */
  async end(failed: boolean): Promise<void> {
    const { sink, dissector } = this;
    this.progress.clear();
    this.endSecrets();
    if (sink.broken || (!this.begun && failed)) return;
    await this.begin();
    // At the limit the capture has not ended, and what is held has not come.
    for (const item of sink.isFull ? [] : dissector.end()) if (sink.add(item)) await sink.pass();
    await sink.end(dissector.summary(), dissector.last);
  }
}
