// What the broker's edge is made of, and whom it tells what.

import type { BrokerTools } from '../broker/core.js';
import type { AuthenticationAnswer } from '../broker/input.js';
import type { AuthenticateOutput, BrokerEvent } from '../broker/output.js';
import type { BrokerOptions } from '../broker/settings.js';
import type { BridgeSetup } from './bridge-edge.js';
import type { ChangeStore } from './change-store.js';
import type { EdgeLimits } from './listeners/edge-limits.js';
import type { Listener } from './listeners/listener.js';
import type { Tap } from './watch/tap.js';

export type Authenticate = (request: AuthenticateOutput) => AuthenticationAnswer | Promise<AuthenticationAnswer>;

/** Settings of the core but for those that stand in the listeners. */
export type CommonSettings = Omit<BrokerOptions, 'listeners'>;

export interface BrokerServerOptions {
  readonly listeners: readonly Listener[];
  readonly settings?: CommonSettings;
  readonly limits?: Partial<EdgeLimits>;
  readonly tools: BrokerTools;
  readonly bridges?: readonly BridgeSetup[];
  readonly store?: ChangeStore;
  /** Acknowledge only what is safe in the store; so it is unless this says no. */
  readonly durable?: boolean;
  /** Asked for listeners that authenticate. Without it they let nobody in. */
  readonly authenticate?: Authenticate;
  readonly tap?: Tap;
  readonly onEvent?: (event: BrokerEvent) => void;
  /** A connection that did not come so far as to be one of MQTT: TLS that failed, no WebSocket. */
  readonly onRefused?: (listener: number, remote: string, reason: string) => void;
  /** The store has failed: nothing was acknowledged since, and all connections are cut. */
  readonly onError?: (error: Error) => void;
}

/** What can change while it runs. The listeners must be as many, and stay where they are. */
export interface Reloaded {
  readonly listeners: readonly Listener[];
  readonly settings?: CommonSettings;
  readonly authenticate?: Authenticate;
}
