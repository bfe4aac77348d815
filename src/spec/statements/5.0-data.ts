// The numbered statements of MQTT 5.0: Data representation and packet format (chapters 1 and 2).

import type { StatementRow } from '../statement.js';

export const DATA: readonly StatementRow[] = [
  {
    id: 'MQTT-1.5.4-1',
    section: '1.5.4',
    level: 'must',
    binds: 'sender',
    text: 'A string must be valid UTF-8 without surrogates (U+D800 to U+DFFF).',
  },
  { id: 'MQTT-1.5.4-2', section: '1.5.4', level: 'must', binds: 'sender', text: 'A string must not hold U+0000.' },
  {
    id: 'MQTT-1.5.4-3',
    section: '1.5.4',
    level: 'must',
    binds: 'receiver',
    text: 'The bytes EF BB BF are the character U+FEFF anywhere in a string: a receiver must keep them.',
  },
  {
    id: 'MQTT-1.5.5-1',
    section: '1.5.5',
    level: 'must',
    binds: 'sender',
    text: 'A Variable Byte Integer must take no more bytes than its value needs.',
  },
  {
    id: 'MQTT-1.5.7-1',
    section: '1.5.7',
    level: 'must',
    binds: 'sender',
    text: 'Name and value of a string pair must both be valid strings.',
  },
  {
    id: 'MQTT-2.1.3-1',
    section: '2.1.3',
    level: 'must',
    binds: 'sender',
    text: 'Reserved flag bits must have the values that the specification gives them.',
  },
  {
    id: 'MQTT-2.2.1-2',
    section: '2.2.1',
    level: 'must',
    binds: 'sender',
    text: 'A QoS 0 PUBLISH must have no Packet Identifier.',
  },
  {
    id: 'MQTT-2.2.1-3',
    section: '2.2.1',
    level: 'must',
    binds: 'client',
    text: 'A new SUBSCRIBE, UNSUBSCRIBE or PUBLISH of QoS 1 or 2 must get a Packet Identifier that is not zero and that the client is not using.',
  },
  {
    id: 'MQTT-2.2.1-4',
    section: '2.2.1',
    level: 'must',
    binds: 'server',
    text: 'A new PUBLISH of QoS 1 or 2 must get a Packet Identifier that is not zero and that the server is not using.',
  },
  {
    id: 'MQTT-2.2.1-5',
    section: '2.2.1',
    level: 'must',
    binds: 'sender',
    text: 'PUBACK, PUBREC, PUBREL and PUBCOMP must repeat the Packet Identifier of the PUBLISH that they belong to.',
  },
  {
    id: 'MQTT-2.2.1-6',
    section: '2.2.1',
    level: 'must',
    binds: 'server',
    text: 'SUBACK and UNSUBACK must repeat the Packet Identifier of the request that they answer.',
  },
  {
    id: 'MQTT-2.2.2-1',
    section: '2.2.2.1',
    level: 'must',
    binds: 'sender',
    text: 'A packet without properties must say so with a Property Length of 0.',
  },
];
