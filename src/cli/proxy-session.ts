// One run of `proxy`: the proxy, what is shown of it while it runs, its control interface, and its end.

import { parseControlAddress } from '../io/control/address.js';
import { type Control, createControl } from '../io/control/control.js';
import { LiveProxy } from '../io/proxy/live-proxy.js';
import type { RelayListening, RelayTotals } from '../io/proxy/relay.js';
import { FindingComments } from '../io/recording/comments.js';
import { NO_PORT } from '../io/watch/tcp-segments.js';
import type { FailOn } from '../report/judgement/judgement.js';
import { plural } from '../report/preview.js';
import { EXIT } from './exit-codes.js';
import { type Io, say, warn } from './io.js';
import { judgeLimitsOf } from './judge-limits.js';
import { Judging } from './judging.js';
import { limitsAmong } from './limits.js';
import type { ReportOptions } from './options.js';
import { PacketLines } from './packet-lines.js';
import { Packets } from './packets.js';
import { proxyControl } from './proxy-control.js';
import type { ProxyFlags } from './proxy-options.js';
import { recordingOf, setupOf } from './proxy-setup.js';
import { liveSource, ProxyView, textOf } from './proxy-view.js';
import { readLive } from './reading.js';
import { type SelectionFlags, Sieve } from './selection-options.js';
import { StatusLine } from './status-line.js';

export interface ProxyOptions extends ProxyFlags, ReportOptions, SelectionFlags {
  readonly quiet?: boolean;
  readonly check: boolean;
  readonly failOn: FailOn;
}

/** Milliseconds between two looks at what passes. */
const STATUS_PERIOD = 500;
const MILLISECONDS = 1000;

/** Until Ctrl-C, or until nobody reads any more. Throws UserError when something of it cannot be; then nothing is. */
export async function runProxy(options: ProxyOptions, io: Io): Promise<number> {
  const session = new Session(options, await setupOf(options), io);
  await session.run();
  return session.exitCode();
}

class Session {
  private readonly stop = new AbortController();
  private readonly status: StatusLine;
  private readonly judging: Judging | undefined;
  private readonly view: ProxyView;
  private readonly lines: PacketLines;
  private readonly proxy: LiveProxy;
  private failure: Error | undefined = undefined;

  constructor(
    private readonly options: ProxyOptions,
    setup: Awaited<ReturnType<typeof setupOf>>,
    private readonly io: Io,
  ) {
    const { check, showSecrets = false, write, keylog } = options;
    const isRead = isReadFor(options);
    const sieve = new Sieve(options);
    this.status = new StatusLine(io.stderr, isRead);
    this.lines = new PacketLines(showSecrets);
    this.judging = isRead && check ? new Judging(sieve, { limits: judgeLimitsOf(options) }) : undefined;
    const packets = new Packets([], options, sieve, this.judging, io);
    const comments = write === undefined ? undefined : new FindingComments();
    this.view = new ProxyView(packets, this.judging, this.status, this.lines, comments, isRead);
    this.proxy = new LiveProxy({
      ...{ setup, isRead, worker: io.relayWorker, recording: recordingOf(options), keyLog: keylog },
      comments,
      eventText: ({ event, client }) => textOf(event, client),
      onWarning: (message) => this.status.aside(() => warn(io, message)),
      onFailure: (error) => {
        this.failure = error;
        this.stop.abort();
      },
    });
  }

  async run(): Promise<void> {
    let control: Control | undefined;
    try {
      control = await this.controlled();
      const listening = await this.proxy.start();
      this.io.giveWay?.();
      await this.serve(listening, control);
    } catch (error) {
      throw this.failure ?? error;
    } finally {
      await control?.close();
      // Nothing, when it has been stopped or is broken.
      await this.proxy.stop(0).catch(() => {});
      await this.proxy.close();
    }
  }

  exitCode(): number {
    const { judging, io, options } = this;
    if (judging === undefined) return EXIT.ok;
    if (judging.tellErrors(io)) return EXIT.usage;
    const { must, should } = judging.found;
    const failing = { must, should: must + should, never: 0 }[options.failOn];
    return failing > 0 ? EXIT.findings : EXIT.ok;
  }

  private async controlled(): Promise<Control | undefined> {
    const { options, proxy, view, lines, io } = this;
    if (options.control === undefined) return undefined;
    return createControl({
      ...parseControlAddress(options.control),
      control: proxyControl(proxy.driver, view, lines),
      onError: (error) => this.status.aside(() => say(io, `control interface: ${(error as Error).stack ?? error}`)),
    });
  }

  private async serve(listening: readonly RelayListening[], control: Control | undefined): Promise<void> {
    const { io, options, view, proxy, stop } = this;
    await view.begin();
    // What comes to these ports should be MQTT, and is said to be none.
    const port = listening.map((one) => (one.port === 0 ? NO_PORT : one.port));
    const flags = { ...limitsAmong(options), reassembly: true, port };
    const reading = readLive(liveSource('the proxy', proxy), flags, view, io).finally(() => stop.abort());
    // It is awaited further on.
    reading.catch(() => {});
    for (const [index, { url }] of listening.entries()) {
      say(io, `listening on ${url}, passing on to ${options.target![index]}`);
    }
    if (control !== undefined) say(io, `control interface on ${control.url}`);
    const timer = setInterval(() => this.update().catch(() => {}), STATUS_PERIOD);
    await aborted(io.interrupt, stop.signal);
    clearInterval(timer);
    const totals = await this.finish();
    await reading;
    await proxy.close();
    this.tell(totals);
  }

  /** Connections may finish, if somebody still looks. */
  private async finish(): Promise<RelayTotals> {
    const { io, options, view, proxy, status } = this;
    status.clear();
    const { connections } = await proxy.driver.totals();
    const seconds = view.broken || view.isFull ? 0 : options.grace;
    if (connections > 0 && seconds > 0) {
      say(
        io,
        `stopping: ${plural(connections, 'connection')} may finish within ${seconds} s; Ctrl-C again ends at once`,
      );
    }
    return proxy.stop(seconds * MILLISECONDS);
  }

  private async update(): Promise<void> {
    const { must = 0, should = 0, note = 0 } = this.judging?.found ?? {};
    const { connections, received, sent } = await this.proxy.driver.totals();
    const passing = { connections, bytes: received + sent, packets: this.view.packetCount };
    if (!this.stop.signal.aborted)
      this.status.update({ ...passing, findings: must + should + note }, performance.now());
  }

  private tell({ everConnected, failed, received, sent }: RelayTotals): void {
    const { io, proxy } = this;
    const failures = failed > 0 ? `, ${plural(failed, 'failure')}` : '';
    const bytes = `${plural(received, 'byte')} from clients, ${plural(sent, 'byte')} to them`;
    say(io, `${plural(everConnected, 'connection')}${failures}, ${bytes}`);
    const { unread, lost } = proxy.missed;
    if (unread > 0) warn(io, `${plural(unread, 'byte')} came faster than they could be read: there are gaps above`);
    if (lost > 0) warn(io, `${plural(lost, 'byte')} came faster than they could be read or recorded`);
  }
}

/** Somebody wants to know of packets. */
function isReadFor({ quiet = false, check, failOn, format, output, control, write }: ProxyOptions): boolean {
  const isJudged = check && (failOn !== 'never' || write !== undefined);
  return !quiet || isJudged || [format, output, control].some((one) => one !== undefined);
}

function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
