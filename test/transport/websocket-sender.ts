// What another implementation of WebSocket sends: the sender and the compression of `ws`, which MQTT.js uses. Its masks
// come from a seed here, so that the bytes are the same on every run.

import { createRequire } from 'node:module';
import { concat, utf8 } from '../support/hex.js';
import { Random } from '../support/random.js';

interface Compression {
  readonly params: Readonly<Record<string, unknown>>;
  accept(offers: readonly Record<string, unknown>[]): void;
  cleanup(): void;
}

interface Sender {
  send(data: Uint8Array | string, options: object, done: () => void): void;
  ping(data: Uint8Array | string, mask: boolean, done: () => void): void;
  pong(data: Uint8Array | string, mask: boolean, done: () => void): void;
  close(code: number | undefined, reason: string, mask: boolean, done: () => void): void;
}

interface Ws {
  Sender: new (
    socket: object,
    extensions: Readonly<Record<string, Compression>>,
    generateMask?: (mask: Uint8Array) => void,
  ) => Sender;
  PerMessageDeflate: new (options: object, ...more: readonly (boolean | number)[]) => Compression;
}

const { Sender, PerMessageDeflate } = createRequire(import.meta.url)('ws') as Ws;

export type Sent =
  | { readonly kind: 'message'; readonly bytes: Uint8Array; readonly fragments?: number; readonly text?: boolean }
  | { readonly kind: 'ping'; readonly bytes: Uint8Array }
  | { readonly kind: 'pong'; readonly bytes: Uint8Array }
  | { readonly kind: 'close'; readonly code?: number; readonly reason: string };

export interface SenderOptions {
  readonly client: boolean;
  /** undefined: no compression. */
  readonly takeover?: boolean;
  readonly windowBits?: number;
  readonly seed?: number;
}

/** The frames of what is sent; a control frame may be put between fragments with `between`. */
export async function framesOf(sent: readonly Sent[], options: SenderOptions, between?: Sent): Promise<Uint8Array> {
  return concat(...(await framesOfEach(sent, options, between)));
}

/** The same, apart for each that is sent. */
export async function framesOfEach(
  sent: readonly Sent[],
  options: SenderOptions,
  between?: Sent,
): Promise<readonly Uint8Array[]> {
  const each: Uint8Array[] = [];
  let out: Uint8Array[] = [];
  const socket = {
    destroyed: false,
    cork() {},
    uncork() {},
    write(bytes: Uint8Array | string, done?: () => void) {
      out.push(typeof bytes === 'string' ? utf8(bytes) : new Uint8Array(bytes));
      done?.();
    },
  };
  const random = new Random(options.seed ?? 1);
  const compression = options.takeover === undefined ? undefined : compressionOf(options, options.takeover);
  const extensions = compression === undefined ? {} : { 'permessage-deflate': compression };
  const sender = new Sender(socket, extensions, (mask) => mask.set(random.bytes(4)));
  const one = (what: Sent, fin = true): Promise<void> =>
    new Promise((resolve) => {
      const mask = options.client;
      if (what.kind === 'ping') sender.ping(what.bytes, mask, resolve);
      else if (what.kind === 'pong') sender.pong(what.bytes, mask, resolve);
      else if (what.kind === 'close') sender.close(what.code, what.reason, mask, resolve);
      else if (what.kind === 'message')
        sender.send(
          what.bytes,
          { binary: what.text !== true, compress: compression !== undefined, fin, mask },
          resolve,
        );
    });
  for (const what of sent) {
    if (what.kind !== 'message') await one(what);
    else {
      const count = what.fragments ?? 1;
      for (let n = 0; n < count; n++) {
        const at = (i: number) => Math.floor((i * what.bytes.length) / count);
        await one({ ...what, bytes: what.bytes.slice(at(n), at(n + 1)) }, n === count - 1);
        if (between !== undefined && n < count - 1) await one(between);
      }
    }
    each.push(concat(...out));
    out = [];
  }
  compression?.cleanup();
  return each;
}

function compressionOf({ client, windowBits }: SenderOptions, takeover: boolean): Compression {
  const side = client ? 'client' : 'server';
  const parameters: Record<string, unknown> = {};
  if (!takeover) parameters[`${side}_no_context_takeover`] = [true];
  if (windowBits !== undefined) parameters[`${side}_max_window_bits`] = [windowBits];
  const compression = new PerMessageDeflate({ threshold: 0, isServer: !client }, !client);
  compression.accept([parameters]);
  return compression;
}
