// The numbered statements of MQTT 5.0: PUBACK, PUBREC, PUBREL and PUBCOMP (3.4 to 3.7).

import type { StatementRow } from '../statement.js';

export const ACKNOWLEDGEMENTS: readonly StatementRow[] = [
  {
    id: 'MQTT-3.4.2-1',
    section: '3.4.2.1',
    level: 'must',
    binds: 'sender',
    text: 'The Reason Code of PUBACK must be one of those defined for it.',
  },
  {
    id: 'MQTT-3.4.2-2',
    section: '3.4.2.2.2',
    level: 'must',
    binds: 'sender',
    text: "A Reason String must be left out of a PUBACK that it would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.4.2-3',
    section: '3.4.2.2.3',
    level: 'must',
    binds: 'sender',
    text: "User Properties must be left out of a PUBACK that they would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.5.2-1',
    section: '3.5.2.1',
    level: 'must',
    binds: 'sender',
    text: 'The Reason Code of PUBREC must be one of those defined for it.',
  },
  {
    id: 'MQTT-3.5.2-2',
    section: '3.5.2.2.2',
    level: 'must',
    binds: 'sender',
    text: "A Reason String must be left out of a PUBREC that it would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.5.2-3',
    section: '3.5.2.2.3',
    level: 'must',
    binds: 'sender',
    text: "User Properties must be left out of a PUBREC that they would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.6.1-1',
    section: '3.6.1',
    level: 'must',
    binds: 'both',
    text: 'The low four bits of the first byte of PUBREL must be 0010; the server must treat others as malformed and close.',
  },
  {
    id: 'MQTT-3.6.2-1',
    section: '3.6.2.1',
    level: 'must',
    binds: 'sender',
    text: 'The Reason Code of PUBREL must be one of those defined for it.',
  },
  {
    id: 'MQTT-3.6.2-2',
    section: '3.6.2.2.2',
    level: 'must',
    binds: 'sender',
    text: "A Reason String must be left out of a PUBREL that it would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.6.2-3',
    section: '3.6.2.2.3',
    level: 'must',
    binds: 'sender',
    text: "User Properties must be left out of a PUBREL that they would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.7.2-1',
    section: '3.7.2.1',
    level: 'must',
    binds: 'sender',
    text: 'The Reason Code of PUBCOMP must be one of those defined for it.',
  },
  {
    id: 'MQTT-3.7.2-2',
    section: '3.7.2.2.2',
    level: 'must',
    binds: 'sender',
    text: "A Reason String must be left out of a PUBCOMP that it would make larger than its receiver's Maximum Packet Size.",
  },
  {
    id: 'MQTT-3.7.2-3',
    section: '3.7.2.2.3',
    level: 'must',
    binds: 'sender',
    text: "User Properties must be left out of a PUBCOMP that they would make larger than its receiver's Maximum Packet Size.",
  },
];
