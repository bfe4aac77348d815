// The numbered statements of MQTT 5.0: PINGREQ, DISCONNECT and AUTH (3.12 to 3.15).

import type { StatementRow } from '../statement.js';

export const ENDS: readonly StatementRow[] = [
  {
    id: 'MQTT-3.12.4-1',
    section: '3.12.4',
    level: 'must',
    binds: 'server',
    text: 'Each PINGREQ must be answered with PINGRESP.',
  },
  {
    id: 'MQTT-3.14.0-1',
    section: '3.14',
    level: 'must',
    binds: 'server',
    text: 'A server must send no DISCONNECT before a CONNACK with a Reason Code below 0x80.',
  },
  {
    id: 'MQTT-3.14.1-1',
    section: '3.14.1',
    level: 'must',
    binds: 'receiver',
    text: 'The receiver of DISCONNECT must check that its reserved bits are 0, and answer others with DISCONNECT 0x81.',
  },
  {
    id: 'MQTT-3.14.2-1',
    section: '3.14.2.1',
    level: 'must',
    binds: 'sender',
    text: 'The Reason Code of DISCONNECT must be one of those defined for it.',
  },
  {
    id: 'MQTT-3.14.2-2',
    section: '3.14.2.2.2',
    level: 'must',
    binds: 'server',
    text: 'A DISCONNECT of the server must have no Session Expiry Interval.',
  },
  {
    id: 'MQTT-3.14.2-3',
    section: '3.14.2.2.3',
    level: 'must',
    binds: 'sender',
    text: "A Reason String must be left out of a DISCONNECT that it would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.14.2-4',
    section: '3.14.2.2.4',
    level: 'must',
    binds: 'sender',
    text: "User Properties must be left out of a DISCONNECT that they would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.14.4-1',
    section: '3.14.4',
    level: 'must',
    binds: 'sender',
    text: 'After DISCONNECT its sender must send nothing more on that connection.',
  },
  {
    id: 'MQTT-3.14.4-2',
    section: '3.14.4',
    level: 'must',
    binds: 'sender',
    text: 'After DISCONNECT its sender must close the connection.',
  },
  {
    id: 'MQTT-3.14.4-3',
    section: '3.14.4',
    level: 'must',
    binds: 'server',
    text: 'DISCONNECT with 0x00 must make the server drop the will without publishing it.',
  },
  {
    id: 'MQTT-3.15.1-1',
    section: '3.15.1',
    level: 'must',
    binds: 'both',
    text: 'The low four bits of the first byte of AUTH must be 0; the receiver must treat others as malformed and close.',
  },
  {
    id: 'MQTT-3.15.2-1',
    section: '3.15.2.1',
    level: 'must',
    binds: 'sender',
    text: 'The Reason Code of AUTH must be one of those defined for it.',
  },
  {
    id: 'MQTT-3.15.2-2',
    section: '3.15.2.2.4',
    level: 'must',
    binds: 'sender',
    text: "A Reason String must be left out of an AUTH that it would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.15.2-3',
    section: '3.15.2.2.5',
    level: 'must',
    binds: 'sender',
    text: "User Properties must be left out of an AUTH that they would make larger than its receiver's Maximum Packet Size.",
  },
];
