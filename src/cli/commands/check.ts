// `check`: judges captures by the specification. What is said on the command line; checking.ts does it, and is loaded while
// the captures are being read already.

import { type Command, Option } from 'commander';
import { JUDGEMENT_FORMAT_ROWS } from '../../report/judgement/format-rows.js';
import { FAIL_ON } from '../../report/judgement/judgement.js';
import type { CheckOptions } from '../checking.js';
import { EXIT_CODES_HELP } from '../exit-codes.js';
import type { Io } from '../io.js';
import { addJudgeLimitOptions } from '../judge-limits.js';
import { addLimitOptions } from '../limits.js';
import { addLiveOptions, checkInputs, printInterfaces } from '../live-options.js';
import { addOutputOptions, formatsHelp } from '../options.js';
import { isVisible } from '../outlet.js';
import { addReadingOptions, beginReading, type Wants } from '../reading.js';
import { addScopeOptions } from '../scope-options.js';
import { addSelectionOptions, SELECTION_HELP, Sieve } from '../selection-options.js';

const EXAMPLES = `
Examples:
  mqtt-dissect check capture.pcap                        what breaks the specification, who did it, at which bit
  mqtt-dissect check --only 3.3,4.3 --fail-on should capture.pcap
  mqtt-dissect check --ignore 5.0:MQTT-3.3.1-2 *.pcap
  mqtt-dissect check --write-baseline known.json capture.pcap
  mqtt-dissect check --baseline known.json --format sarif -o found.sarif capture.pcap
  mqtt-dissect check -i eth0 -f "tcp port 1883"          live, until Ctrl-C

A finding is a must or a should of the specification, or a note. What was not seen (gaps, a late start, encryption) makes a
finding inconclusive, never a violation: these are counted, and shown with --inconclusive.`;

export function defineCheck(command: Command, io: Io, done: (exitCode: number) => void): void {
  command
    .description('Says which statements of MQTT a capture violates, who did it, and at which bit.')
    .argument('[capture...]', 'capture files, read in order as one capture; - reads stdin');
  const outputs = addOutputOptions(command, JUDGEMENT_FORMAT_ROWS, 'table')
    .option('-v, --verbose', 'what is inconclusive too, and every connection')
    .option('-q, --quiet', 'only the counts; not for junit, sarif and tap')
    .option('--inconclusive', 'show what is inconclusive, with the reason')
    .addOption(new Option('--fail-on <level>', 'findings that make it fail (exit 1)').choices(FAIL_ON).default('must'));
  addScopeOptions(outputs)
    .option('--baseline <file>', 'findings that it holds are known: they do not make it fail')
    .option('--write-baseline <file>', 'make a baseline of what is found, so that it does not make it fail');
  addLiveOptions(command);
  addReadingOptions(addSelectionOptions(command, 'stop reading after so many findings'))
    .addHelpText('after', `${formatsHelp(JUDGEMENT_FORMAT_ROWS)}\n${SELECTION_HELP}\n${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .action(async (paths: string[], options: CheckOptions) => {
      checkInputs(command, paths, options);
      if (options.listInterfaces === true) await printInterfaces(io);
      else done(await begin(paths, options, io));
    });
  addJudgeLimitOptions(addLimitOptions(command));
}

async function begin(paths: readonly string[], options: CheckOptions, io: Io): Promise<number> {
  const reading = await beginReading(paths, options, wantsOf(options, io), io);
  try {
    const { check } = await import('../checking.js');
    return await check(paths, options, io, reading);
  } finally {
    await reading.thread?.end();
  }
}

/** As the sink that will be made says it. */
function wantsOf(options: CheckOptions, io: Io): Wants {
  return {
    summaryOnly: false,
    hasLimit: options.limit !== undefined,
    glances: new Sieve(options).isWhole,
    isVisible: isVisible(options, io),
  };
}
