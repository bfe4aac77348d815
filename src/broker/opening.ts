// What is known of a client between its CONNECT and our CONNACK.

import type { ConnectPacket } from '../codec/packet.js';
import type { AuthenticationMethod } from './authentication.js';

export interface Opening {
  /** Its bytes are its own. */
  readonly connect: ConnectPacket;
  readonly clientId: string;
  /** The server made the identifier. */
  readonly assigned: boolean;
  /** Of mosquitto: gets nothing back that it sent, and retained messages as such. */
  readonly bridge: boolean;
  /** Seconds; 0: none. */
  readonly keepAlive: number;
  /** 5.0, 4.12. */
  readonly method: AuthenticationMethod | undefined;
  /** Where the method stands. */
  state: unknown;
}
