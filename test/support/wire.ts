// Captured packets of a TCP conversation, written by hand: raw IPv4 (LINKTYPE_RAW), two endpoints, sequence numbers kept.
// Each packet is a fresh buffer; `recycled` makes them share one, as a reader may that reuses its memory.

import type { CapturedPacket } from '../../src/capture/packet.js';
import { hex } from './hex.js';

export const CLIENT = 0;
export const SERVER = 1;
type Side = typeof CLIENT | typeof SERVER;

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

export interface WireOptions {
  readonly port?: number;
  readonly clientPort?: number;
  /** Captured bytes of each packet. */
  readonly snaplen?: number;
}

export class Wire {
  readonly packets: CapturedPacket[] = [];
  time = 0;
  private readonly sequence: [number, number] = [1000, 0xffffff00];

  constructor(private readonly options: WireOptions = {}) {}

  open(): this {
    this.segment(CLIENT, new Uint8Array(0), SYN);
    this.segment(SERVER, new Uint8Array(0), SYN | ACK);
    return this;
  }

  /** One segment with these bytes: hex and "text". */
  send(side: Side, data: string | Uint8Array): this {
    return this.segment(side, typeof data === 'string' ? hex(data) : data, ACK);
  }

  /** The same bytes in segments of at most `size`. */
  sendInPieces(side: Side, data: Uint8Array, size: number): this {
    for (let at = 0; at < data.length; at += size) this.send(side, data.subarray(at, at + size));
    return this;
  }

  /** Bytes that were sent but are not in the capture. */
  lose(side: Side, count: number): this {
    this.sequence[side] = (this.sequence[side] + count) >>> 0;
    return this;
  }

  wait(seconds: number): this {
    this.time += seconds * 1e9;
    return this;
  }

  fin(side: Side): this {
    return this.segment(side, new Uint8Array(0), FIN | ACK);
  }

  rst(side: Side): this {
    return this.segment(side, new Uint8Array(0), RST | ACK);
  }

  private segment(side: Side, payload: Uint8Array, flags: number): this {
    const { port = 1883, clientPort = 20000, snaplen = 1 << 20 } = this.options;
    const bytes = new Uint8Array(40 + payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, 0x45);
    view.setUint16(2, bytes.length <= 0xffff ? bytes.length : 0);
    view.setUint8(8, 64);
    view.setUint8(9, 6);
    const addresses = [hex('0a 00 00 02'), hex('0a 80 00 01')];
    bytes.set(addresses[side]!, 12);
    bytes.set(addresses[1 - side]!, 16);
    const ports = [clientPort, port];
    view.setUint16(20, ports[side]!);
    view.setUint16(22, ports[1 - side]!);
    view.setUint32(24, this.sequence[side]);
    view.setUint32(28, (flags & ACK) === 0 ? 0 : this.sequence[(1 - side) as Side]);
    view.setUint8(32, 0x50);
    view.setUint8(33, flags);
    view.setUint16(34, 65535);
    bytes.set(payload, 40);
    this.sequence[side] = (this.sequence[side] + payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0;
    this.time += 1000;
    const captured = bytes.subarray(0, Math.min(bytes.length, snaplen));
    this.packets.push({
      number: this.packets.length + 1,
      time: this.time,
      link: 101,
      bytes: captured,
      originalLength: bytes.length,
    });
    return this;
  }
}

/** The packets of several wires merged by time. */
export function merged(...wires: readonly Wire[]): CapturedPacket[] {
  return wires
    .flatMap((wire) => wire.packets)
    .sort((a, b) => a.time - b.time)
    .map((packet, index) => ({ ...packet, number: index + 1 }));
}
