// `proxy`: between clients and a broker, until Ctrl-C. Every byte is passed on untouched and at once; what passes is shown,
// judged and recorded beside that.

import { type Command, Option } from 'commander';
import { makeAuthority } from '../../io/proxy/authority-making.js';
import { FAIL_ON } from '../../report/judgement/judgement.js';
import { EXIT_CODES_HELP } from '../exit-codes.js';
import type { Io } from '../io.js';
import { addJudgeLimitOptions } from '../judge-limits.js';
import { addLimitOptions } from '../limits.js';
import { addReportOptions, formatsHelp } from '../options.js';
import { addProxyOptions, proxyFault } from '../proxy-options.js';
import { type ProxyOptions, runProxy } from '../proxy-session.js';
import { addSelectionOptions, SELECTION_HELP } from '../selection-options.js';

const EXAMPLES = `
Examples:
  mqtt-dissect proxy --listen tcp://:1884 --target tcp://broker:1883
  mqtt-dissect proxy --listen tcp://:1884 --target tcp://broker:1883 -w all.pcapng --rotate-size 100 --keep 5
  mqtt-dissect proxy --make-ca ca
  mqtt-dissect proxy --listen tls://:8884 --ca ca --target tls://broker:8883 --target-ca broker.crt
  mqtt-dissect proxy --listen ws://:9002 --target tcp://broker:1883 --format ndjson -o all.ndjson
  mqtt-dissect proxy --listen tcp://:1884 --target tcp://broker:1883 --fault "drop PUBACK every 10"
  mqtt-dissect proxy --listen tcp://:1884 --target tcp://broker:1883 --control 127.0.0.1:9884

Addresses are tcp://, tls://, ws://, wss:// (mqtt://, mqtts://) with HOST:PORT, and unix:/PATH; without a host, --listen is
on all addresses of this machine. What is shown and recorded is each client's connection, inside its TLS.`;

export function defineProxy(command: Command, io: Io, done: (exitCode: number) => void): void {
  command.description(
    'Passes connections of clients on to a broker, every byte untouched; shows, judges and records what passes.',
  );
  addReportOptions(addProxyOptions(command), 'table')
    .option('-q, --quiet', 'show no packets; they are read only for what else asks for it')
    .option('--no-check', 'do not judge: no findings')
    .addOption(new Option('--fail-on <level>', 'findings that make it end with 1').choices(FAIL_ON).default('never'));
  addSelectionOptions(command, 'end after so many items shown')
    .addHelpText('after', `${formatsHelp()}\n${SELECTION_HELP}\n${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .action(async (options: ProxyOptions) => {
      const fault = proxyFault(options) ?? judgeFault(options);
      if (fault !== undefined) command.error(`error: ${fault}`);
      if (options.makeCa !== undefined) await makeCa(options.makeCa, io);
      else done(await runProxy(options, io));
    });
  // What the proxy has passed on comes in order: behind a hole nothing more will come. It may run for long: a client of
  // which nothing was seen for so many others is forgotten.
  addJudgeLimitOptions(addLimitOptions(command, { 'ack-slack-segments': 1 }), { sessions: 10_000 });
}

function judgeFault({ check, failOn }: ProxyOptions): string | undefined {
  return check || failOn === 'never' ? undefined : "option '--fail-on' needs findings: leave out --no-check";
}

async function makeCa(folder: string, io: Io): Promise<void> {
  const { certificate, key } = await makeAuthority(folder);
  io.stdout.write(
    `${certificate}: the authority's certificate, which clients have to trust (mosquitto_pub --cafile)\n`,
  );
  io.stdout.write(`${key}: its private key, which nobody else should have\n`);
}
