// What a bridge asks a broker before messages go: subscriptions, their ends, the message that it is there. Each waits for
// its answer. The Packet Identifiers of messages pass through a bridge unchanged, so these count down from the other end;
// one that is in use all the same (5.0: 0x91) is asked again with the next.

import { encode } from '../codec/frame.js';
import type { Packet } from '../codec/packet.js';
import type { Version } from '../spec/versions.js';

const IN_USE = 0x91;
const REFUSED = 0x80;

export type BridgeRequest =
  | Extract<Packet, { type: 'SUBSCRIBE' }>
  | Extract<Packet, { type: 'UNSUBSCRIBE' }>
  | Extract<Packet, { type: 'PUBLISH' }>;

type Unnumbered<T> = T extends BridgeRequest ? Omit<T, 'packetId'> : never;

/** The answer to one. */
export interface BridgeAnswer {
  readonly request: BridgeRequest;
  /** Reason Codes of 0x80 and above. */
  readonly refused: readonly number[];
}

export class BridgeRequests {
  private readonly waiting = new Map<number, BridgeRequest>();
  private nextId = 0xffff;

  constructor(private readonly version: Version) {}

  get isDone(): boolean {
    return this.waiting.size === 0;
  }

  /** The bytes to send. */
  ask(request: Unnumbered<BridgeRequest>): Uint8Array {
    const packetId = this.nextId;
    this.nextId = packetId === 1 ? 0xffff : packetId - 1;
    const numbered = { ...request, packetId } as BridgeRequest;
    this.waiting.set(packetId, numbered);
    return encode(numbered, this.version);
  }

  /** undefined: nothing was asked under this identifier; bytes: it is asked again. */
  answered(packetId: number, codes: readonly number[]): BridgeAnswer | Uint8Array | undefined {
    const request = this.waiting.get(packetId);
    if (request === undefined) return undefined;
    this.waiting.delete(packetId);
    if (codes.includes(IN_USE)) return this.ask(request);
    return { request, refused: codes.filter((code) => code >= REFUSED) };
  }
}
