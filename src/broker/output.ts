// What the core asks of the edge, in order: a `store` stands before every `send` that depends on it, within one call of
// `handle` and over calls. So an edge that must not acknowledge too early holds back the sends behind a store until that
// is safe. The stores of one call belong together: all of them are kept, or none.

import type { BridgeEvent } from './bridge-input.js';
import type { StoreOutput } from './records.js';

/** One or more whole packets for a connection. */
export interface SendOutput {
  readonly kind: 'send';
  readonly connection: number;
  /** Possibly a view into a larger buffer, shared by other sends: never changed by the core again, nor by the edge. */
  readonly bytes: Uint8Array;
  /** Goes directly behind `bytes`: a large payload, shared by all its receivers. */
  readonly tail: Uint8Array | undefined;
}

/** The core is done with this connection; its number may be used again once the edge is done too. */
export interface CloseOutput {
  readonly kind: 'close';
  readonly connection: number;
  /** graceful: after what was sent has gone out (within a time limit of the edge). reset: at once, nothing more is read or sent. */
  readonly how: 'graceful' | 'reset';
}

/** Asks who this is, for listeners with `authenticates`; answered by the input `authenticated`. */
export interface AuthenticateOutput {
  readonly kind: 'authenticate';
  readonly connection: number;
  readonly listener: number;
  readonly clientId: string;
  /** undefined: the client gave none. */
  readonly userName: string | undefined;
  readonly password: Uint8Array | undefined;
}

export interface EventOutput {
  readonly kind: 'event';
  readonly event: BrokerEvent;
}

interface ClientEvent {
  readonly connection: number;
  readonly clientId: string;
}

export type BrokerEvent =
  | (ClientEvent & {
      readonly name: 'connected';
      readonly version: string;
      readonly userName: string | undefined;
      readonly keepAlive: number;
      readonly cleanStart: boolean;
      readonly sessionPresent: boolean;
      readonly remote: string;
    })
  /** A CONNECT was refused, or what came was none: `reasonCode` as in 5.0, whatever the version. */
  | (ClientEvent & {
      readonly name: 'refused';
      readonly reasonCode: number;
      readonly reason: string;
      readonly remote: string;
    })
  /** `by` whom; `reasonCode` as in 5.0 (0x00 for a DISCONNECT of the client), undefined when the connection just ended. */
  | (ClientEvent & {
      readonly name: 'disconnected';
      readonly by: 'client' | 'server' | 'network';
      readonly reasonCode: number | undefined;
      readonly reason: string;
    })
  | (ClientEvent & { readonly name: 'subscribed'; readonly topicFilter: string; readonly qos: number })
  | (ClientEvent & { readonly name: 'subscribe-refused'; readonly topicFilter: string; readonly reasonCode: number })
  | (ClientEvent & { readonly name: 'unsubscribed'; readonly topicFilter: string })
  /** Only with the setting `tellsMessages`. The payload is a copy. `clientId` is '' for those of the edge and of $SYS. */
  | {
      readonly name: 'published';
      readonly clientId: string;
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly qos: number;
      readonly retain: boolean;
    }
  /** A session's first message that a limit made the core drop, since it last had room; all are counted in `counters`. */
  | { readonly name: 'dropping'; readonly clientId: string; readonly limit: string }
  | { readonly name: 'session-ended'; readonly clientId: string; readonly why: 'expired' | 'clean-start' | 'limit' }
  /** Of a bridge, not of the core. */
  | BridgeEvent;

export type Output = SendOutput | CloseOutput | AuthenticateOutput | StoreOutput | EventOutput;
