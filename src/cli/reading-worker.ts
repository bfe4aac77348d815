// The thread that reads captures: TCP, what is around MQTT, and where its packets begin; ReadingThread is the other end.

import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../user-error.js';
import { BatchSink } from './batch-sink.js';
import { Reading } from './capture-reading.js';
import type { FromReading, ReadingSetup, ToReading } from './reading-messages.js';

const port = parentPort!;
const { paths, settings, isVisible, glances } = workerData as ReadingSetup;
const post = (message: FromReading): void => port.postMessage(message);
const sink = new BatchSink(isVisible, glances, post);
const interrupt = new AbortController();

port.on('message', (message: ToReading) => {
  if (message.kind === 'interrupt') interrupt.abort();
  sink.hear(message);
});

try {
  const stderr = { write: (text: string) => sink.say(text) };
  const { progress } = sink;
  const reading = new Reading(false, settings, sink, {
    stdin: undefined,
    stderr,
    interrupt: interrupt.signal,
    progress,
  });
  post({ kind: 'done', complete: await reading.readAll(paths) });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  const { code, message } = error;
  post({ kind: 'refused', code, message });
}
port.close();
