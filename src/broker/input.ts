// What the edge tells the core. Everything that happens outside comes in as one of these, with the time as the second
// argument of `handle`. An input about a connection that the core no longer knows (it asked to close it) does nothing.

import type { Property } from '../codec/packet.js';
import type { BrokerOptions } from './settings.js';

/** A client has connected; its bytes follow as `received`. */
export interface OpenedInput {
  readonly kind: 'opened';
  /** The edge's number for it, used in all further inputs and outputs; not used again before this connection is gone. */
  readonly connection: number;
  /** Index into BrokerSettings.listeners. */
  readonly listener: number;
  /** For people: address and port of the client. */
  readonly remote: string;
  /** From a client certificate or PSK, when the listener takes the user name from there: it counts instead of CONNECT's. */
  readonly userName?: string;
}

export interface ReceivedInput {
  readonly kind: 'received';
  readonly connection: number;
  /** Valid during this call only: the core copies what it keeps, the edge may use the memory again. */
  readonly bytes: Uint8Array;
}

/** The client closed, or the connection failed: nothing more can be sent. Needed also after a half-close (FIN). */
export interface ClosedInput {
  readonly kind: 'closed';
  readonly connection: number;
  /** For the event that tells of it: "closed by the client", "ECONNRESET". */
  readonly how: string;
}

/** The edge's write queue for this connection is above its high mark (congested), or below the low one again (writable). */
export interface CongestionInput {
  readonly kind: 'congested' | 'writable';
  readonly connection: number;
}

/** The answer to an `authenticate` output. Until it comes the edge should read no more from this connection. */
export interface AuthenticatedInput {
  readonly kind: 'authenticated';
  readonly connection: number;
  readonly result: AuthenticationAnswer;
}

export type AuthenticationAnswer =
  /** `userName` replaces that of CONNECT for `authorize`. */
  | { readonly ok: true; readonly userName?: string }
  /** A CONNACK Reason Code of 5.0, 0x80 or above; earlier versions get the return code nearest to it. */
  | { readonly ok: false; readonly reasonCode: number; readonly reason?: string; readonly serverReference?: string };

/** A message of the edge itself: statistics beyond the core's, log lines for topics, an in-process client. */
export interface PublishedInput {
  readonly kind: 'published';
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly properties?: readonly Property[];
}

/** End a client's connection for an administrative reason (0x98 unless told otherwise); its will is published. */
export interface DisconnectInput {
  readonly kind: 'disconnect';
  readonly clientId: string;
  readonly reasonCode?: number;
}

/** The deadline has come. */
export interface TimeInput {
  readonly kind: 'time';
}

/** The server shuts down: clients are told (5.0) and closed. Wills of what persists are published after the restart. */
export interface StopInput {
  readonly kind: 'stop';
}

/** New settings, for what is decided from now on. The listeners keep their order; connections keep what CONNACK promised. */
export interface ReloadInput {
  readonly kind: 'reload';
  readonly settings: BrokerOptions;
}

export type Input =
  | OpenedInput
  | ReceivedInput
  | ClosedInput
  | CongestionInput
  | AuthenticatedInput
  | PublishedInput
  | DisconnectInput
  | TimeInput
  | StopInput
  | ReloadInput;
