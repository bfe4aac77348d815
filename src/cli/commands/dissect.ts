// `dissect`: captures as MQTT packets, with what the judge found under each. The judge sees everything, also what is not
// shown; without anybody to read it (--quiet) or when told so (--no-check) there is none.

import type { Command } from 'commander';
import { EXIT, EXIT_CODES_HELP } from '../exit-codes.js';
import type { Io } from '../io.js';
import { addJudgeLimitOptions, judgeLimitsOf } from '../judge-limits.js';
import { addLimitOptions } from '../limits.js';
import { addLiveOptions, checkInputs, printInterfaces } from '../live-options.js';
import { addReportOptions, formatsHelp, type ReportOptions } from '../options.js';
import { Packets } from '../packets.js';
import { addReadingOptions, type ReadingFlags, readAll } from '../reading.js';
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
