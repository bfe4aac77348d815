// A relay in a thread of its own, so that nothing of what is done with the traffic holds it up. Calls go there as messages
// and come back as messages; errors of wrong use arrive as what they were.

import { Worker } from 'node:worker_threads';
import { UserError, type UserErrorCode } from '../../user-error.js';
import type { RelayTotals } from './relay.js';
import type { RelayDriver } from './relay-driver.js';
import type { RelaySetup } from './relay-setup.js';

export type Method = keyof RelayDriver;

export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly kind: 'wake' }
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly message: string; readonly code?: UserErrorCode };

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class RelayThread implements RelayDriver {
  readonly start = this.method('start');
  readonly connections = this.method('connections');
  readonly totals = this.method('totals');
  readonly cut = this.method('cut');
  readonly faults = this.method('faults');
  readonly addFault = this.method('addFault');
  readonly removeFault = this.method('removeFault');
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private count = 0;
  private over: Error | undefined = undefined;

  /** `onFailure`: the thread has ended by itself, which is a bug. */
  constructor(file: URL, setup: RelaySetup, wake: () => void, onFailure: (error: Error) => void) {
    this.worker = new Worker(file, { workerData: setup });
    this.worker.on('message', (answer: Answer) => {
      if (answer.kind === 'wake') wake();
      else this.answered(answer);
    });
    this.worker.on('error', (error) => this.ended(error, onFailure));
    this.worker.on('exit', (code) => this.ended(new Error(`the relay ended with ${code}`), onFailure));
  }

  async stop(grace: number): Promise<RelayTotals> {
    const totals = (await this.call('stop', [grace])) as RelayTotals;
    this.over ??= new Error('the relay has ended');
    await this.worker.terminate();
    return totals;
  }

  private method<M extends Method>(name: M): RelayDriver[M] {
    return ((...args: unknown[]) => this.call(name, args)) as unknown as RelayDriver[M];
  }

  private call(method: Method, args: readonly unknown[]): Promise<unknown> {
    const { over } = this;
    if (over !== undefined) return Promise.reject(over);
    const id = ++this.count;
    this.worker.postMessage({ id, method, args } satisfies Call);
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }

  private answered(answer: Exclude<Answer, { kind: 'wake' }>): void {
    const pending = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if (answer.kind === 'value') pending?.resolve(answer.value);
    else {
      const { code, message } = answer;
      pending?.reject(code === undefined ? new Error(message) : new UserError(code, message));
    }
  }

  private ended(error: Error, onFailure: (error: Error) => void): void {
    if (this.over !== undefined) return;
    this.over = error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
    onFailure(error);
  }
}
