// What a bridge is told and what it asks for. A bridge is two clients in one: of the other broker (`remote`), over a
// connection that the edge dials, and of this one (`local`), over a connection to the core that the edge keeps without
// a socket. Bytes of both come in, bytes for both go out.

import type { BridgeAddress } from './config/configuration.js';

export type BridgeSide = 'local' | 'remote';

export type BridgeInput =
  /** The broker serves. */
  | { readonly kind: 'start' }
  /** What was dialled is there, TLS included. */
  | { readonly kind: 'opened' }
  /** The bytes are valid during the call only. */
  | { readonly kind: 'received'; readonly from: BridgeSide; readonly bytes: Uint8Array }
  /** The connection ended, or could not be dialled; not told of one that the bridge closed itself. */
  | { readonly kind: 'closed'; readonly side: BridgeSide; readonly how: string }
  /** More waits for the other broker than the edge likes, or little again. */
  | { readonly kind: 'congested' | 'writable' }
  /** The answer to `probe`, when the address can be reached. */
  | { readonly kind: 'reachable' }
  /** The deadline has come. */
  | { readonly kind: 'time' }
  /** The broker shuts down: the other one is told. */
  | { readonly kind: 'stop' };

export type BridgeOutput =
  | { readonly kind: 'dial'; readonly address: BridgeAddress }
  /** Only look whether somebody listens there. */
  | { readonly kind: 'probe'; readonly address: BridgeAddress }
  /** Connect to the core; bytes for it may follow at once. */
  | { readonly kind: 'open' }
  | { readonly kind: 'send'; readonly to: BridgeSide; readonly bytes: Uint8Array }
  /** remote: after what was sent. local: a DISCONNECT was sent, the core closes by itself; nothing of it is told any more. */
  | { readonly kind: 'close'; readonly side: BridgeSide }
  /** Tell the core that the local connection is congested, or writable again. */
  | { readonly kind: 'hold' | 'release' }
  /** A message in the name of this broker. */
  | {
      readonly kind: 'publish';
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly qos: 0 | 1 | 2;
      readonly retain: boolean;
    }
  | { readonly kind: 'event'; readonly event: BridgeEvent };

export type BridgeEvent =
  | { readonly name: 'bridge-connecting'; readonly bridge: string; readonly address: string }
  /** Subscribed, and messages go both ways. */
  | { readonly name: 'bridge-connected'; readonly bridge: string; readonly address: string }
  /** The connection ended or could not be made. */
  | { readonly name: 'bridge-lost'; readonly bridge: string; readonly reason: string }
  /** Something does not work as configured, and the bridge goes on. */
  | { readonly name: 'bridge-trouble'; readonly bridge: string; readonly reason: string };

export interface BridgeTools {
  /** From 0 up to, not including, 1. */
  random(): number;
}

/** The bounds of a bridge that are no option of its own. What happens at a bound is said with it. */
export interface BridgeLimits {
  /** Seconds for dialling, CONNECT and the first subscriptions; then it is another failed attempt. */
  readonly connectTimeout: number;
  /** Seconds after which the first address is tried while another is in use; and again after as many. */
  readonly primaryRetry: number;
  /** Bytes of a packet that comes; a larger one ends the connection to the other broker. */
  readonly maximumPacketSize: number;
  /** Messages of QoS 0 that wait for a connection (lazy) or for those before them; the newest are dropped. */
  readonly maximumHeld: number;
  /** Topics whose other name is remembered; then all are worked out anew. */
  readonly mappedTopics: number;
  /** Messages of QoS 1 and 2 that the core sends without an acknowledgement: a lazy bridge waits for no more than these. */
  readonly window: number;
  /** Whether this broker takes retained messages; else they come in as others. */
  readonly retainAvailable: boolean;
}

export const BRIDGE_LIMITS: BridgeLimits = {
  connectTimeout: 30,
  primaryRetry: 5,
  maximumPacketSize: 16 * 1024 * 1024,
  maximumHeld: 1000,
  mappedTopics: 10_000,
  window: 20,
  retainAvailable: true,
};
