// A packet that says nothing but what is usual, before anything is made of it: for who can do with that, and is spared an item.

import type { Property } from '../codec/packet.js';
import type { PlainType } from '../codec/plain.js';
import type { Version } from '../spec/versions.js';
import type { ConnectionInfo } from './item.js';

/** Whole, and without a problem. One object becomes another packet each time. */
export interface GlancedPacket {
  readonly connection: ConnectionInfo;
  /** As of an item. */
  readonly number: number;
  readonly version: Version;
  readonly fromClient: boolean;
  /** The packet; valid until the next push. */
  readonly bytes: Uint8Array;
  readonly time: number;
  /** The first capture frame that carried it; all of them, when there are several. */
  readonly origin: number;
  readonly origins: readonly number[] | undefined;
  /** Where it begins in the capture file; -1 when nobody can tell. */
  readonly offset: number;
  readonly says: {
    readonly type: PlainType;
    readonly dup: boolean;
    readonly qos: number;
    readonly retain: boolean;
    /** As it stands in the packet. */
    readonly topic: string;
    /** -1: it has none. */
    readonly packetId: number;
    readonly properties: readonly Property[] | undefined;
    /** Where the payload of a PUBLISH begins, which ends with the packet. */
    readonly payloadAt: number;
  };
}
