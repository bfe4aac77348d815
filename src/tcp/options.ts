// The bounds of reassembly and what they default to. Every one of them is an option; what happens at each bound is said
// here and nowhere else.

export interface TcpOptions {
  /** Out-of-order bytes copied and kept per direction; beyond it the first hole becomes a gap. */
  readonly maxHeldBytes: number;
  /** The same in segments. */
  readonly maxHeldSegments: number;
  /** The same in bytes over all connections together (each segment costs 128 more): the direction that asks gives in. */
  readonly maxHeldTotal: number;
  /** Once the receiver has acknowledged what is missing, it becomes a gap after this many more segments of the connection … */
  readonly ackSlackSegments: number;
  /** … or with the first segment this many nanoseconds later, whichever is first. Late records need this slack. */
  readonly ackSlackTime: number;
  /** A segment farther than this from the stream's position is not lost or late data but another numbering. */
  readonly maxJump: number;
  /** Connections followed at once; beyond it the least recently used one (to within a second) is ended as 'evicted'. */
  readonly maxConnections: number;
  /** Closed connections remembered, so that late segments find their home; the oldest is forgotten. */
  readonly maxClosed: number;
  /** Idle for this many nanoseconds, a connection is ended as 'idle'. */
  readonly idleAfter: number;
  /** Idle for this many nanoseconds, an address pair with another numbering is a new connection. */
  readonly reuseAfter: number;
  /** Bytes delivered last (all connections together) kept to tell a true retransmission from a conflicting one; 0: none. */
  readonly recentBytes: number;
}

export const TCP_DEFAULTS: TcpOptions = {
  maxHeldBytes: 1 << 20,
  maxHeldSegments: 512,
  maxHeldTotal: 64 << 20,
  ackSlackSegments: 8,
  ackSlackTime: 200e6,
  maxJump: 64 << 20,
  maxConnections: 65_536,
  maxClosed: 4096,
  // 28 hours: one and a half times the longest Keep Alive of MQTT (3.1.2.10) is 27.3.
  idleAfter: 28 * 3600e9,
  reuseAfter: 300e9,
  recentBytes: 1 << 18,
};
