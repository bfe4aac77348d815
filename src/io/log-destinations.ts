// Where the lines of a log go, as log_dest says. A destination that cannot keep up loses lines, and says how many; one that
// fails is left, and that is told once: a broker does not stop because nobody reads what it says.

import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { GlobalOptions, LogDestination, LogType } from '../broker/config/configuration.js';

export interface LogSurroundings {
  stdout(line: string): void;
  stderr(line: string): void;
  /** A message on a topic of the broker itself. */
  publish(topic: string, text: string): void;
  /** Of this process's own trouble with its log. */
  failed(message: string): void;
}

export interface LogSink {
  /** `line` has the time before it, `text` has not. */
  write(type: LogType, line: string, text: string): void;
  close(): void;
}

export type LogTarget = Pick<GlobalOptions, 'logDestinations' | 'logFile' | 'logFacility'>;

/** Of `dlt` there is none. */
export function openSinks(options: LogTarget, to: LogSurroundings): LogSink[] {
  return options.logDestinations.flatMap((destination) => openSink(destination, options, to) ?? []);
}

function openSink(destination: LogDestination, options: LogTarget, to: LogSurroundings): LogSink | undefined {
  switch (destination) {
    case 'stdout':
      return { write: (_, line) => to.stdout(line), close: nothing };
    case 'stderr':
      return { write: (_, line) => to.stderr(line), close: nothing };
    case 'topic':
      return { write: (type, _, text) => publish(type, text, to), close: nothing };
    case 'file':
      return options.logFile === undefined ? undefined : fileSink(options.logFile, to);
    case 'syslog':
      return syslogSink(options.logFacility, to);
    case 'dlt':
      return undefined;
  }
}

function nothing(): void {}

/** The last level of $SYS/broker/log/…, as mosquitto names them; what is not here is not published, lest it tell of itself. */
const TOPICS: Partial<Readonly<Record<LogType, string>>> = {
  error: 'E',
  warning: 'W',
  notice: 'N',
  information: 'I',
  subscribe: 'M/subscribe',
  unsubscribe: 'M/unsubscribe',
};

function publish(type: LogType, text: string, to: LogSurroundings): void {
  const topic = TOPICS[type];
  if (topic !== undefined) to.publish(`$SYS/broker/log/${topic}`, text);
}

/** Bytes that wait to be written; beyond, lines are lost. */
const MOST_WAITING = 1024 * 1024;

/** Writes lines to a stream for as long as it takes them. */
class LineWriter {
  private lost = 0;
  private hasFailed = false;

  constructor(
    private readonly stream: Writable,
    private readonly what: string,
    private readonly to: LogSurroundings,
  ) {
    stream.on('error', (error) => this.fail(error));
  }

  write(line: string): void {
    if (this.hasFailed) return;
    if (this.stream.writableLength > MOST_WAITING) {
      this.lost++;
      return;
    }
    if (this.lost > 0) this.stream.write(`${this.lost} lines are missing here\n`);
    this.lost = 0;
    this.stream.write(`${line}\n`);
  }

  fail(error: NodeJS.ErrnoException): void {
    if (!this.hasFailed) this.to.failed(`${this.what}: cannot be written (${error.code ?? error.message})`);
    this.hasFailed = true;
  }

  close(): void {
    this.stream.end();
  }
}

function fileSink(path: string, to: LogSurroundings): LogSink {
  const writer = new LineWriter(createWriteStream(path, { flags: 'a' }), path, to);
  return { write: (_, line) => writer.write(line), close: () => writer.close() };
}

const SEVERITIES: Readonly<Record<LogType, number>> = {
  error: 3,
  warning: 4,
  notice: 5,
  subscribe: 5,
  unsubscribe: 5,
  information: 6,
  debug: 7,
  websockets: 7,
  internal: 7,
};
const DAEMON = 3;
const LOCAL0 = 16;

/** By the program `logger`, since Node has no way to /dev/log; each line begins with its priority (RFC 5424, 6.2.1). */
function syslogSink(facility: number | undefined, to: LogSurroundings): LogSink {
  const number = facility === undefined ? DAEMON : LOCAL0 + facility;
  const child: ChildProcess = spawn('logger', ['--tag', 'mqtt-dissect', '--prio-prefix'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const writer = new LineWriter(child.stdin!, 'syslog (logger)', to);
  child.on('error', (error) => writer.fail(error));
  child.unref();
  return {
    write: (type, _, text) => writer.write(`<${number * 8 + SEVERITIES[type]}>${text.replaceAll('\n', ' ')}`),
    close: () => writer.close(),
  };
}
