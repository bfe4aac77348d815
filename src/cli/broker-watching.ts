// `broker --watch`, `--check` and `-w`: what the broker's connections carry is a capture, which the commands for captures
// read while it grows, and which a file takes as it is.

import { createWriteStream, type WriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { cannotWrite } from '../io/output.js';
import { Watch } from '../io/watch/watch.js';
import { FORMATS } from '../report/index.js';
import { JUDGEMENT_FORMAT_ROWS } from '../report/judgement/format-rows.js';
import { check } from './checking.js';
import { dissect } from './commands/dissect.js';
import { EXIT } from './exit-codes.js';
import { type Io, warn } from './io.js';

export interface WatchFlags {
  readonly watch?: boolean;
  readonly check?: boolean;
  readonly write?: string;
  readonly format?: string;
  readonly showSecrets?: boolean;
}

/** A broker that is watched: `tap` is for it; `ended` resolves with the exit code when all that came is read. */
export interface Watching {
  readonly tap: Watch | undefined;
  readonly ended: Promise<number>;
  end(): void;
}

export function addWatchOptions(command: Command): Command {
  const formats = new Set([...FORMATS, ...JUDGEMENT_FORMAT_ROWS].map(({ name }) => name));
  return command
    .option('--watch', 'show the packets of all connections as they come, and what is wrong with them')
    .option('--check', 'judge the packets of all connections: the findings as they come')
    .option('-w, --write <file>', 'write what all connections carry as a capture (pcapng)')
    .addOption(new Option('--format <format>', 'of --watch and --check, as in dissect and check').choices([...formats]))
    .option('--show-secrets', 'show passwords instead of ********');
}

/** What does not go together; undefined when all does. */
export function watchFault({ watch = false, check = false, format }: WatchFlags): string | undefined {
  if (format === undefined) return undefined;
  if (!watch && !check) return "option '--format' needs --watch or --check";
  const names = (watch ? FORMATS : JUDGEMENT_FORMAT_ROWS).map(({ name }) => name);
  if (names.includes(format)) return undefined;
  return `option '--format': ${watch ? '--watch' : '--check'} has ${names.join(', ')}`;
}

/** `onLeft`: nobody reads the results any more. Throws UserError when the file cannot be written. */
export async function watching(flags: WatchFlags, io: Io, onLeft: () => void): Promise<Watching> {
  const { watch = false, check: judges = false, write } = flags;
  if (!watch && !judges && write === undefined) {
    return { tap: undefined, ended: Promise.resolve(EXIT.ok), end: () => {} };
  }
  const file = write === undefined ? undefined : await openedFile(write);
  const tap = new Watch();
  const readers: Promise<number>[] = [];
  if (watch || judges) {
    // Ctrl-C ends the broker, whose last words are still shown.
    const stdin = Readable.from(tap.source('the broker').pieces);
    const own = { ...io, stdin, interrupt: new AbortController().signal };
    readers.push((watch ? shown(flags, own) : judged(flags, own)).finally(onLeft));
  }
  if (file !== undefined) readers.push(written(tap, file).finally(onLeft));
  const all = Promise.all(readers).then((codes) => {
    if (tap.lost > 0) warn(io, `${tap.lost} packets came faster than they could be shown, and are missing`);
    return Math.max(...codes);
  });
  // Told when it is awaited, which is after the broker has ended.
  all.catch(() => {});
  return { tap, ended: all, end: () => tap.end() };
}

const READING = { reassembly: true, color: 'auto' } as const;

function shown({ check: judges = false, format, showSecrets = false }: WatchFlags, io: Io): Promise<number> {
  const options = { ...READING, check: judges, showSecrets, ...(format === undefined ? {} : { format }) };
  return dissect(['-'], options, io);
}

function judged({ format }: WatchFlags, io: Io): Promise<number> {
  return check(['-'], { ...READING, failOn: 'must', ...(format === undefined ? {} : { format }) }, io);
}

function openedFile(path: string): Promise<WriteStream> {
  const file = createWriteStream(path);
  return new Promise((resolve, reject) => {
    file.once('open', () => resolve(file));
    file.once('error', (error) => reject(cannotWrite(path, error)));
  });
}

async function written(tap: Watch, file: WriteStream): Promise<number> {
  const path = String(file.path);
  try {
    await pipeline(Readable.from(tap.source(path).pieces), file);
    return EXIT.ok;
  } catch (error) {
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
}
