// The program: its commands, one row each, and what becomes of errors. Wrong use and unreadable input are one line on
// stderr and exit code 2; any other exception is a bug and propagates.

import { Command, CommanderError } from 'commander';
import { UserError } from '../user-error.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import { type Io, say } from './io.js';
import { packageVersion } from './package-version.js';

type Define = (command: Command, io: Io, done: (exitCode: number) => void) => void;

interface CommandRow {
  readonly name: string;
  /** Runs when the command line names none. */
  readonly isDefault?: boolean;
  /** For the list of commands. */
  readonly summary: string;
  /** Only what the command line names is loaded: the broker and the rules are much, and most runs need neither. */
  readonly load: () => Promise<Define>;
}

const COMMANDS: readonly CommandRow[] = [
  {
    name: 'dissect',
    isDefault: true,
    summary: 'show the MQTT packets of captures (the command when none is named)',
    load: async () => (await import('./commands/dissect.js')).defineDissect,
  },
  {
    name: 'check',
    summary: 'judge captures: which statements of the specification they violate',
    load: async () => (await import('./commands/check.js')).defineCheck,
  },
  {
    name: 'hex',
    summary: 'show the MQTT packets in pasted bytes',
    load: async () => (await import('./commands/hex.js')).defineHex,
  },
  {
    name: 'broker',
    summary: 'run the built-in broker: MQTT 3.1, 3.1.1 and 5.0',
    load: async () => (await import('./commands/broker.js')).defineBroker,
  },
  {
    name: 'proxy',
    summary: 'pass connections on to a broker untouched; show, judge and record what passes',
    load: async () => (await import('./commands/proxy.js')).defineProxy,
  },
  {
    name: 'rules',
    summary: 'explain the statements of the specification and the rules that check them',
    load: async () => (await import('./commands/rules.js')).defineRules,
  },
];

/** Runs a command line, without the program's name; the result is the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = await createProgram(args, io, (code) => {
    exitCode = code;
  });
  if (args.length === 0) {
    program.outputHelp({ error: true });
    return EXIT.usage;
  }
  // Alone it can only mean the program's; `--version 5` belongs to the commands.
  const given = args.length === 1 && args[0] === '--version' ? ['-V'] : args;
  try {
    await program.parseAsync(given, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof UserError)) throw error;
    say(io, error.message);
    return EXIT.usage;
  }
}

async function createProgram(args: readonly string[], io: Io, done: (exitCode: number) => void): Promise<Command> {
  const program = new Command('mqtt-dissect')
    .description('Shows every MQTT packet of a capture field by field, down to the bit.')
    .usage('[command] [options] <capture...>')
    .version(packageVersion(), '-V', 'print the version of mqtt-dissect')
    .helpOption('-h, --help', 'print this help; after a command, its help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .addHelpText('after', EXIT_CODES_HELP);
  const [first = '--help'] = args;
  const named = COMMANDS.some(({ name }) => name === first);
  // The list shows what each command takes.
  const isList = first === '-h' || first === '--help';
  for (const { name, isDefault = false, summary, load } of COMMANDS) {
    const command = program.command(name, { isDefault }).summary(summary);
    // A name further on is a file, or belongs to options that come before it: then the command must be whole as well.
    if (isList || args.includes(name) || (isDefault && !named)) (await load())(command, io, done);
  }
  return program;
}
