// A relay as data that another thread can be given.

import type { FaultRule } from '../../faults/rule.js';
import type { RelayLimits } from './relay-limits.js';
import type { ListenTls, RelayRoute } from './relay-options.js';

export interface RouteSetup extends Omit<RelayRoute, 'tls'> {
  readonly tls?: Omit<ListenTls, 'certificate'> & {
    /** PEM; or the folder of the authority that signs one for each name. */
    readonly certificate: { readonly certificate: string; readonly key: string } | { readonly authority: string };
  };
}

export interface RelaySetup {
  readonly routes: readonly RouteSetup[];
  readonly faults: readonly FaultRule[];
  /** Packets are followed, so that faults can be added while it runs. */
  readonly hasGates: boolean;
  /** TLS with clients is told as it is, not what is inside. */
  readonly isEncrypted: boolean;
  /** Secrets of TLS with clients are told. */
  readonly tellsSecrets: boolean;
  readonly limits?: Partial<RelayLimits>;
  /** What passes is told there. */
  readonly ring: SharedArrayBuffer;
  /** With its bytes. */
  readonly keepsBytes: boolean;
}
