// The same session inside TLS: two of Node's endpoints for each connection, which talk in this process without sockets, and
// what Node logs of their secrets.

import { once } from 'node:events';
import { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { RSA } from '../transport/tls/certificates.js';
import { concat } from './hex.js';
import type { Side, Step } from './variants-session.js';

export interface Encrypted {
  readonly steps: readonly Step[];
  readonly keyLog: string;
}

export async function encrypted(steps: readonly Step[], options: tls.SecureContextOptions): Promise<Encrypted> {
  const peers = new Map<number, Peers>();
  const out: Step[] = [];
  let keyLog = '';
  for (const step of steps) {
    if (step.payload.length === 0) {
      out.push(step);
      continue;
    }
    let pair = peers.get(step.connection);
    if (pair === undefined) {
      peers.set(step.connection, (pair = new Peers(options, (line) => (keyLog += line))));
      await pair.ready;
    }
    await pair.send(step.side, step.payload);
    out.push(...pair.written().map(({ side, bytes }) => ({ ...step, side, payload: bytes })));
  }
  for (const pair of peers.values()) pair.destroy();
  return { steps: out, keyLog };
}

interface Written {
  readonly side: Side;
  readonly bytes: Uint8Array;
}

class Peers {
  readonly ready: Promise<unknown>;
  private readonly sockets: readonly [tls.TLSSocket, tls.TLSSocket];
  private wire: Written[] = [];

  constructor(options: tls.SecureContextOptions, log: (line: string) => void) {
    const ends: readonly [Duplex, Duplex] = [this.end(0, () => ends[1]), this.end(1, () => ends[0])];
    const secureContext = tls.createSecureContext({ ...RSA, ...options });
    const server = new tls.TLSSocket(ends[1], { isServer: true, secureContext });
    const client = tls.connect({
      socket: ends[0],
      servername: 'broker.example',
      rejectUnauthorized: false,
      ...options,
    });
    client.on('keylog', (line: Buffer) => log(line.toString()));
    this.sockets = [client, server];
    this.ready = Promise.all([once(client, 'secureConnect'), once(server, 'secure')]);
  }

  /** Done when the other side has all of it. */
  async send(side: Side, bytes: Uint8Array): Promise<void> {
    const receiver = this.sockets[side === 0 ? 1 : 0];
    let heard = 0;
    const whole = new Promise<void>((resolve) => {
      const hear = (part: Buffer): void => {
        heard += part.length;
        if (heard < bytes.length) return;
        receiver.off('data', hear);
        resolve();
      };
      receiver.on('data', hear);
    });
    this.sockets[side].write(bytes);
    await whole;
  }

  /** What went over the wire since the last call. */
  written(): readonly Written[] {
    const { wire } = this;
    this.wire = [];
    return wire;
  }

  destroy(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private end(side: Side, other: () => Duplex): Duplex {
    return new Duplex({
      read() {},
      write: (bytes: Buffer, _encoding, done) => {
        this.wire.push({ side, bytes: concat(bytes) });
        other().push(bytes);
        done();
      },
      final: (done) => {
        other().push(null);
        done();
      },
    });
  }
}

const PROXY_V2 = '\r\n\r\n\0\r\nQUIT\n';

/** A header of the PROXY protocol before each connection's first bytes, in their segment or in one of its own. */
export function proxied(steps: readonly Step[], version: 1 | 2, together: boolean): Step[] {
  const text = new TextEncoder();
  const addresses = Uint8Array.of(192, 0, 2, 1, 192, 0, 2, 2, 0xc0, 0x00, 0x07, 0x5b);
  const header =
    version === 1
      ? text.encode('PROXY TCP4 192.0.2.1 192.0.2.2 49152 1883\r\n')
      : concat(text.encode(PROXY_V2), Uint8Array.of(0x21, 0x11, 0, 12), addresses);
  const begun = new Set<number>();
  return steps.flatMap((step) => {
    if (step.payload.length === 0 || step.side === 1 || begun.has(step.connection)) return [step];
    begun.add(step.connection);
    if (together) return [{ ...step, payload: concat(header, step.payload) }];
    return [{ ...step, payload: header }, step];
  });
}
