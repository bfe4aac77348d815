// The PROXY protocol (haproxy, versions 1 and 2) in front of whatever the opener of a connection sends: its header is
// taken off and told as one notice, all else passes through. A header that breaks the rules is told as 'bad-header', with
// what could be read of it; what follows passes through where its length is known, else behind a gap of unknown length.

import type { Chunk, DataChunk, GapChunk, Side } from '../bytes/chunk.js';
import { Gathering } from './gathering.js';
import { judgeProxyHeader, type ProxyHeader, proxyHeaderLength, readProxyHeader } from './proxy-header.js';
import type { Delivery, Notice, Transport } from './transport.js';

export { judgeProxyHeader, type ProxyVerdict } from './proxy-header.js';

export class ProxyProtocolTransport implements Transport {
  readonly name = 'proxy-protocol';
  /** A header has 65551 bytes at most, so this has. */
  private readonly held = new Gathering();
  private state: 'header' | 'behind-gap' | 'through' = 'header';
  /** Bytes of a header that is known to be damaged still to come. */
  private skip = 0;

  /** `openerSide` sends the header. */
  constructor(private readonly openerSide: Side) {}

  push(side: Side, chunk: Chunk): readonly Delivery[] {
    if (side !== this.openerSide || this.state === 'through') return [{ side, chunk }];
    if (this.state === 'behind-gap') return this.skipped(chunk);
    return chunk.kind === 'gap' ? this.gap(chunk) : this.data(chunk);
  }

  /** The connection has ended: a header that did not end is told. */
  end(time: number, origin: number): readonly Delivery[] {
    if (this.state !== 'header' || this.held.length === 0) return [];
    this.state = 'through';
    return [this.bad(`it ends after ${this.held.length} bytes`, this.held.length, time, origin)];
  }

  private data(chunk: DataChunk): readonly Delivery[] {
    const { held } = this;
    const before = held.length;
    if (before > 0) held.add(chunk.bytes.subarray(0, this.wanted()));
    const bytes = before > 0 ? held.view() : chunk.bytes;
    const verdict = judgeProxyHeader(bytes);
    if (verdict === 'other') return this.pass(chunk, before, 0, []);
    const length = verdict === 'more' ? 'more' : proxyHeaderLength(bytes);
    if (length === 'endless') return this.endless(chunk, bytes, before);
    if (length !== 'more' && length <= bytes.length) {
      const header = readProxyHeader(bytes.subarray(0, length));
      const { time, origin } = chunk;
      return this.pass(chunk, before, length, [
        header.problem === undefined
          ? this.notice('address', wording(header), time, origin, header.facts)
          : this.bad(header.problem, length, time, origin, header.facts),
      ]);
    }
    if (before === 0) held.add(chunk.bytes);
    else if (before + chunk.bytes.length > held.length) return this.data(rest(chunk, held.length - before));
    return [];
  }

  /** How many more bytes may be held before the header is looked at again. */
  private wanted(): number {
    const bytes = this.held.view();
    const length = judgeProxyHeader(bytes) === 'proxy-protocol' ? proxyHeaderLength(bytes) : 'more';
    return typeof length === 'number' ? length - bytes.length : 16;
  }

  /** From the header's end on, everything passes: what is held and the chunk, which is the last that was held. */
  private pass(chunk: DataChunk, before: number, length: number, out: Delivery[]): readonly Delivery[] {
    this.state = 'through';
    const side = this.openerSide;
    const held = this.held.view().subarray(0, before);
    if (length < before) out.push({ side, chunk: { ...chunk, bytes: held.subarray(length) } });
    const left = chunk.bytes.subarray(Math.max(0, length - before));
    if (left.length > 0) out.push({ side, chunk: { ...chunk, bytes: left } });
    this.held.clear();
    return out;
  }

  private endless(chunk: DataChunk, bytes: Uint8Array, before: number): readonly Delivery[] {
    const { time, origin } = chunk;
    const side = this.openerSide;
    const { facts } = readProxyHeader(bytes.subarray(0, 6));
    const gap: GapChunk = { kind: 'gap', time, origin, reason: 'unreadable' };
    const about = this.bad('its line does not end within 107 bytes', 107, time, origin, facts);
    return this.pass(chunk, before, 107, [about, { side, chunk: gap }]);
  }

  private gap(chunk: GapChunk): readonly Delivery[] {
    const { held } = this;
    const bytes = held.view();
    const side = this.openerSide;
    this.state = 'through';
    if (bytes.length === 0) return [{ side, chunk }];
    const length = proxyHeaderLength(bytes);
    const about = this.bad(`not all of it is in the capture`, held.length, chunk.time, chunk.origin);
    held.clear();
    if (typeof length !== 'number' || chunk.length === undefined) {
      return [about, { side, chunk: withLength(chunk, undefined) }];
    }
    const over = bytes.length + chunk.length - length;
    if (over > 0) return [about, { side, chunk: withLength(chunk, over) }];
    this.skip = -over;
    this.state = this.skip > 0 ? 'behind-gap' : 'through';
    return [about];
  }

  private skipped(chunk: Chunk): readonly Delivery[] {
    const side = this.openerSide;
    const length = chunk.kind === 'data' ? chunk.bytes.length : (chunk.length ?? Number.POSITIVE_INFINITY);
    const skip = Math.min(this.skip, length);
    this.skip -= skip;
    if (this.skip === 0) this.state = 'through';
    if (skip === length) return [];
    if (chunk.kind === 'data') return [{ side, chunk: rest(chunk, skip) }];
    return [{ side, chunk: withLength(chunk, chunk.length === undefined ? undefined : length - skip) }];
  }

  private bad(problem: string, length: number, time: number, origin: number, facts: ProxyHeader['facts'] = {}) {
    return this.notice('bad-header', `a broken PROXY protocol header: ${problem}`, time, origin, facts, length);
  }

  private notice(
    code: string,
    message: string,
    time: number,
    origin: number,
    details: ProxyHeader['facts'],
    length?: number,
  ): Delivery {
    const notice: Notice = { layer: this.name, code, message, time, origin, details };
    return { side: this.openerSide, notice: length === undefined ? notice : { ...notice, length } };
  }
}

function wording({ facts }: ProxyHeader): string {
  const { version, family, source, destination, command } = facts;
  const head = `PROXY protocol ${version}`;
  if (source !== undefined) return `${head}: ${family}, client ${source}, connected to ${destination}`;
  if (command === 'LOCAL') return `${head}: the proxy's own connection (LOCAL)`;
  return `${head}: the client's address is not told (${family})`;
}

function rest(chunk: DataChunk, at: number): DataChunk {
  return { ...chunk, bytes: chunk.bytes.subarray(at) };
}

function withLength({ time, origin, reason }: GapChunk, length: number | undefined): GapChunk {
  const gap = { kind: 'gap', time, origin, reason } as const;
  return length === undefined ? gap : { ...gap, length };
}
