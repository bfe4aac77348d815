// The thread of a relay: what RelayThread calls is done here.

import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../user-error.js';
import { RelayHost } from './relay-host.js';
import type { RelaySetup } from './relay-setup.js';
import type { Answer, Call } from './relay-thread.js';

const port = parentPort!;
const answer = (one: Answer): void => port.postMessage(one);
const host = new RelayHost(workerData as RelaySetup, () => answer({ kind: 'wake' }));

port.on('message', async ({ id, method, args }: Call) => {
  try {
    const value = await (host[method] as (...all: readonly unknown[]) => Promise<unknown>).apply(
      host,
      args as unknown[],
    );
    answer({ kind: 'value', id, value });
  } catch (error) {
    const { message } = error as Error;
    answer({ kind: 'error', id, message, ...(error instanceof UserError ? { code: error.code } : {}) });
  }
});
