// The options of `proxy`: one row each, and what does not go together. An option that nothing would use is refused.

import { type Command, Option } from 'commander';
import { isEncrypted, parseListen, parseTarget } from '../io/proxy/addresses.js';
import { integer, list } from './options.js';

export interface ProxyFlags {
  readonly makeCa?: string;
  readonly listen?: readonly string[];
  readonly target?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly ca?: string;
  readonly clientCa?: string;
  readonly requireCertificate?: boolean;
  readonly targetCa?: string;
  readonly targetCert?: string;
  readonly targetKey?: string;
  readonly sni?: string;
  readonly alpn?: string;
  readonly insecure?: boolean;
  readonly proxyProtocol?: 1 | 2;
  readonly connectTimeout: number;
  readonly maxClients: number;
  readonly grace: number;
  readonly write?: string;
  readonly rotateSize?: number;
  readonly rotateTime?: number;
  readonly keep?: number;
  readonly recordEncrypted?: boolean;
  readonly keylog?: string;
  readonly fault?: readonly string[];
  readonly faults?: string;
  readonly control?: string;
  readonly output?: string;
}

/** A day: timers do not hold a month. */
const MOST_SECONDS = 86_400;

type Parse = (text: string, before: never) => unknown;
type Row = readonly [flags: string, what: string, parse?: Parse, preset?: unknown];

const GROUPS: Readonly<Record<string, readonly Row[]>> = {
  'TLS with clients:': [
    ['--tls-cert <file>', 'certificate of this side (PEM)'],
    ['--tls-key <file>', 'its private key (PEM)'],
    ['--ca <folder>', 'sign a certificate for whatever name a client asks for, with the authority in this folder'],
    ['--client-ca <file>', 'who signs certificates of clients (PEM)'],
    ['--require-certificate', 'only clients with a certificate'],
  ],
  'TLS with the target:': [
    ['--target-ca <file>', "who signs the target's certificate (PEM); the system's authorities unless given"],
    ['--target-cert <file>', 'certificate to show to the target (PEM)'],
    ['--target-key <file>', 'its private key (PEM)'],
    ['--sni <name>', "the name to ask for and to find in the certificate; the target's host unless given"],
    ['--alpn <protocol>', 'the protocol to offer by ALPN'],
    ['--insecure', 'take whatever certificate the target shows'],
  ],
  'Connections:': [
    ['--connect-timeout <seconds>', 'the target must be there within so long', integer(1, MOST_SECONDS), 10],
    ['--max-clients <n>', 'clients at once; more are reset', integer(1), 10_000],
    ['--grace <seconds>', 'after Ctrl-C, connections have so long to finish', integer(0, MOST_SECONDS), 5],
    ['--proxy-protocol <version>', "tell the target the client's address by the PROXY protocol, 1 or 2", integer(1, 2)],
    ['--control <address>', 'an HTTP interface to look and to act while it runs: 127.0.0.1:9884'],
  ],
  'Recording:': [
    ['-w, --write <file>', 'record all connections (pcapng), with findings as comments of their packets'],
    ['--rotate-size <MB>', 'begin another file when one has so many megabytes', integer(1)],
    ['--rotate-time <seconds>', 'begin another file after so long', integer(1)],
    ['--keep <n>', 'keep so many files, delete the oldest', integer(1)],
    ['--record-encrypted', 'record TLS with clients as it is, with its secrets, not what is inside'],
    ['--keylog <file>', "append the secrets of clients' TLS (NSS key log), for Wireshark"],
  ],
  'Faults:': [
    ['--fault <rule>', 'do something wrong on purpose: "drop PUBACK every 10"; may be repeated', list],
    ['--faults <file>', 'a file of such rules (JSON)'],
  ],
};

export function addProxyOptions(command: Command): Command {
  command
    .option('--make-ca <folder>', 'make an authority for --ca, say how to trust it, and end')
    .option('--listen <url>', 'where clients connect (tcp://:1884); may be repeated, each with its --target', list)
    .option('--target <url>', 'the broker that they are passed on to (tls://broker:8883)', list);
  for (const [heading, rows] of Object.entries(GROUPS)) {
    for (const [flags, what, parse, preset] of rows) {
      const option = new Option(flags, what).helpGroup(heading);
      if (parse !== undefined) option.argParser(parse as (text: string, before: unknown) => unknown);
      command.addOption(preset === undefined ? option : option.default(preset));
    }
  }
  return command;
}

/** What does not go together; undefined when all does. */
export function proxyFault(flags: ProxyFlags): string | undefined {
  const { listen = [], target = [], write, keylog, output, makeCa } = flags;
  if (makeCa !== undefined) {
    return listen.length + target.length > 0
      ? "option '--make-ca' ends at once: leave out --listen and --target"
      : undefined;
  }
  if (listen.length === 0 || listen.length !== target.length) {
    return listen.length === 0 && target.length === 0
      ? 'it needs --listen and --target'
      : `each --listen needs its --target: there are ${listen.length} and ${target.length}`;
  }
  const needs = NEEDS.find(([one, others]) => isGiven(flags, one) && !others.some((other) => isGiven(flags, other)));
  if (needs !== undefined) return `option '${needs[0]}' needs ${needs[1].join(' or ')}`;
  if (flags.ca !== undefined && flags.tlsCert !== undefined) return 'either --ca or --tls-cert, not both';
  const serving = listen.map(parseListen).some(({ transport }) => isEncrypted(transport));
  const asking = target.map(parseTarget).some(({ transport }) => isEncrypted(transport));
  if (serving && flags.ca === undefined && flags.tlsCert === undefined) {
    return 'to listen with TLS it needs --tls-cert and --tls-key, or --ca (made by proxy --make-ca FOLDER)';
  }
  const idle = [...(serving ? [] : OF_CLIENTS), ...(asking ? [] : OF_TARGETS)].find((one) => isGiven(flags, one));
  if (idle !== undefined)
    return `option '${idle}' needs a ${OF_CLIENTS.includes(idle) ? '--listen' : '--target'} with TLS`;
  const written = Object.entries({ write, keylog, output }).filter(([, path]) => path !== undefined);
  const [one, other] = written.filter(([name, path]) => written.some(([of, to]) => of !== name && to === path));
  return one === undefined ? undefined : `options '--${one[0]}' and '--${other![0]}' name the same file`;
}

const NEEDS: readonly (readonly [string, readonly string[]])[] = [
  ['--tls-cert', ['--tls-key']],
  ['--tls-key', ['--tls-cert']],
  ['--target-cert', ['--target-key']],
  ['--target-key', ['--target-cert']],
  ['--require-certificate', ['--client-ca']],
  ['--rotate-size', ['--write']],
  ['--rotate-time', ['--write']],
  ['--keep', ['--rotate-size', '--rotate-time']],
  ['--record-encrypted', ['--write']],
];
const OF_CLIENTS = ['--tls-cert', '--ca', '--client-ca', '--record-encrypted', '--keylog'];
const OF_TARGETS = ['--target-ca', '--target-cert', '--sni', '--alpn', '--insecure'];

function isGiven(flags: object, option: string): boolean {
  const name = option.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return (flags as Readonly<Record<string, unknown>>)[name] !== undefined;
}
