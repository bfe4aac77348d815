// The same session inside WebSocket (RFC 6455, 7692), framed by hand in many ways.

import { constants, deflateRawSync } from 'node:zlib';
import { concat, utf8 } from './hex.js';
import type { Side, Step } from './variants-session.js';

export type Frame = (opcode: number, fin: boolean, payload: Uint8Array, compressed?: boolean) => Uint8Array;
/** The frames that carry some bytes of one side. */
export type Framing = (bytes: Uint8Array, frame: Frame) => readonly Uint8Array[];

export interface WebSocketShape {
  /** A new one for each direction, since some remember. */
  readonly framing: () => Framing;
  readonly subprotocol?: string;
  readonly extension?: string;
  /** Clients must mask, these do not. */
  readonly unmasked?: boolean;
}

const MASK = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const BINARY = 2;
const CONTINUATION = 0;
const PING = 9;

const frameOf =
  (masked: boolean): Frame =>
  (opcode, fin, payload, compressed = false) => {
    const { length } = payload;
    const first = (fin ? 0x80 : 0) | (compressed ? 0x40 : 0) | opcode;
    const bit = masked ? 0x80 : 0;
    const header = length < 126 ? [first, bit | length] : [first, bit | 126, length >> 8, length & 0xff];
    if (!masked) return concat(Uint8Array.from(header), payload);
    return concat(
      Uint8Array.from(header),
      MASK,
      payload.map((byte, at) => byte ^ MASK[at & 3]!),
    );
  };

function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
  return cut;
}

export const framesOf = (size: number) => (): Framing => (bytes, frame) =>
  pieces(bytes, size).map((piece) => frame(BINARY, true, piece));

/** Messages that go on over continuation frames, with pings and empty frames between. */
export const continued = (size: number) => (): Framing => (bytes, frame) =>
  pieces(bytes, size).flatMap((piece, i, all) => {
    const data = frame(i === 0 ? BINARY : CONTINUATION, i === all.length - 1, piece);
    return i === 0
      ? [data]
      : [
          frame(PING, true, utf8('?')),
          ...(i % 3 === 1 ? [frame(CONTINUATION, false, piece.subarray(0, 0))] : []),
          data,
        ];
  });

/** One frame for each MQTT packet, wherever the segments began and ended; what is no whole packet waits. */
export const perPacket = (): Framing => {
  let rest: Uint8Array = new Uint8Array(0);
  return (bytes, frame) => {
    const frames: Uint8Array[] = [];
    rest = concat(rest, bytes);
    for (;;) {
      let end = 1;
      let length = 0;
      do length += (rest[end]! & 127) << (7 * (end - 1));
      while (rest[end++]! >= 128);
      if (!(end + length <= rest.length)) return frames;
      frames.push(frame(BINARY, true, rest.subarray(0, end + length)));
      rest = rest.slice(end + length);
    }
  };
};

const WINDOW = 32 * 1024;

/** Compressed messages; the window of earlier ones goes on, or does not. `fragments` cuts the compressed bytes. */
export const deflated =
  (takeover: boolean, fragments = 1 << 20) =>
  (): Framing => {
    let before: Uint8Array = new Uint8Array(0);
    return (bytes, frame) => {
      const options = { finishFlush: constants.Z_SYNC_FLUSH, ...(before.length > 0 ? { dictionary: before } : {}) };
      const body = new Uint8Array(deflateRawSync(bytes, options)).subarray(0, -4);
      if (takeover) before = concat(before, bytes).slice(-WINDOW);
      return pieces(body, fragments).map((piece, i, all) =>
        frame(i === 0 ? BINARY : CONTINUATION, i === all.length - 1, piece, i === 0),
      );
    };
  };

/** Every second message compressed. */
export const sometimesDeflated = (): Framing => {
  let count = 0;
  const compressed = deflated(false)();
  const plain = framesOf(1 << 20)();
  return (bytes, frame) => (count++ % 2 === 0 ? plain : compressed)(bytes, frame);
};

function upgrade({ subprotocol = 'mqtt', extension }: WebSocketShape): readonly [string, string] {
  const agreed = [
    'Upgrade: websocket',
    'Connection: Upgrade',
    ...(extension === undefined ? [] : [`Sec-WebSocket-Extensions: ${extension}`]),
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  ];
  // The key and its answer are those of RFC 6455, 1.3.
  const asked = ['GET /mqtt HTTP/1.1', 'Host: broker.example', ...agreed, 'Sec-WebSocket-Version: 13'];
  const request = [...asked, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''].join('\r\n');
  const answer = ['HTTP/1.1 101 Switching Protocols', ...agreed, 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='];
  return [request, [...answer, '', ''].join('\r\n')];
}

export function webSocket(steps: readonly Step[], shape: WebSocketShape): Step[] {
  const framings = new Map<string, Framing>();
  const upgraded = new Set<number>();
  const frames = [frameOf(shape.unmasked !== true), frameOf(false)];
  return steps.flatMap((step) => {
    const { connection, side, payload } = step;
    if (payload.length === 0) return [step];
    const key = `${connection} ${side}`;
    const framing = framings.get(key) ?? shape.framing();
    framings.set(key, framing);
    const framed = { ...step, payload: concat(...framing(payload, frames[side]!)) };
    if (upgraded.has(connection)) return [framed];
    upgraded.add(connection);
    const opening = upgrade(shape).map((text, of) => ({ ...step, side: of as Side, payload: utf8(text) }));
    return [...opening, framed];
  });
}
