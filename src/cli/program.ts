// The program: its commands, one row each, and what becomes of errors. Wrong use and unreadable input are one line on
// stderr and exit code 2; any other exception is a bug and propagates.

import { Command, CommanderError } from 'commander';
import { UserError } from '../user-error.js';
import { defineBroker } from './commands/broker.js';
import { defineCheck } from './commands/check.js';
import { defineDissect } from './commands/dissect.js';
import { defineHex } from './commands/hex.js';
import { defineRules } from './commands/rules.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import { type Io, say } from './io.js';
import { packageVersion } from './package-version.js';

interface CommandRow {
  readonly name: string;
  /** Runs when the command line names none. */
  readonly isDefault?: boolean;
  readonly define: (command: Command, io: Io, done: (exitCode: number) => void) => void;
}

const COMMANDS: readonly CommandRow[] = [
  { name: 'dissect', isDefault: true, define: defineDissect },
  { name: 'check', define: defineCheck },
  { name: 'hex', define: defineHex },
  { name: 'broker', define: defineBroker },
  { name: 'rules', define: defineRules },
];

/** Runs a command line, without the program's name; the result is the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(io, (code) => {
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

function createProgram(io: Io, done: (exitCode: number) => void): Command {
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
  for (const { name, isDefault = false, define } of COMMANDS) define(program.command(name, { isDefault }), io, done);
  return program;
}
