// Packets of a network interface, as dumpcap or tcpdump capture them: the first of the two that can be started writes a
// capture to a pipe. When it is to stop it is interrupted, and what it had captured is still read. It never outlives
// whoever reads: leaving the pieces, or the end of this process, ends it. What it says is passed on.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { UserError } from '../user-error.js';
import type { ByteSource } from './byte-source.js';

export interface LiveOptions {
  readonly interface: string;
  /** In the language of libpcap; the program judges it. */
  readonly filter?: string | undefined;
  /** Ends the capture. */
  readonly signal?: AbortSignal | undefined;
  /** Where PATH is looked up. */
  readonly env?: Env;
  readonly programs?: readonly CaptureProgram[];
  /** Once it captures: "capturing on eth0 with tcpdump". */
  readonly onStart?: (message: string) => void;
  /** What it lost, at the end. */
  readonly onLoss?: (message: string) => void;
}

type Env = Readonly<Record<string, string | undefined>>;

export interface CaptureProgram {
  readonly command: string;
  readonly args: (name: string, filter: string | undefined) => readonly string[];
  /** The line on stderr after which packets are captured. */
  readonly started: RegExp;
  /** Packets that got lost, as counted at the end. */
  readonly lost: RegExp;
}

/** dumpcap first: where Wireshark is set up, it may capture without root. */
export const CAPTURE_PROGRAMS: readonly CaptureProgram[] = [
  {
    command: 'dumpcap',
    args: (name, filter) => ['-q', '-i', name, ...(filter === undefined ? [] : ['-f', filter]), '-P', '-w', '-'],
    started: /^File: /,
    lost: /^Packets received\/dropped on interface .*: \d+\/(\d+)/,
  },
  {
    command: 'tcpdump',
    args: (name, filter) => [
      ...['-i', name, '-U', '--immediate-mode', '-w', '-'],
      ...(filter === undefined ? [] : ['--', filter]),
    ],
    started: /listening on /,
    lost: /^(\d+) packets? dropped by kernel/,
  },
];

/** Of what a program says: enough for any message of libpcap. */
const MOST_SAID = 4096;
/** Milliseconds after which a program that was asked to end is made to. */
const PATIENCE = 2000;

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Starts capturing. Throws UserError, then when nothing can be started, and while reading. */
export async function openLive(options: LiveOptions): Promise<ByteSource> {
  const { programs = CAPTURE_PROGRAMS, env = process.env } = options;
  for (const program of programs) {
    const child = await started(program.command, program.args(options.interface, options.filter), env);
    if (child !== undefined) {
      return { name: options.interface, size: undefined, pieces: new LiveCapture(child, program, options).pieces() };
    }
  }
  throw nothingToStart(programs);
}

/** The interfaces that there are, as the program lists them. */
export async function listInterfaces({ programs = CAPTURE_PROGRAMS, env = process.env }: Partial<LiveOptions> = {}) {
  for (const { command } of programs) {
    const child = await started(command, ['-D'], env);
    if (child === undefined) continue;
    const exit = once(child, 'close');
    const [text, said] = await Promise.all([textOf(child.stdout), textOf(child.stderr), exit]);
    if (child.exitCode !== 0) throw new UserError('environment', `${command} lists no interfaces: ${onOneLine(said)}`);
    return text;
  }
  throw nothingToStart(programs);
}

function nothingToStart(programs: readonly CaptureProgram[]): UserError {
  const names = programs.map(({ command }) => command).join(' or ');
  return new UserError('environment', `capturing needs ${names}, and neither can be started: install one of them`);
}

/** Undefined when there is no such program, or it may not be run. */
async function started(command: string, args: readonly string[], env: Env): Promise<Child | undefined> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env } });
  try {
    await once(child, 'spawn');
    return child;
  } catch {
    return undefined;
  }
}

class LiveCapture {
  private readonly closed: Promise<unknown>;
  private said = '';
  private isStarted = false;
  private patience: NodeJS.Timeout | undefined = undefined;

  constructor(
    private readonly child: Child,
    private readonly program: CaptureProgram,
    private readonly options: LiveOptions,
  ) {
    this.closed = new Promise((resolve) => child.once('close', resolve));
    // A signal that could not be sent: it ends when its pipe is closed.
    child.on('error', () => {});
    child.stderr.on('data', (bytes: Buffer) => this.hear(bytes.toString()));
    process.once('exit', this.kill);
    options.signal?.addEventListener('abort', this.interrupt);
    if (options.signal?.aborted) this.interrupt();
  }

  async *pieces(): AsyncGenerator<Uint8Array, void, void> {
    const { child, options } = this;
    try {
      yield* child.stdout as AsyncIterable<Uint8Array>;
      await this.closed;
      if (child.exitCode !== 0 && !options.signal?.aborted) throw this.failure();
      this.tellLoss();
    } finally {
      await this.end();
    }
  }

  private readonly kill = () => void this.child.kill('SIGKILL');

  /** As Ctrl-C does: it writes what it has, and ends. */
  private readonly interrupt = () => {
    this.child.kill('SIGINT');
    this.patience ??= setTimeout(this.kill, PATIENCE);
  };

  private async end(): Promise<void> {
    const { child, options } = this;
    options.signal?.removeEventListener('abort', this.interrupt);
    child.stdout.destroy();
    if (child.exitCode === null && child.signalCode === null) this.interrupt();
    await this.closed;
    clearTimeout(this.patience);
    process.removeListener('exit', this.kill);
  }

  private hear(text: string): void {
    // The end tells what was lost, the beginning why nothing goes on; both fit.
    if (this.said.length < MOST_SAID) this.said += text;
    else this.said = this.said.slice(-MOST_SAID / 2) + text;
    const { program, options } = this;
    if (this.isStarted || !linesOf(this.said).some((line) => program.started.test(line))) return;
    this.isStarted = true;
    options.onStart?.(`capturing on ${options.interface} with ${program.command}, Ctrl-C ends it`);
  }

  private tellLoss(): void {
    for (const line of linesOf(this.said)) {
      const lost = Number(this.program.lost.exec(line)?.[1] ?? 0);
      if (lost > 0) this.options.onLoss?.(`${this.program.command} lost ${lost} ${lost === 1 ? 'packet' : 'packets'}`);
    }
  }

  private failure(): UserError {
    const { program, options, child, said } = this;
    const { command } = program;
    const how = child.signalCode === null ? `exit code ${child.exitCode}` : `${child.signalCode}`;
    const why = onOneLine(said) || `it ended with ${how}`;
    const mayNot = /permission|not permitted/i.test(said);
    const hint = mayNot ? `; run it as root, or allow ${command} to capture (setcap cap_net_raw+ep)` : '';
    return new UserError('file', `${options.interface}: ${command} cannot capture: ${why}${hint}`);
  }
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** Its complaint, without its name, what it says before, and advice that goes on for a page. */
function onOneLine(said: string): string {
  const lines = linesOf(said).filter(
    (line) => !/^(Capturing on|File:|Packets |.*listening on|\d+ packets? )/.test(line),
  );
  return lines
    .slice(0, 2)
    .map((line) => line.replace(/^(dumpcap|tcpdump): /, '').trim())
    .join(' ');
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const piece of stream) text += String(piece);
  return text;
}
