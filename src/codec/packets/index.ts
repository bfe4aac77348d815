// The registry of layouts: a packet type is one row here and one constant in its file.

import type { PacketTypeName } from '../../spec/packets.js';
import type { Bits, Item } from '../layout.js';
import { CONNACK } from './connack.js';
import { CONNECT } from './connect.js';
import { AUTH, DISCONNECT, PING } from './disconnect.js';
import { PUBLISH, PUBLISH_HEADER } from './publish.js';
import { PUBACK, PUBCOMP, PUBREC, PUBREL } from './publish-ack.js';
import { SUBACK, SUBSCRIBE } from './subscribe.js';
import { UNSUBACK, UNSUBSCRIBE } from './unsubscribe.js';

export interface Layout {
  /** Parts of the low nibble of the first byte; without them it is a fixed value. */
  readonly header?: readonly Bits[];
  readonly items: readonly Item[];
}

export const LAYOUTS: Readonly<Record<PacketTypeName, Layout>> = {
  CONNECT: { items: CONNECT },
  CONNACK: { items: CONNACK },
  PUBLISH: { header: PUBLISH_HEADER, items: PUBLISH },
  PUBACK: { items: PUBACK },
  PUBREC: { items: PUBREC },
  PUBREL: { items: PUBREL },
  PUBCOMP: { items: PUBCOMP },
  SUBSCRIBE: { items: SUBSCRIBE },
  SUBACK: { items: SUBACK },
  UNSUBSCRIBE: { items: UNSUBSCRIBE },
  UNSUBACK: { items: UNSUBACK },
  PINGREQ: { items: PING },
  PINGRESP: { items: PING },
  DISCONNECT: { items: DISCONNECT },
  AUTH: { items: AUTH },
};
