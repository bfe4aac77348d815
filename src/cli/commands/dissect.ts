// `dissect`: capture files, or a capture on stdin or of an interface while it grows, as MQTT packets. A file that cannot
// be read is said and the others are still read; they are one run, with one numbering and one summary.

import type { Command } from 'commander';
import type { CapturedPacket } from '../../capture/packet.js';
import { Dissector, type DissectorOptions } from '../../dissect/dissector.js';
import type { ByteSource } from '../../io/byte-source.js';
import { type CaptureBatch, readCapture } from '../../io/input.js';
import { createProgress, type Progress } from '../../io/progress.js';
import { TlsSecretFiles } from '../../io/tls-secrets.js';
import { UserError } from '../../user-error.js';
import { EXIT, EXIT_CODES_HELP } from '../exit-codes.js';
import { type Io, say, warn } from '../io.js';
import { addLimitOptions, limitsOf } from '../limits.js';
import { addLiveOptions, checkInputs, type LiveFlags, openInterface, printInterfaces } from '../live-options.js';
import { addReportOptions, formatsHelp, integers, list, type ReportOptions, versionOption } from '../options.js';
import { Report } from '../report.js';
import { addSelectionOptions, SELECTION_HELP, type SelectionFlags, Sieve } from '../selection-options.js';

interface DissectOptions extends ReportOptions, SelectionFlags, LiveFlags {
  readonly quiet?: boolean;
  readonly version?: DissectorOptions['version'];
  readonly reassembly: boolean;
  readonly keylog?: readonly string[];
  readonly tlsKey?: readonly string[];
  readonly tlsPsk?: readonly string[];
}

const EXAMPLES = `
Examples:
  mqtt-dissect capture.pcap                          one line per MQTT packet
  mqtt-dissect -v -x capture.pcapng | less -S        every field and every byte
  mqtt-dissect --format ndjson *.pcap > packets.ndjson
  mqtt-dissect --client 'meter-*' --topic 'home/#' capture.pcap
  mqtt-dissect --port 1337 capture.pcap              port 1337 is MQTT, whatever it looks like
  mqtt-dissect -i any -f "tcp port 1883"             packets as they come
  tcpdump -U -w - port 1883 | mqtt-dissect -         the same from a pipe`;

export function defineDissect(command: Command, io: Io, done: (exitCode: number) => void): void {
  command
    .summary('show the MQTT packets of captures (the command when none is named)')
    .description('Shows every MQTT packet of capture files: pcap or pcapng, also gzipped; - reads stdin.')
    .argument('[capture...]', 'capture files, read in order as one capture');
  addLiveOptions(addReportOptions(command, 'table').option('-q, --quiet', 'only the summary'));
  addSelectionOptions(command)
    .option(
      '--port <n>',
      'show this TCP port only, as MQTT whatever it looks like; may be repeated',
      integers(1, 65535),
    )
    .addOption(versionOption('3.1, 3.1.1 or 5, for connections whose packets do not tell it'))
    .option('--keylog <file>', 'TLS secrets in the NSS key log format, read while it grows; may be repeated', list)
    .option('--tls-key <file>', 'private RSA key of a server (PEM), for RSA key exchange; may be repeated', list)
    .option('--tls-psk <psk>', 'pre-shared key as identity:hexkey, or a file of such lines; may be repeated', list)
    .option('--no-reassembly', 'take TCP segments as they come')
    .addHelpText('after', `${formatsHelp()}\n${SELECTION_HELP}\n${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .action(async (paths: string[], options: DissectOptions) => {
      checkInputs(command, paths, options);
      if (options.listInterfaces === true) await printInterfaces(io);
      else done(await dissect(paths, options, io));
    });
  addLimitOptions(command);
}

async function dissect(paths: readonly string[], options: DissectOptions, io: Io): Promise<number> {
  const run = new Run(paths, options, io);
  let exitCode: number = EXIT.ok;
  const live = options.interface === undefined ? [] : [await openInterface(options.interface, options, io)];
  for (const input of [...live, ...paths]) {
    // What runs already is read all the same: that is what ends it.
    if (run.isOver && typeof input === 'string') break;
    if (!(await run.read(input))) exitCode = EXIT.usage;
  }
  await run.end(exitCode !== EXIT.ok);
  return io.interrupt.aborted && exitCode === EXIT.ok ? EXIT.interrupted : exitCode;
}

class Run {
  private readonly io: Io;
  private readonly dissector: Dissector;
  private readonly tls: TlsSecretFiles;
  private readonly sieve: Sieve;
  private readonly report: Report;
  private readonly progress: Progress;
  private readonly warned = new Set<string>();
  private epoch: bigint | undefined = undefined;
  private begun = false;

  constructor(paths: readonly string[], options: DissectOptions, io: Io) {
    const { quiet = false, port: ports = [], version, reassembly: reassemble } = options;
    this.io = io;
    const { keylog: keylogs = [], tlsKey: rsaKeys = [], tlsPsk: psks = [] } = options;
    this.tls = new TlsSecretFiles({ keylogs, rsaKeys, psks }, paths.includes('-') || options.interface !== undefined);
    const { secrets } = this.tls;
    this.sieve = new Sieve(options);
    const summaryOnly = quiet && this.sieve.isOpen;
    this.dissector = new Dissector({ secrets, ports, version, reassemble, summaryOnly, limits: limitsOf(options) });
    this.report = new Report({ options, defaultFormat: 'table', quiet, inputs: paths, pasted: false }, io);
    this.progress = createProgress(io.stderr, !this.report.isVisible);
  }

  /** Nothing more need be read. */
  get isOver(): boolean {
    return this.io.interrupt.aborted || this.report.broken || this.sieve.isFull;
  }

  /** False when the file could not be read, or not to its end. */
  async read(input: string | ByteSource): Promise<boolean> {
    const { io } = this;
    const name = typeof input !== 'string' ? input.name : input === '-' ? 'standard input' : input;
    try {
      let sourced = false;
      for await (const batch of readCapture(input, { epoch: this.epoch, signal: io.interrupt, stdin: io.stdin })) {
        await this.begin();
        if (!sourced || (this.epoch === undefined && batch.epoch !== undefined)) {
          this.report.source({ name, epoch: batch.epoch });
          this.sieve.source(batch.epoch);
        }
        sourced = true;
        this.epoch ??= batch.epoch;
        await this.take(batch, name);
        if (this.report.broken || this.sieve.isFull) return true;
      }
      return true;
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'environment' || error.code === 'option') throw error;
      this.progress.clear();
      say(io, error.message);
      return false;
    }
  }

  private async begin(): Promise<void> {
    await this.report.begin();
    this.begun = true;
  }

  private async take(batch: CaptureBatch, name: string): Promise<void> {
    const { packets, notes, secrets, bytesRead, size } = batch;
    for (const text of secrets) this.tls.add(text);
    this.tls.refresh();
    const { dissector, report } = this;
    for (let at = 0; at < packets.length && !this.isOver; ) {
      at = this.feed(packets, at);
      if (at < packets.length) await report.pass();
    }
    if (report.isVisible || size === undefined) await report.flush();
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
    const { dissector, report, sieve } = this;
    for (let at = from; at < packets.length; at++) {
      let full = false;
      for (const item of dissector.push(packets[at]!)) if (sieve.admits(item)) full = report.add(item) || full;
      if (full || sieve.isFull) return at + 1;
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
    this.progress.clear();
    this.endSecrets();
    if (this.report.broken || (!this.begun && failed)) return;
    await this.begin();
    // At the limit the capture has not ended, and what is held has not come.
    for (const item of this.sieve.isFull ? [] : this.dissector.end()) {
      if (this.sieve.admits(item) && this.report.add(item)) await this.report.pass();
    }
    await this.report.end(this.sieve.counted(this.dissector.summary()));
  }
}
