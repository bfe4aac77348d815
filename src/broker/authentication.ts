// Enhanced authentication (5.0: 4.12): a method is a small machine that the core drives with AUTH packets. It may hold
// secrets and draw nonces, so methods live at the edge (io/scram.ts) and come in through the settings.

export interface AuthenticationContext {
  readonly clientId: string;
  /** User name of CONNECT, or of the listener's identity. */
  readonly userName: string | undefined;
  readonly listener: number;
  /** The client authenticates anew on an open connection (4.12.1), where it is known as `userName`. */
  readonly again: boolean;
}

/** `data` goes to the client; `state` comes back with the client's next data. */
export type AuthenticationResult =
  | { readonly kind: 'continue'; readonly state: unknown; readonly data?: Uint8Array }
  /** `userName` is who the client turned out to be. */
  | { readonly kind: 'success'; readonly userName?: string; readonly data?: Uint8Array }
  /** A Reason Code of CONNACK (or DISCONNECT, when again): 0x86, 0x87, 0x8C … */
  | { readonly kind: 'failure'; readonly reasonCode: number; readonly reason?: string };

export interface AuthenticationMethod {
  /** As it stands in Authentication Method: SCRAM-SHA-256. */
  readonly name: string;
  /** Data of CONNECT, or of the AUTH that begins again; undefined when there were none. */
  start(data: Uint8Array | undefined, context: AuthenticationContext): AuthenticationResult;
  /** Data of the next AUTH. */
  continue(state: unknown, data: Uint8Array | undefined): AuthenticationResult;
}
