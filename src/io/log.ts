// The broker's log as mosquitto.conf asks for it: which lines (log_type, connection_messages), with which time before them,
// where to (log_dest). Opened again on reload, so that a file can be moved away under it.

import type { GlobalOptions, LogType } from '../broker/config/configuration.js';
import type { BrokerEvent } from '../broker/output.js';
import { eventText } from './broker-log.js';
import { type LogSink, type LogSurroundings, openSinks } from './log-destinations.js';
import { formatTime } from './log-time.js';

export type LogOptions = Pick<
  GlobalOptions,
  | 'connectionMessages'
  | 'logDestinations'
  | 'logFile'
  | 'logFacility'
  | 'logTimestamp'
  | 'logTimestampFormat'
  | 'logTypes'
>;

/** As mosquitto sorts them; others are of no type and not logged. */
const EVENT_TYPES: Partial<Readonly<Record<BrokerEvent['name'], LogType>>> = {
  connected: 'notice',
  disconnected: 'notice',
  refused: 'notice',
  subscribed: 'subscribe',
  'subscribe-refused': 'subscribe',
  unsubscribed: 'unsubscribe',
  dropping: 'warning',
  'session-ended': 'notice',
  'bridge-connecting': 'notice',
  'bridge-connected': 'notice',
  'bridge-lost': 'notice',
  'bridge-trouble': 'warning',
};
const CONNECTIONS: readonly BrokerEvent['name'][] = ['connected', 'disconnected', 'refused'];

export class BrokerLog {
  private sinks: readonly LogSink[];
  private types: ReadonlySet<LogType>;

  constructor(
    private options: LogOptions,
    private readonly to: LogSurroundings,
    /** Milliseconds since 1970. */
    private readonly clock: () => number = Date.now,
  ) {
    this.sinks = openSinks(options, to);
    this.types = new Set(options.logTypes);
  }

  /** Whether such lines go anywhere: what is not asked for need not be made. */
  takes(type: LogType): boolean {
    return this.types.has(type) && this.sinks.length > 0;
  }

  write(type: LogType, text: string): void {
    if (!this.takes(type)) return;
    const line = `${this.time()}${text}`;
    for (const sink of this.sinks) sink.write(type, line, text);
  }

  event(event: BrokerEvent): void {
    const type = EVENT_TYPES[event.name];
    if (type === undefined || !this.takes(type)) return;
    if (!this.options.connectionMessages && CONNECTIONS.includes(event.name)) return;
    const text = eventText(event);
    if (text !== undefined) this.write(type, text);
  }

  /** After a reload, and when files have been moved. */
  reopen(options: LogOptions): void {
    this.close();
    this.options = options;
    this.types = new Set(options.logTypes);
    this.sinks = openSinks(options, this.to);
  }

  close(): void {
    for (const sink of this.sinks) sink.close();
    this.sinks = [];
  }

  private time(): string {
    const { logTimestamp, logTimestampFormat } = this.options;
    if (!logTimestamp) return '';
    const now = this.clock();
    const shown =
      logTimestampFormat === undefined ? Math.floor(now / 1000) : formatTime(logTimestampFormat, new Date(now));
    return `${shown}: `;
  }
}
