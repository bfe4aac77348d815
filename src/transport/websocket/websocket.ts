// WebSocket (RFC 6455, RFC 7692) as a layer between TCP and MQTT: the upgrade, then the frames of both directions.
//
// A direction is in HTTP until its upgrade; other GET requests on the connection, and upgrades that are refused, are stepped
// over. One that does not begin with HTTP is taken for frames: the capture starts after the upgrade. A header that is too
// long or partly lost is told, and the direction's frames are looked for behind it.

import type { Chunk, DataChunk, GapChunk, Side } from '../../bytes/chunk.js';
import { Gathering } from '../gathering.js';
import { beginsLike, fieldOf, type HttpHeader, headerEnd, readHttpHeader } from '../http.js';
import type { Delivery, Transport } from '../transport.js';
import { Frames } from './frames.js';
import { Messages } from './messages.js';
import { WEBSOCKET_DEFAULTS, type WebSocketOptions } from './options.js';
import {
  deflateOf,
  detailsOf,
  irregularities,
  readUpgradeRequest,
  readUpgradeResponse,
  type UpgradeRequest,
  type UpgradeResponse,
} from './upgrade.js';

interface Half {
  readonly isClient: boolean;
  readonly header: Gathering;
  readonly frames: Frames;
  readonly messages: Messages;
  stage: 'header' | 'body' | 'frames';
  /** Bytes still to come of another request's or response's body; Infinity: until a segment begins like a header. */
  bodyLeft: number;
}

export class WebSocketTransport implements Transport {
  readonly name = 'websocket';
  private readonly options: WebSocketOptions;
  private readonly out: Delivery[] = [];
  private readonly halves: readonly [Half, Half];
  private request: UpgradeRequest | undefined = undefined;
  private state: 'none' | 'requested' | 'other-request' | 'upgraded' | 'ended' = 'none';

  constructor(
    private readonly clientSide: Side,
    options: Partial<WebSocketOptions> = {},
  ) {
    this.options = { ...WEBSOCKET_DEFAULTS, ...options };
    this.halves = [this.half(0), this.half(1)];
  }

  private half(side: Side): Half {
    const isClient = side === this.clientSide;
    const messages = new Messages(side, isClient ? 'client-to-server' : 'server-to-client', this.options, this.out);
    const frames = new Frames(messages, this.options.maxFrameBytes);
    return { isClient, header: new Gathering(), frames, messages, stage: 'header', bodyLeft: 0 };
  }

  push(side: Side, chunk: Chunk): readonly Delivery[] {
    const half = this.halves[side];
    if (chunk.kind === 'gap') this.gap(half, chunk);
    else this.data(half, chunk);
    return this.out.splice(0);
  }

  end(time: number, origin: number): readonly Delivery[] {
    if (this.state === 'ended') return [];
    const moment = { time, origin };
    const asked = this.state === 'requested' ? this.request : undefined;
    for (const { frames } of this.halves) frames.end(moment);
    if (asked !== undefined) {
      const text = `no response to the WebSocket upgrade of ${asked.target} was seen`;
      this.notice('upgrade-unanswered', text, moment, detailsOf(asked, undefined));
    }
    this.state = 'ended';
    this.counts(moment);
    return this.out.splice(0);
  }

  private data(half: Half, chunk: DataChunk): void {
    const { bytes } = chunk;
    let at = 0;
    while (at < bytes.length && half.stage !== 'frames') {
      at += half.stage === 'body' ? body(half, bytes.subarray(at)) : this.header(half, chunk, at);
    }
    if (at < bytes.length) half.frames.data(at === 0 ? bytes : bytes.subarray(at), chunk);
  }

  private gap(half: Half, gap: GapChunk): void {
    if (half.stage === 'frames') half.frames.gap(gap);
    else if (half.stage === 'body') {
      const within = gap.length !== undefined && gap.length < half.bodyLeft;
      half.bodyLeft = within ? half.bodyLeft - gap.length : Number.POSITIVE_INFINITY;
    } else {
      if (half.header.length > 0) this.badHeader(half, 'part of it is not in the capture', gap);
      half.messages.gap({ kind: 'gap', time: gap.time, origin: gap.origin, reason: gap.reason });
      this.framesAnywhere(half);
    }
  }

  /** Bytes of a header from chunk.bytes[at] on: how many of them it took. */
  private header(half: Half, chunk: DataChunk, at: number): number {
    const { header } = half;
    const before = header.length;
    const { maxHeaderBytes } = this.options;
    const bytes = chunk.bytes.subarray(at, at + maxHeaderBytes - before);
    if (before > 0) header.add(bytes);
    const all = before > 0 ? header.view() : bytes;
    if (!beginsLike(all, start(half))) {
      this.noHeader(half, chunk, before);
      return 0;
    }
    const end = headerEnd(all, before);
    if (end >= 0) {
      const head = readHttpHeader(all.subarray(0, end));
      header.clear();
      if (half.isClient) this.requested(half, head);
      else this.responded(half, head, chunk);
      return end - before;
    }
    if (before === 0) header.add(bytes);
    if (all.length === maxHeaderBytes) {
      this.badHeader(half, `it is longer than ${maxHeaderBytes} bytes`, chunk);
      half.messages.gap({ kind: 'gap', time: chunk.time, origin: chunk.origin, reason: 'unreadable' });
      this.framesAnywhere(half);
    }
    return all.length - before;
  }

  /** What is held looked like the beginning of HTTP, and this chunk shows that it is none. */
  private noHeader(half: Half, chunk: DataChunk, before: number): void {
    const held = half.header.view().subarray(0, before);
    half.header.clear();
    this.framesAnywhere(half);
    if (held.length > 0) half.frames.data(held, chunk);
  }

  private framesAnywhere(half: Half): void {
    half.stage = 'frames';
    half.frames.startAnywhere();
  }

  private badHeader(half: Half, why: string, { time, origin }: Chunk): void {
    const what = half.isClient ? 'request' : 'response';
    const { length } = half.header;
    half.messages.notice('bad-upgrade', `the upgrade ${what} cannot be read: ${why}`, time, origin, {}, length);
    half.header.clear();
  }

  private requested(half: Half, header: HttpHeader): void {
    this.request = readUpgradeRequest(header);
    if (this.request === undefined) startBody(half, header, 0);
    else half.stage = 'frames';
    if (this.state !== 'upgraded') this.state = this.request === undefined ? 'other-request' : 'requested';
  }

  private responded(half: Half, header: HttpHeader, chunk: DataChunk): void {
    const response = readUpgradeResponse(header);
    if (response?.status === 101) {
      this.upgraded(half, response, chunk);
      return;
    }
    const status = response?.status ?? 0;
    // 1xx: the final response is still to come.
    if (status >= 200) startBody(half, header, status === 204 || status === 304 ? 0 : Number.POSITIVE_INFINITY);
    if (response !== undefined && status >= 200) this.refused(response, chunk);
  }

  private upgraded(half: Half, response: UpgradeResponse, { time, origin }: DataChunk): void {
    const { request } = this;
    half.stage = 'frames';
    this.state = 'upgraded';
    const agreed = deflateOf(response.extensions);
    for (const { isClient, messages } of this.halves) {
      messages.mayDeflate = agreed !== undefined;
      messages.inflater.takeover = isClient ? agreed?.clientTakeover === true : agreed?.serverTakeover === true;
    }
    const where = request === undefined ? '' : ` of ${request.target}`;
    const how = response.subprotocol === undefined ? '' : `, subprotocol ${response.subprotocol}`;
    const compressed = agreed === undefined ? '' : ', permessage-deflate';
    const text = `WebSocket upgrade${where}${how}${compressed}`;
    this.notice('upgrade', text, { time, origin }, detailsOf(request, response));
    for (const [code, message] of irregularities(request, response)) this.notice(code, message, { time, origin });
  }

  private refused(response: UpgradeResponse, { time, origin }: DataChunk): void {
    if (this.state === 'other-request') return;
    const { status, reason } = response;
    const text = `the WebSocket upgrade is refused: ${status} ${reason}`.trimEnd();
    this.notice('upgrade-refused', text, { time, origin }, detailsOf(this.request, response));
    // It may try again, with a password for example.
    this.halves[this.clientSide].stage = 'header';
    this.state = 'none';
  }

  private counts({ time, origin }: { time: number; origin: number }): void {
    const [a, b] = [this.halves[0].messages.counts, this.halves[1].messages.counts];
    const details = {
      frames: a.frames + b.frames,
      messages: a.messages + b.messages,
      pings: a.pings + b.pings,
      pongs: a.pongs + b.pongs,
      irregular: a.irregular + b.irregular,
    };
    if (details.frames === 0) return;
    const { frames, messages, pings } = details;
    const text = `WebSocket: ${some(frames, 'frame')}, ${some(messages, 'message')}, ${some(pings, 'ping')}`;
    this.notice('counts', text, { time, origin }, details);
  }

  private notice(
    code: string,
    message: string,
    { time, origin }: { readonly time: number; readonly origin: number },
    details: Readonly<Record<string, string | number | boolean>> = {},
  ): void {
    this.out.push({ side: undefined, notice: { layer: this.name, code, message, time, origin, details } });
  }
}

function start({ isClient }: Half): string {
  return isClient ? 'GET ' : 'HTTP/1.';
}

function startBody(half: Half, header: HttpHeader, withoutLength: number): void {
  const length = fieldOf(header, 'content-length');
  const coded = header.fields.has('transfer-encoding');
  half.bodyLeft = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : withoutLength;
  if (coded) half.bodyLeft = Number.POSITIVE_INFINITY;
  half.stage = half.bodyLeft === 0 ? 'header' : 'body';
}

/** Bytes of a body: how many of them are stepped over. */
function body(half: Half, bytes: Uint8Array): number {
  if (half.bodyLeft === Number.POSITIVE_INFINITY) {
    const begins = bytes.length >= start(half).length && beginsLike(bytes, start(half));
    if (!begins) return bytes.length;
    half.bodyLeft = 0;
  }
  const taken = Math.min(bytes.length, half.bodyLeft);
  half.bodyLeft -= taken;
  if (half.bodyLeft === 0) half.stage = 'header';
  return taken;
}

function some(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
