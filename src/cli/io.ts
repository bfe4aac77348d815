// What a command may touch of its process, so that tests can give their own.

import type { Readable, Writable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import type { prepareProcess } from '../io/broker-process.js';
import { escapeText } from '../report/terminal.js';

export interface Terminal extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where lines for whoever looks are written. */
export interface Teller {
  write(text: string): unknown;
}

export interface ReadingWorker {
  readonly program: URL;
  readonly from: number;
  /** Also where every packet becomes an item; without it only where usual ones are taken at a glance. */
  readonly forItems?: boolean;
  /** It runs already, and waits for what it is to read. */
  readonly begun?: Worker | undefined;
}

export interface Io {
  readonly stdin: Readable | undefined;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ctrl-C: end the input, print what was read. */
  readonly interrupt: AbortSignal;
  /** Calls back on each SIGHUP, from the first call of this on. */
  readonly onHangup?: (listener: () => void) => void;
  /** Writes a pid file, becomes another user. Without it, neither. */
  readonly prepareProcess?: typeof prepareProcess;
  /** Before much is read: what is made of it is let go soon. */
  readonly expectMuch?: () => void;
  /** The program that reads captures, which gets a thread of its own from so many bytes on; without it there is none. */
  readonly readingWorker?: ReadingWorker;
  /** The program of a proxy's relay, which gets a thread of its own; without it there is none. */
  readonly relayWorker?: URL;
  /** Lets a proxy's relay go before this thread; without it they are equal. */
  readonly giveWay?: () => void;
}

/** A line on stderr, rarely more. File names and the like may hold anything, so it is escaped. */
export function say(io: { readonly stderr: Teller }, message: string): void {
  io.stderr.write(`mqtt-dissect: ${message.split('\n').map(escapeText).join('\n')}\n`);
}

export function warn(io: { readonly stderr: Teller }, message: string): void {
  say(io, `warning: ${message}`);
}
