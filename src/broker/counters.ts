// What the core counts, for $SYS and for tests. Sums since the start, and what there is now. They may pass 2^31, so each
// begins as a fraction of nothing: a field that turns from small integer to double costs all code that knows it.

export class Counters {
  bytesReceived = Number.NaN;
  bytesSent = Number.NaN;
  /** Packets of any type. */
  packetsReceived = Number.NaN;
  packetsSent = Number.NaN;
  publishReceived = Number.NaN;
  publishSent = Number.NaN;
  publishBytesReceived = Number.NaN;
  publishBytesSent = Number.NaN;
  /** Messages that some client did not get because of a limit, congestion or a too small Maximum Packet Size. */
  publishDropped = Number.NaN;
  /** Connections that have been made. */
  sockets = Number.NaN;
  /** CONNECT packets that have been accepted. */
  connections = Number.NaN;
  clientsConnected = Number.NaN;
  clientsMaximum = Number.NaN;
  /** Sessions ended because their client did not come back in time. */
  clientsExpired = Number.NaN;
  sessions = Number.NaN;
  subscriptions = Number.NaN;
  sharedSubscriptions = Number.NaN;
  retained = Number.NaN;
  retainedBytes = Number.NaN;
  /** Messages queued or under way, over all sessions, and their bytes. */
  stored = Number.NaN;
  storedBytes = Number.NaN;
  /** Bytes of packets that have begun to come. */
  partialBytes = Number.NaN;

  constructor() {
    for (const name of Object.keys(this) as (keyof Counters)[]) this[name] = 0;
  }
}
