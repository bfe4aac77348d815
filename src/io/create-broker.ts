// A broker inside a program, a test above all: started with one call, on a free port of this machine unless told otherwise,
// with events, and closed without a trace.
//
//   const broker = await createBroker();
//   broker.on('connected', ({ clientId }) => …);
//   const client = mqtt.connect(broker.url);
//   await broker.close();

import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Counters } from '../broker/counters.js';
import type { PublishedInput } from '../broker/input.js';
import type { BrokerEvent } from '../broker/output.js';
import type { ListenerSettings } from '../broker/settings.js';
import { BrokerServer } from './broker-server.js';
import type { BrokerServerOptions, CommonSettings } from './broker-server-options.js';
import { heapBytes } from './heap.js';
import type { Listener } from './listeners/listener.js';
import { openStoreIn } from './store/open-store.js';

type Edge = Partial<Omit<BrokerServerOptions, 'listeners' | 'settings' | 'onEvent' | 'onError' | 'onRefused'>>;

/** `host`, `port`, `path`, `protocol`, `tls` and settings of one listener, or several `listeners`. */
export interface CreateBrokerOptions extends Listener, Edge {
  /** The folder of a database: sessions, messages and retained messages are there again after the next start. */
  readonly persist?: string;
  readonly listeners?: readonly Listener[];
  /** Of the broker, and of its one listener. */
  readonly settings?: CommonSettings & Partial<ListenerSettings>;
}

export interface BrokerEvents {
  /** A connection that did not come so far as to be one of MQTT. */
  readonly 'connection-refused': { readonly listener: number; readonly remote: string; readonly reason: string };
  /** The store has failed; the broker serves nobody any more. */
  readonly error: Error;
  readonly closed: undefined;
}

export type BrokerEventName = BrokerEvent['name'] | keyof BrokerEvents;
export type BrokerEventOf<N extends BrokerEventName> = N extends keyof BrokerEvents
  ? BrokerEvents[N]
  : Extract<BrokerEvent, { readonly name: N }>;

export type PublishOptions = Partial<Pick<PublishedInput, 'qos' | 'retain' | 'properties'>>;

export interface Broker {
  /** Of the first listener: mqtt://127.0.0.1:40321. */
  readonly url: string;
  readonly urls: readonly string[];
  readonly port: number;
  /** What has been counted so far. */
  readonly counters: Readonly<Counters>;
  readonly connections: number;
  /** Messages are told (`published`) only with the setting `tellsMessages`. */
  on<N extends BrokerEventName>(name: N, listener: (event: BrokerEventOf<N>) => void): this;
  once<N extends BrokerEventName>(name: N, listener: (event: BrokerEventOf<N>) => void): this;
  off<N extends BrokerEventName>(name: N, listener: (event: BrokerEventOf<N>) => void): this;
  /** A message of the broker's own. */
  publish(topic: string, payload: string | Uint8Array, options?: PublishOptions): void;
  /** Ends a client's connection: DISCONNECT with 0x98 unless told otherwise. */
  disconnect(clientId: string, reasonCode?: number): void;
  /** Tells the clients, and resolves when all connections and listeners are closed. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts it. Rejects with a UserError when a listener or the database cannot be opened; then nothing is. */
export async function createBroker({ persist, ...options }: CreateBrokerOptions = {}): Promise<Broker> {
  if (persist === undefined) return startBroker(options);
  const store = await openStoreIn(persist, options.durable);
  try {
    return await startBroker({ ...options, store });
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function startBroker(options: Omit<CreateBrokerOptions, 'persist'>): Promise<Broker> {
  const emitter = new EventEmitter();
  // Later, so that a listener that throws does not stop the broker in the middle of its work.
  const tell = (name: string, event: unknown) => {
    if (emitter.listenerCount(name) > 0 || name === 'error') queueMicrotask(() => emitter.emit(name, event));
  };
  const { listeners, settings, host = '127.0.0.1', port, path, protocol, tls, ipv6Only, mayFail, ...edge } = options;
  const one = { host, settings: settings ?? {}, ...given({ port, path, protocol, tls, ipv6Only, mayFail }) };
  const server = new BrokerServer({
    tools: { nextId: randomUUID, heapBytes },
    ...edge,
    listeners: listeners ?? [one],
    ...(settings === undefined ? {} : { settings }),
    onEvent: (event) => tell(event.name, event),
    onError: (error) => tell('error', error),
    onRefused: (listener, remote, reason) => tell('connection-refused', { listener, remote, reason }),
  });
  await server.start();
  return new RunningBroker(server, emitter);
}

class RunningBroker implements Broker {
  constructor(
    private readonly server: BrokerServer,
    private readonly emitter: EventEmitter,
  ) {}

  get url(): string {
    return this.urls[0]!;
  }

  get urls(): readonly string[] {
    return this.server.listening.map(({ url }) => url);
  }

  get port(): number {
    return this.server.listening[0]!.port;
  }

  get counters(): Readonly<Counters> {
    return this.server.core.counters;
  }

  get connections(): number {
    return this.server.connections;
  }

  on<N extends BrokerEventName>(name: N, listener: (event: BrokerEventOf<N>) => void): this {
    this.emitter.on(name, listener);
    return this;
  }

  once<N extends BrokerEventName>(name: N, listener: (event: BrokerEventOf<N>) => void): this {
    this.emitter.once(name, listener);
    return this;
  }

  off<N extends BrokerEventName>(name: N, listener: (event: BrokerEventOf<N>) => void): this {
    this.emitter.off(name, listener);
    return this;
  }

  publish(
    topic: string,
    payload: string | Uint8Array,
    { qos = 0, retain = false, properties }: PublishOptions = {},
  ): void {
    const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
    const input = { kind: 'published', topic, payload: bytes, qos, retain } as const;
    this.server.run(properties === undefined ? input : { ...input, properties });
  }

  disconnect(clientId: string, reasonCode?: number): void {
    this.server.run({ kind: 'disconnect', clientId, ...(reasonCode === undefined ? {} : { reasonCode }) });
  }

  async close(): Promise<void> {
    await this.server.stop();
    this.emitter.emit('closed');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
