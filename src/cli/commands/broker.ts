// `broker`: the built-in broker, until Ctrl-C. With a mosquitto.conf, or with a few options; its connections can be watched
// with what reads captures. Nothing is started when anything of it cannot be.

import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { eventText } from '../../io/broker-log.js';
import { BrokerServer } from '../../io/broker-server.js';
import type { BrokerServerOptions } from '../../io/broker-server-options.js';
import { heapBytes } from '../../io/heap.js';
import { openStore, openStoreIn } from '../../io/store/open-store.js';
import { ConfiguredBroker, testConfiguration } from '../broker-configured.js';
import { addListenerOptions, faultOf, type ListenerFlags, listenersOf, namesListeners } from '../broker-listeners.js';
import { addWatchOptions, type WatchFlags, watchFault, watching } from '../broker-watching.js';
import { EXIT_CODES_HELP } from '../exit-codes.js';
import { type Io, say } from '../io.js';

interface BrokerFlags extends ListenerFlags, WatchFlags {
  readonly config?: string;
  readonly testConfig?: boolean;
  readonly verbose?: boolean;
  readonly persist?: string;
  readonly durable: boolean;
}

type Setup = Pick<BrokerServerOptions, 'listeners' | 'settings' | 'authenticate' | 'onEvent' | 'onRefused'>;

const EXAMPLES = `
Examples:
  mqtt-dissect broker                                    on port 1883 of this machine, without persistence
  mqtt-dissect broker -p 0 --ws-port 9001 -v
  mqtt-dissect broker --host 0.0.0.0 --tls-cert server.crt --tls-key server.key
  mqtt-dissect broker --persist /var/lib/mqtt            sessions and messages survive its end
  mqtt-dissect broker -c mosquitto.conf
  mqtt-dissect broker --watch --check                    every packet, and what is wrong with it
  mqtt-dissect broker --check -w all.pcapng`;

export function defineBroker(command: Command, io: Io, done: (exitCode: number) => void): void {
  command
    .description('Runs a broker for MQTT 3.1, 3.1.1 and 5.0 until Ctrl-C, strict about what clients send.')
    .option('-c, --config <file>', "a configuration in mosquitto's format, in place of the options that listen")
    .option('--test-config', 'only say what is wrong with the configuration')
    .option('--persist <folder>', 'keep sessions, their messages and retained messages in a database in this folder')
    .option('--no-durable', 'acknowledge what is not on the disk yet: faster, lost when the machine fails');
  addWatchOptions(addListenerOptions(command).option('-v, --verbose', 'say on stderr what happens'))
    .addHelpText('after', `${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .action(async (flags: BrokerFlags) => {
      const fault = configFault(flags) ?? faultOf(flags) ?? watchFault(flags);
      if (fault !== undefined) command.error(`error: ${fault}`);
      const { config, testConfig, verbose } = flags;
      if (config !== undefined && testConfig === true) {
        testConfiguration(config, io);
        return;
      }
      const configured = config === undefined ? undefined : new ConfiguredBroker(config, verbose === true, io);
      const setup = configured?.options ?? { listeners: await listenersOf(flags) };
      done(await run(setup, configured, flags, io));
    });
}

function configFault(flags: BrokerFlags): string | undefined {
  if (flags.testConfig === true && flags.config === undefined) return "option '--test-config' needs -c";
  if (flags.config !== undefined && namesListeners(flags)) return 'either -c or options that listen, not both';
  return undefined;
}

async function run(
  setup: Setup,
  configured: ConfiguredBroker | undefined,
  flags: BrokerFlags,
  io: Io,
): Promise<number> {
  const stop = new AbortController();
  const { tap, ended, end } = await watching(flags, io, () => stop.abort());
  let failure: Error | undefined;
  let server: BrokerServer | undefined;
  try {
    server = new BrokerServer({
      ...(flags.verbose === true ? tellingEvents(io) : {}),
      ...setup,
      ...(await persisting(configured, flags)),
      tools: { nextId: randomUUID, heapBytes },
      ...(tap === undefined ? {} : { tap }),
      onError: (error) => {
        failure = error;
        stop.abort();
      },
    });
    await server.start();
    configured?.started(server);
    for (const { url } of server.listening) say(io, `listening on ${url}`);
    await aborted(io.interrupt, stop.signal);
  } finally {
    await server?.stop();
    configured?.end();
    end();
  }
  const exitCode = await ended;
  if (failure !== undefined) throw failure;
  return exitCode;
}

/** Throws UserError when the database cannot be used. */
async function persisting(
  configured: ConfiguredBroker | undefined,
  { persist, durable }: BrokerFlags,
): Promise<Pick<BrokerServerOptions, 'store' | 'durable'>> {
  if (persist !== undefined) return { store: await openStoreIn(persist, durable), durable };
  const path = configured?.databasePath;
  return path === undefined ? {} : { store: await openStore(path, durable), durable };
}

function tellingEvents(io: Io): Pick<BrokerServerOptions, 'onEvent' | 'onRefused'> {
  const tell = (text: string) => say(io, `${new Date().toISOString()} ${text}`);
  return {
    onEvent: (event) => {
      const text = eventText(event);
      if (text !== undefined) tell(text);
    },
    onRefused: (_, remote, reason) => tell(`${remote} was refused: ${reason}`),
  };
}

function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
