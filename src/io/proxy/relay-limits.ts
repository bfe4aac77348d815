// The bounds of the relay. What happens at a bound is said with it.

export interface RelayLimits {
  /** Bytes that wait for one side, or that a gate holds of one side, before the other (or it) is not read from. */
  readonly highMark: number;
  /** Milliseconds until the target must be there, with TLS and WebSocket; then the client's connection is reset. */
  readonly connectTimeout: number;
  /** Milliseconds for the client's TLS handshake and WebSocket request; then its connection is reset. */
  readonly handshakeTimeout: number;
  /** Milliseconds for what was sent last to go out, and for the other side to close; then it is cut. */
  readonly closeTimeout: number;
  /** Connections at once; more are reset. */
  readonly maximumConnections: number;
  /** Bytes of one message of a WebSocket that ends here; a longer one ends the connection. A packet's most, with its header. */
  readonly maximumMessage: number;
}

export const RELAY_LIMITS: RelayLimits = {
  highMark: 256 * 1024,
  connectTimeout: 10_000,
  handshakeTimeout: 10_000,
  closeTimeout: 2000,
  maximumConnections: 10_000,
  maximumMessage: 268_435_455 + 5,
};
