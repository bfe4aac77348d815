// One run of `proxy`: the proxy, what is shown of it while it runs, its control interface, and its end.

import { parseControlAddress } from '../io/control/address.js';
import { type Control, createControl } from '../io/control/control.js';
import type { LiveEvent } from '../io/proxy/live-capture.js';
import { LiveProxy } from '../io/proxy/live-proxy.js';
import type { RelayTotals } from '../io/proxy/relay.js';
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

export async function runProxy(options: ProxyOptions, io: Io): Promise<number> {
  const { quiet = false, check, showSecrets = false, write, control: controlAddress } = options;
  const isRead = !quiet || controlAddress !== undefined || (write !== undefined && check);
  const address = controlAddress === undefined ? undefined : parseControlAddress(controlAddress);
  const setup = await setupOf(options);
  const sieve = new Sieve(options);
  const judging = isRead && check ? new Judging(sieve, { limits: judgeLimitsOf(options) }) : undefined;
  const status = new StatusLine(io.stderr, isRead);
  const lines = new PacketLines(showSecrets);
  const view = new ProxyView(new Packets([], options, sieve, judging, io), judging, status, lines);
  const stop = new AbortController();
  let failure: Error | undefined;
  const proxy = new LiveProxy({
    setup,
    worker: io.relayWorker,
    isRead,
    recording: recordingOf(options),
    keyLog: options.keylog,
    commentsOf: (number) => view.commentsOf(number),
    eventText,
    onWarning: (message) => status.aside(() => warn(io, message)),
    onFailure(error) {
      failure = error;
      stop.abort();
    },
  });
  const listening = await proxy.start();
  let control: Control | undefined;
  const timer = setInterval(() => void update(), STATUS_PERIOD);
  timer.unref();
  const update = async () => {
    const totals = await proxy.driver.totals().catch(() => undefined);
    if (totals !== undefined) status.update(passing(totals, view, judging), performance.now());
  };
  // Ports that clients connect to: what comes there should be MQTT, and is said to be none.
  const port = listening.map((one) => one.port).filter((one) => one > 0);
  const flags = { ...limitsAmong(options), reassembly: true, port };
  const reading = readLive(liveSource('the proxy', proxy), flags, view, io);
  const over = reading.finally(() => stop.abort());
  over.catch(() => {});
  let totals: RelayTotals | undefined;
  try {
    if (address !== undefined) {
      control = await createControl({ ...address, control: proxyControl(proxy.driver, view, lines) });
      say(io, `control interface on ${control.url}`);
    }
    for (const [index, { url }] of listening.entries())
      say(io, `listening on ${url}, passing on to ${options.target![index]}`);
    await aborted(io.interrupt, stop.signal);
  } finally {
    clearInterval(timer);
    status.clear();
    await control?.close();
    const grace = view.broken || view.isFull ? 0 : options.grace * MILLISECONDS;
    totals = await proxy.driver.totals().catch(() => undefined);
    await proxy.stop(grace).catch(() => {});
  }
  await over;
  await proxy.close();
  if (failure !== undefined) throw failure;
  if (totals !== undefined) say(io, totalsText(totals));
  const { unread, lost } = proxy.missed;
  if (unread > 0) warn(io, `${plural(unread, 'byte')} came faster than they could be read, and are missing above`);
  if (lost > 0) warn(io, `${plural(lost, 'byte')} came faster than they could be recorded or read`);
  return exitCode(judging, options.failOn, io);
}

function eventText({ event, client }: LiveEvent): string {
  return textOf(event, client);
}

function passing({ connections, received, sent }: RelayTotals, view: ProxyView, judging: Judging | undefined) {
  const { must = 0, should = 0, note = 0 } = judging?.found ?? {};
  return { connections, bytes: received + sent, packets: view.packetCount, findings: must + should + note };
}

function totalsText({ everConnected, failed, received, sent }: RelayTotals): string {
  const failures = failed > 0 ? `, ${failed} of them failed` : '';
  return `${plural(everConnected, 'connection')}${failures}, ${plural(received, 'byte')} from clients, ${plural(sent, 'byte')} to them`;
}

function exitCode(judging: Judging | undefined, failOn: FailOn, io: Io): number {
  if (judging === undefined) return EXIT.ok;
  if (judging.tellErrors(io)) return EXIT.usage;
  const { must, should } = judging.found;
  return failOn !== 'never' && must + (failOn === 'should' ? should : 0) > 0 ? EXIT.findings : EXIT.ok;
}

function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
