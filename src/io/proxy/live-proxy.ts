// A proxy: a relay, in this thread or another, and what is made of what it tells: a capture to read, a recording, a key log.
// The relay waits for nothing of that.

import type { FindingComments } from '../recording/comments.js';
import { KeyLogWriter } from '../recording/key-log.js';
import { Recorder, type RecorderOptions } from '../recording/recorder.js';
import type { LiveBatch, LiveEvent, LiveRecord } from './live-batch.js';
import { LiveCapture } from './live-capture.js';
import type { RelayListening, RelayTotals } from './relay.js';
import type { RelayDriver } from './relay-driver.js';
import { RelayHost } from './relay-host.js';
import type { RelaySetup } from './relay-setup.js';
import { RelayThread } from './relay-thread.js';
import { Ring } from './ring.js';

/** What the relay may be ahead of whoever reads: bytes, a power of two. */
export const RING_BYTES = 64 * 1024 * 1024;

export interface ProxyOptions {
  readonly setup: Omit<RelaySetup, 'ring' | 'keepsBytes' | 'tellsSecrets'>;
  /** The program of the relay's thread; without it the relay runs in this one. */
  readonly worker?: URL | undefined;
  /** Somebody reads the packets; otherwise they are recorded only, if at all. */
  readonly isRead: boolean;
  readonly recording?: Omit<RecorderOptions, 'onFailure' | 'onLoss'> | undefined;
  /** Path of the key log that secrets of TLS clients are written to. */
  readonly keyLog?: string | undefined;
  /** What stands with packets in the recording, by what was read of them. */
  readonly comments?: FindingComments | undefined;
  readonly eventText: (event: LiveEvent) => string;
  /** Something that people should know, and that stops nothing. */
  readonly onWarning: (message: string) => void;
  /** The relay has ended by itself. */
  readonly onFailure: (error: Error) => void;
  readonly ringBytes?: number;
}

export class LiveProxy {
  readonly driver: RelayDriver;
  private readonly capture: LiveCapture;
  private readonly recorder: Recorder | undefined;
  private readonly keyLog: KeyLogWriter | undefined;
  private stopping: Promise<RelayTotals> | undefined = undefined;

  constructor(private readonly options: ProxyOptions) {
    const { recording, keyLog, worker, isRead, onWarning, onFailure, ringBytes = RING_BYTES } = options;
    const onLoss = (packets: number) => onWarning(`${packets} packets were not recorded: the disk was too slow`);
    this.recorder =
      recording === undefined
        ? undefined
        : new Recorder({ ...recording, onLoss, onFailure: ({ message }) => onWarning(message) });
    this.keyLog = keyLog === undefined ? undefined : new KeyLogWriter(keyLog, ({ message }) => onWarning(message));
    const keepsBytes = isRead || recording !== undefined;
    const ring = Ring.memory(keepsBytes ? ringBytes : Math.min(ringBytes, 1024 * 1024));
    const tellsSecrets = keyLog !== undefined || options.setup.isEncrypted;
    const setup: RelaySetup = { ...options.setup, ring, keepsBytes, tellsSecrets };
    const wake = () => this.capture.wake();
    this.driver = worker === undefined ? new RelayHost(setup, wake) : new RelayThread(worker, setup, wake, onFailure);
    this.capture = new LiveCapture(new Ring(ring), this.recordOf(), isRead);
  }

  /** Rejects with UserError when a file cannot be written or nobody can listen; then nothing is. */
  async start(): Promise<readonly RelayListening[]> {
    await this.keyLog?.open();
    await this.recorder?.open();
    return this.driver.start();
  }

  /** What passes, until the end; must be read by somebody, or nothing is recorded. */
  batches(): AsyncGenerator<LiveBatch, void, void> {
    return this.capture.batches();
  }

  /** What has passed so far was read and recorded. */
  settled(): Promise<void> {
    return this.capture.settled();
  }

  /** Bytes that were not read, and bytes that were not even recorded, since they came too fast. */
  get missed(): { readonly unread: number; readonly lost: number } {
    return { unread: this.capture.passedOver, lost: this.capture.lost };
  }

  /** Nobody is accepted any more; after the grace (ms) everything is closed, and the batches end. */
  stop(grace: number): Promise<RelayTotals> {
    this.stopping ??= this.end(grace);
    return this.stopping;
  }

  private async end(grace: number): Promise<RelayTotals> {
    try {
      return await this.driver.stop(grace);
    } finally {
      this.capture.end();
    }
  }

  /** After the last batch: files are whole. */
  async close(): Promise<void> {
    await this.capture.recordRest(async () => this.recorder?.flush());
    for (const text of this.options.comments?.rest() ?? []) this.recorder?.event(text);
    await this.recorder?.close();
    await this.keyLog?.close();
  }

  private recordOf(): LiveRecord | undefined {
    const { recorder, keyLog, options } = this;
    if (recorder === undefined && keyLog === undefined) return undefined;
    const { comments, eventText, setup } = options;
    return {
      packet: (route, time, bytes, number) =>
        recorder?.packet(route, time, bytes, number > 0 ? comments?.of(number) : undefined),
      secrets(lines) {
        keyLog?.write(lines);
        if (setup.isEncrypted) recorder?.secrets(lines);
      },
      event: (_, event) => recorder?.event(eventText(event)),
    };
  }
}
