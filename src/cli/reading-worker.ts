// The thread that reads captures: TCP, what is around MQTT, and where its packets begin; ReadingThread is the other end. It
// may begin before it is known what to read: that comes with the first message.

import { parentPort } from 'node:worker_threads';
import { UserError } from '../user-error.js';
import { BatchSink } from './batch-sink.js';
import { Reading } from './capture-reading.js';
import type { FromReading, ReadingSetup, ToReading } from './reading-messages.js';

const port = parentPort!;
const post = (message: FromReading): void => port.postMessage(message);

async function read({ paths, settings, isVisible, glances }: ReadingSetup): Promise<void> {
  const sink = new BatchSink(isVisible, glances, post);
  const interrupt = new AbortController();
  port.on('message', (message: ToReading) => {
    if (message.kind === 'interrupt') interrupt.abort();
    sink.hear(message);
  });
  try {
    const stderr = { write: (text: string) => sink.say(text) };
    const { progress } = sink;
    const around = { stdin: undefined, stderr, interrupt: interrupt.signal, progress };
    post({ kind: 'done', complete: await new Reading(false, settings, sink, around).readAll(paths) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, message } = error;
    post({ kind: 'refused', code, message });
  }
  port.close();
}

port.once('message', read);
