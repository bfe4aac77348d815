// `broker`: the built-in broker, until Ctrl-C. With a mosquitto.conf, or with a few options; its connections can be watched
// with what reads captures. Nothing is started when anything of it cannot be.

import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { type Remark, renderRemark } from '../../broker/config/remark.js';
import { eventText } from '../../io/broker-log.js';
import { BrokerServer } from '../../io/broker-server.js';
import type { BrokerServerOptions } from '../../io/broker-server-options.js';
import { readSetup } from '../../io/broker-setup.js';
import { UserError } from '../../user-error.js';
import { addListenerOptions, faultOf, type ListenerFlags, listenersOf, namesListeners } from '../broker-listeners.js';
import { addWatchOptions, type WatchFlags, watchFault, watching } from '../broker-watching.js';
import { EXIT_CODES_HELP } from '../exit-codes.js';
import { type Io, say } from '../io.js';

interface BrokerFlags extends ListenerFlags, WatchFlags {
  readonly config?: string;
  readonly testConfig?: boolean;
  readonly verbose?: boolean;
}

type Setup = Pick<BrokerServerOptions, 'listeners' | 'settings' | 'authenticate'>;

const EXAMPLES = `
Examples:
  mqtt-dissect broker                                    on port 1883 of this machine, without persistence
  mqtt-dissect broker -p 0 --ws-port 9001 -v
  mqtt-dissect broker --host 0.0.0.0 --tls-cert server.crt --tls-key server.key
  mqtt-dissect broker -c mosquitto.conf
  mqtt-dissect broker --watch --check                    every packet, and what is wrong with it
  mqtt-dissect broker --check -w all.pcapng`;

export function defineBroker(command: Command, io: Io, done: (exitCode: number) => void): void {
  command
    .summary('run the built-in broker: MQTT 3.1, 3.1.1 and 5.0')
    .description('Runs a broker for MQTT 3.1, 3.1.1 and 5.0 until Ctrl-C, strict about what clients send.')
    .option('-c, --config <file>', "a configuration in mosquitto's format, in place of the options that listen")
    .option('--test-config', 'only say what is wrong with the configuration');
  addWatchOptions(addListenerOptions(command).option('-v, --verbose', 'say on stderr what happens'))
    .addHelpText('after', `${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .action(async (flags: BrokerFlags) => {
      const fault = configFault(flags) ?? faultOf(flags) ?? watchFault(flags);
      if (fault !== undefined) command.error(`error: ${fault}`);
      const setup = flags.config === undefined ? { listeners: await listenersOf(flags) } : configured(flags.config, io);
      if (flags.testConfig === true) say(io, `${flags.config}: the configuration is in order`);
      else done(await run(setup, flags, io));
    });
}

function configFault(flags: BrokerFlags): string | undefined {
  if (flags.testConfig === true && flags.config === undefined) return "option '--test-config' needs -c";
  if (flags.config !== undefined && namesListeners(flags)) return 'either -c or options that listen, not both';
  return undefined;
}

/** Says what there is to say of it. Throws UserError when it cannot be used. */
function configured(path: string, io: Io): Setup {
  const { setup, remarks } = readSetup(path);
  const [errors, others] = [remarks.filter(isError), remarks.filter((one) => !isError(one))];
  for (const remark of others) say(io, renderRemark(remark));
  if (setup === undefined) throw new UserError('option', errors.map(renderRemark).join('\n'));
  return setup;
}

function isError({ level }: Remark): boolean {
  return level === 'error';
}

async function run(setup: Setup, flags: BrokerFlags, io: Io): Promise<number> {
  const stop = new AbortController();
  const { tap, ended, end } = watching(flags, io, () => stop.abort());
  let failure: Error | undefined;
  const server = new BrokerServer({
    ...setup,
    tools: { nextId: randomUUID },
    ...(tap === undefined ? {} : { tap }),
    ...(flags.verbose === true ? tellingEvents(io) : {}),
    onError: (error) => {
      failure = error;
      stop.abort();
    },
  });
  try {
    await server.start();
  } catch (error) {
    end();
    throw error;
  }
  for (const { url } of server.listening) say(io, `listening on ${url}`);
  if (flags.config !== undefined) io.onHangup?.(() => reload(server, flags.config!, io));
  await aborted(io.interrupt, stop.signal);
  await server.stop();
  end();
  const exitCode = await ended;
  if (failure !== undefined) throw failure;
  return exitCode;
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

/** What can change while it runs: a file that is wrong changes nothing. */
function reload(server: BrokerServer, path: string, io: Io): void {
  try {
    const { listeners, settings = {}, authenticate } = configured(path, io);
    server.reload({ listeners, settings, ...(authenticate === undefined ? {} : { authenticate }) });
    say(io, `${path}: read again`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(io, `${error.message}\nthe configuration stays as it was`);
  }
}

function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
