// A Will Message as it stands in its session until it is published or removed (3.1.2.5). It becomes a message when it is
// published, for its interval counts from then (5.0: 3.1.3.2.4).

export interface Will {
  /** A PUBLISH packet of QoS 0. */
  readonly packet: Uint8Array;
  readonly v5: boolean;
  /** With the mount point; in `packet` too. */
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly delayInterval: number;
}
