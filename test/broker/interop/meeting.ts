// A broker that is watched, and the real programs that meet it. When it is over all programs are ended, and what the
// judge holds against either side of what passed is told.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Broker, CreateBrokerOptions } from '../../../src/io/create-broker.js';
import { type Watched, watchedBroker } from '../../support/watched.js';

export interface Ended {
  readonly code: number | null;
  readonly text: string;
}

export class Program {
  readonly ended: Promise<Ended>;
  private text = '';

  constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (bytes: Buffer) => {
        this.text += bytes.toString();
      });
    }
    this.ended = new Promise((resolve) => child.on('close', (code) => resolve({ code, text: this.text })));
  }

  input(text: string): this {
    this.child.stdin!.end(text);
    return this;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

export class Meeting {
  private readonly programs: Program[] = [];

  private constructor(private readonly watched: Watched) {}

  static async of(options: CreateBrokerOptions = {}): Promise<Meeting> {
    return new Meeting(await watchedBroker({ ...options, settings: { sysInterval: 0, ...options.settings } }));
  }

  get broker(): Broker {
    return this.watched.broker;
  }

  start(program: string, ...args: readonly string[]): Program {
    const one = new Program(spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] }));
    this.programs.push(one);
    return one;
  }

  /** When so many subscriptions have been made since the call. */
  subscribed(count = 1): Promise<void> {
    let left = count;
    return new Promise((resolve) => {
      const told = () => {
        if (--left > 0) return;
        this.broker.off('subscribed', told);
        resolve();
      };
      this.broker.on('subscribed', told);
    });
  }

  async over(): Promise<readonly string[]> {
    for (const program of this.programs) program.kill();
    const { findings } = await this.watched.ended();
    return findings;
  }
}
