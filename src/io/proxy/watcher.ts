// What a relay tells of what passes, to whoever looks. It is the client's connection that is told: what the client sent,
// and what the client was sent. Bytes are valid during the call only.

import type { Side } from '../../bytes/chunk.js';
import type { InjectedFault } from '../../faults/gate.js';
import type { Endpoint } from '../watch/tap.js';
import type { FailureReason } from './failures.js';

export interface RelayWatcher {
  /** A client has connected; `route`: index of the pair of --listen and --target. */
  opened(connection: number, route: number, client: Endpoint, server: Endpoint): void;
  /** `from` sent these: 0 the client (as it sent them), 1 the server (as the client was sent them). */
  bytes(connection: number, from: Side, bytes: Uint8Array): void;
  /** FIN of one direction, or RST, which ends both. Both directions end once, or one RST. */
  ended(connection: number, from: Side, how: 'fin' | 'rst'): void;
  /** Lines of the NSS key log, of TLS on the client's side. They come before the bytes that need them. */
  secrets(lines: string): void;
  event(event: RelayEvent): void;
}

export type RelayEvent =
  | { readonly kind: 'fault'; readonly connection: number; readonly fault: InjectedFault }
  /** The target could not be reached, or TLS or WebSocket failed with it or with the client. `message` says which and why. */
  | {
      readonly kind: 'failed';
      readonly connection: number | undefined;
      readonly with: 'client' | 'target';
      readonly reason: FailureReason;
      readonly message: string;
    }
  /** The proxy itself closes a connection: somebody asked for it, or it stops. No side is to blame. */
  | {
      readonly kind: 'cut';
      readonly connection: number;
      readonly how: 'fin' | 'rst';
      readonly why: 'asked' | 'stopped';
    }
  /** The connection to the target is there. */
  | { readonly kind: 'connected'; readonly connection: number; readonly target: Endpoint };
