// `dissect`: captures as MQTT packets, with what the judge found under each. The judge sees everything, also what is not
// shown; without anybody to read it (--quiet) or when told so (--no-check) there is none.

import type { Command } from 'commander';
import type { Item, Summary } from '../../dissect/item.js';
import type { Source } from '../../report/renderer.js';
import type { Finding } from '../../validate/finding.js';
import { EXIT, EXIT_CODES_HELP } from '../exit-codes.js';
import type { Io } from '../io.js';
import { addJudgeLimitOptions, judgeLimitsOf } from '../judge-limits.js';
import type { Judging } from '../judging.js';
import { addLimitOptions } from '../limits.js';
import { addLiveOptions, checkInputs, printInterfaces } from '../live-options.js';
import { addReportOptions, formatsHelp, type ReportOptions } from '../options.js';
import { addReadingOptions, type ReadingFlags, readAll, type Sink } from '../reading.js';
import { Report } from '../report.js';
import { addSelectionOptions, SELECTION_HELP, type SelectionFlags, Sieve } from '../selection-options.js';

export interface DissectOptions extends ReportOptions, SelectionFlags, ReadingFlags {
  readonly quiet?: boolean;
  readonly check: boolean;
  readonly port?: readonly number[];
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
    .description('Shows every MQTT packet of capture files: pcap or pcapng, also gzipped; - reads stdin.')
    .argument('[capture...]', 'capture files, read in order as one capture');
  addLiveOptions(
    addReportOptions(command, 'table')
      .option('-q, --quiet', 'only the summary')
      .option('--no-check', 'do not judge: no findings under the packets'),
  );
  addReadingOptions(addSelectionOptions(command))
    .addHelpText('after', `${formatsHelp()}\n${SELECTION_HELP}\n${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .action(async (paths: string[], options: DissectOptions) => {
      checkInputs(command, paths, options);
      if (options.listInterfaces === true) await printInterfaces(io);
      else done(await dissect(paths, options, io));
    });
  addJudgeLimitOptions(addLimitOptions(command));
}

export async function dissect(paths: readonly string[], options: DissectOptions, io: Io): Promise<number> {
  const { quiet = false, check } = options;
  const sieve = new Sieve(options);
  // Rules are loaded only when they are asked.
  const judging =
    quiet || !check
      ? undefined
      : new (await import('../judging.js')).Judging(sieve, { limits: judgeLimitsOf(options) });
  const packets = new Packets(paths, options, sieve, judging, io);
  const complete = await readAll(paths, options, packets, io);
  if (judging?.tellErrors(io) === true || !complete) return EXIT.usage;
  return io.interrupt.aborted ? EXIT.interrupted : EXIT.ok;
}

class Packets implements Sink {
  readonly summaryOnly: boolean;
  private readonly report: Report;

  constructor(
    inputs: readonly string[],
    options: DissectOptions,
    private readonly sieve: Sieve,
    private readonly judging: Judging | undefined,
    io: Io,
  ) {
    const { quiet = false } = options;
    this.summaryOnly = quiet && sieve.isOpen;
    this.report = new Report({ options, defaultFormat: 'table', quiet, inputs, pasted: false }, io);
  }

  get broken(): boolean {
    return this.report.broken;
  }

  get isFull(): boolean {
    return this.sieve.isFull;
  }

  get isVisible(): boolean {
    return this.report.isVisible;
  }

  begin(): Promise<void> {
    return this.report.begin();
  }

  source(source: Source): void {
    this.report.source(source);
    this.sieve.source(source.epoch);
  }

  add(item: Item): boolean {
    const { sieve, judging, report } = this;
    const shown = sieve.admits(item);
    if (judging === undefined) return shown && report.add(item);
    const findings = judging.push(item);
    if (findings.length === 0) return shown && report.add(item, findings);
    return this.addFound(item, shown, findings);
  }

  private addFound(item: Item, shown: boolean, findings: readonly Finding[]): boolean {
    const number = item.kind === 'packet' ? item.number : 0;
    const isOwn = ({ frame }: Finding) => frame.number === number;
    let full = shown && this.report.add(item, findings.filter(isOwn));
    for (const finding of findings) if (!shown || !isOwn(finding)) full = this.report.late(finding) || full;
    return full;
  }

  pass(): Promise<void> {
    return this.report.pass();
  }

  flush(): Promise<void> {
    return this.report.flush();
  }

  async end(summary: Summary): Promise<void> {
    const { sieve, judging, report } = this;
    // At the limit the capture has not ended: what it still owes is not known.
    for (const finding of sieve.isFull ? [] : (judging?.end() ?? [])) if (report.late(finding)) await report.pass();
    const counted = sieve.counted(summary);
    await report.end(judging === undefined ? counted : { ...counted, findings: judging.found });
  }
}
