// The bounds of the TLS layer, per connection. What all connections share is bounded in secrets.ts. Where a bound is
// reached, a notice says what was left out, and what follows is read on.

export interface TlsOptions {
  /** Encrypted bytes held in each direction for a secret that may come later. */
  readonly maxHeldBytes: number;
  /** A longer handshake message is stepped over: no keys come of it. */
  readonly maxHandshakeBytes: number;
  /** After a gap of unknown length: how many records may have been lost for the next one still to be read. */
  readonly maxSequenceSearch: number;
  /** Notices about bad records in each direction, and about bytes that are none; further ones are only counted. */
  readonly maxBadRecordNotices: number;
}

export const TLS_DEFAULTS: TlsOptions = {
  maxHeldBytes: 256 * 1024,
  maxHandshakeBytes: 64 * 1024,
  maxSequenceSearch: 64,
  maxBadRecordNotices: 8,
};
