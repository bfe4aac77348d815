// A proxy inside a program, a test above all: started with one call on a free port of this machine, with what passes as
// events, faults on demand, and closed without a trace.
//
//   const proxy = await createProxy({ target: 'tcp://127.0.0.1:1883' });
//   proxy.on('finding', (finding) => …);
//   const client = mqtt.connect(proxy.url);
//   await proxy.addFault('drop PUBACK every 10');
//   await proxy.close();

import { EventEmitter } from 'node:events';
import { Dissector, type DissectorOptions } from '../dissect/dissector.js';
import type { Item, PacketItem, Summary } from '../dissect/item.js';
import type { FaultState } from '../faults/faults.js';
import { toFaultRule } from '../faults/read-rules.js';
import type { FaultRule } from '../faults/rule.js';
import type { Finding } from '../validate/finding.js';
import { Judge, type JudgeOptions } from '../validate/judge.js';
import { parseListen, parseTarget } from './proxy/addresses.js';
import type { LiveBatch, LiveEvent } from './proxy/live-batch.js';
import { LiveProxy } from './proxy/live-proxy.js';
import type { ConnectionState, RelayListening, RelayTotals } from './proxy/relay.js';
import type { RelayLimits } from './proxy/relay-limits.js';
import type { RouteSetup } from './proxy/relay-setup.js';
import { doubtAfter, doubted } from './proxy/server-doubt.js';
import type { RelayEvent } from './proxy/watcher.js';
import { FindingComments } from './recording/comments.js';
import type { RecorderOptions } from './recording/recorder.js';

export interface ProxyRoute extends Omit<RouteSetup, 'listen' | 'target'> {
  /** tcp://127.0.0.1:0 unless given: a free port of this machine. */
  readonly listen?: string;
  readonly target: string;
}

export interface CreateProxyOptions extends Omit<ProxyRoute, 'target'> {
  readonly target?: string;
  /** In place of `listen` and `target`, several pairs. */
  readonly routes?: readonly ProxyRoute[];
  /** Rules, or words for them. */
  readonly faults?: readonly (FaultRule | string)[];
  /** false: packets are told, not judged. */
  readonly check?: boolean;
  readonly dissector?: Partial<DissectorOptions>;
  readonly judge?: Partial<JudgeOptions>;
  /** A recording in pcapng. */
  readonly write?: string;
  readonly limits?: Partial<RelayLimits>;
}

export interface ProxyEvents {
  /** Views in it are valid during the call. */
  readonly packet: readonly [packet: PacketItem, findings: readonly Finding[]];
  readonly finding: readonly [finding: Finding];
  /** Of the dissection (a gap, lost sync, a close) or of the relay (connected, failed, cut, a fault). */
  readonly event: readonly [event: Exclude<Item, PacketItem> | RelayEvent];
  /** Something stops being done: a recording whose disk is full. */
  readonly warning: readonly [message: string];
  readonly closed: readonly [summary: Summary];
}

export type RunningProxy = Omit<ProxyRun, 'start'>;

/**
 * Starts it. Faults may come at any time, so WebSocket ends here on both sides: what is inside is passed on as it is.
 * Rejects with UserError when something of it cannot be; then nothing is.
 */
export async function createProxy(options: CreateProxyOptions): Promise<RunningProxy> {
  const proxy = new ProxyRun(options);
  await proxy.start();
  return proxy;
}

class ProxyRun {
  private readonly emitter = new EventEmitter();
  private dissector: Dissector;
  private readonly judge: Judge | undefined;
  private readonly proxy: LiveProxy;
  private listening: readonly RelayListening[] = [];
  private reading: Promise<void> = Promise.resolve();
  private closing: Promise<void> | undefined = undefined;
  private readonly comments = new FindingComments();
  /** Why nothing is held against servers from now on. */
  private serverDoubt: string | undefined = undefined;

  constructor(private readonly options: CreateProxyOptions) {
    const { check = true, judge, write, limits, faults = [] } = options;
    this.dissector = new Dissector();
    this.judge = check ? new Judge(judge) : undefined;
    const routes = routesOf(options).map(({ listen = 'tcp://127.0.0.1:0', target, ...rest }) => {
      return { ...rest, listen: parseListen(listen), target: parseTarget(target) };
    });
    this.proxy = new LiveProxy({
      setup: {
        ...{ routes, hasGates: true, isEncrypted: false },
        faults: faults.map((rule) => toFaultRule(rule)),
        ...(limits === undefined ? {} : { limits }),
      },
      isRead: true,
      recording: write === undefined ? undefined : recordingOf(write, routesOf(options)),
      comments: write === undefined ? undefined : this.comments,
      eventText: ({ event }) => (event.kind === 'fault' ? event.fault.message : JSON.stringify(event)),
      onWarning: (message) => this.tell('warning', message),
      onFailure: (error) => this.emitter.emit('error', error),
    });
  }

  /** Of the first listener: mqtt://127.0.0.1:40321. */
  get url(): string {
    return this.urls[0]!;
  }

  get urls(): readonly string[] {
    return this.listening.map(({ url }) => url);
  }

  get port(): number {
    return this.listening[0]!.port;
  }

  on<N extends keyof ProxyEvents>(name: N, listener: (...args: ProxyEvents[N]) => void): this {
    this.emitter.on(name, listener as never);
    return this;
  }

  once<N extends keyof ProxyEvents>(name: N, listener: (...args: ProxyEvents[N]) => void): this {
    this.emitter.once(name, listener as never);
    return this;
  }

  off<N extends keyof ProxyEvents>(name: N, listener: (...args: ProxyEvents[N]) => void): this {
    this.emitter.off(name, listener as never);
    return this;
  }

  connections(): Promise<readonly ConnectionState[]> {
    return this.proxy.driver.connections();
  }

  totals(): Promise<RelayTotals> {
    return this.proxy.driver.totals();
  }

  faults(): Promise<readonly FaultState[]> {
    return this.proxy.driver.faults();
  }

  /** A rule, or words for it: gives its number. Rejects with UserError for one that cannot be. */
  addFault(rule: FaultRule | string): Promise<number> {
    return this.proxy.driver.addFault(rule);
  }

  /** Whether there was such a rule. */
  removeFault(number: number): Promise<boolean> {
    return this.proxy.driver.removeFault(number);
  }

  /** Whether there was such a connection. */
  cut(connection: number, how: 'fin' | 'rst' = 'rst'): Promise<boolean> {
    return this.proxy.driver.cut(connection, how);
  }

  /** What has passed so far was told. */
  settled(): Promise<void> {
    return this.proxy.settled();
  }

  /** Connections have so long (ms) to finish. Resolves when everything is closed, told and written. */
  close(grace = 0): Promise<void> {
    this.closing ??= this.end(grace);
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async start(): Promise<void> {
    this.listening = await this.proxy.start();
    // What comes to these should be MQTT, and is said to be none.
    const ports = this.listening.map(({ port }) => port).filter((port) => port > 0);
    this.dissector = new Dissector({ ports, ...this.options.dissector });
    this.reading = this.read();
  }

  private async end(grace: number): Promise<void> {
    await this.proxy.stop(grace);
    await this.reading;
    await this.proxy.close();
    this.tell('closed', this.dissector.summary());
  }

  private async read(): Promise<void> {
    for await (const batch of this.proxy.batches()) this.take(batch);
    for (const item of this.dissector.end()) this.item(item);
    this.fair(this.judge?.end() ?? []).forEach(this.found);
  }

  private take({ packets, events }: LiveBatch): void {
    for (const packet of packets) for (const item of this.dissector.push(packet)) this.item(item);
    for (const { event } of events satisfies readonly LiveEvent[]) {
      this.serverDoubt ??= doubtAfter(
        event.kind,
        event.kind === 'fault' ? event.fault.message : `number ${event.connection}`,
      );
      this.tell('event', event);
    }
  }

  private item(item: Item): void {
    const findings = this.fair(this.judge?.push(item) ?? []);
    if (item.kind === 'packet') this.tell('packet', item, findings);
    else this.tell('event', item);
    findings.forEach(this.found);
  }

  private fair(findings: readonly Finding[]): readonly Finding[] {
    const { serverDoubt } = this;
    return serverDoubt === undefined ? findings : findings.map((finding) => doubted(finding, serverDoubt));
  }

  private readonly found = (finding: Finding): void => {
    if (this.options.write !== undefined) this.comments.add(finding);
    this.tell('finding', finding);
  };

  /** A listener that throws does not stop the others. */
  private tell<N extends keyof ProxyEvents>(name: N, ...args: ProxyEvents[N]): void {
    try {
      this.emitter.emit(name, ...args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

function routesOf({
  routes,
  listen,
  target,
  tls,
  targetTls,
  proxyProtocol,
}: CreateProxyOptions): readonly ProxyRoute[] {
  if (routes !== undefined) return routes;
  return [
    {
      target: target ?? '',
      ...(listen === undefined ? {} : { listen }),
      ...(tls === undefined ? {} : { tls }),
      ...(targetTls === undefined ? {} : { targetTls }),
      ...(proxyProtocol === undefined ? {} : { proxyProtocol }),
    },
  ];
}

function recordingOf(path: string, routes: readonly ProxyRoute[]): RecorderOptions {
  return { path, program: 'mqtt-dissect', interfaces: routes.map(({ target }) => ({ name: target })) };
}
