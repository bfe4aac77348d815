// The numbered statements of MQTT 3.1.1: Data representation and packet format (chapters 1 and 2).

import type { StatementRow } from '../statement.js';

export const DATA: readonly StatementRow[] = [
  {
    id: 'MQTT-1.5.3-1',
    section: '1.5.3',
    level: 'must',
    binds: 'both',
    text: 'A string must be valid UTF-8 without surrogates (U+D800 to U+DFFF); whoever receives another one must close the connection.',
  },
  {
    id: 'MQTT-1.5.3-2',
    section: '1.5.3',
    level: 'must',
    binds: 'both',
    text: 'A string must not hold U+0000; whoever receives one that does must close the connection.',
  },
  {
    id: 'MQTT-1.5.3-3',
    section: '1.5.3',
    level: 'must',
    binds: 'receiver',
    text: 'The bytes EF BB BF are the character U+FEFF anywhere in a string: a receiver must keep them.',
  },
  {
    id: 'MQTT-2.2.2-1',
    section: '2.2.2',
    level: 'must',
    binds: 'sender',
    text: 'Reserved bits of the fixed header must have the values of the table of flags.',
  },
  {
    id: 'MQTT-2.2.2-2',
    section: '2.2.2',
    level: 'must',
    binds: 'receiver',
    text: 'A packet with wrong flags must make its receiver close the connection.',
  },
  {
    id: 'MQTT-2.3.1-1',
    section: '2.3.1',
    level: 'must',
    binds: 'sender',
    text: 'SUBSCRIBE, UNSUBSCRIBE and PUBLISH of QoS 1 or 2 must carry a Packet Identifier other than zero.',
  },
  {
    id: 'MQTT-2.3.1-2',
    section: '2.3.1',
    level: 'must',
    binds: 'client',
    text: 'A new packet of these kinds must get a Packet Identifier that the client is not using.',
  },
  {
    id: 'MQTT-2.3.1-3',
    section: '2.3.1',
    level: 'must',
    binds: 'client',
    text: 'A packet sent again must keep its Packet Identifier; that becomes free when the last acknowledgement of its exchange has been processed.',
  },
  {
    id: 'MQTT-2.3.1-4',
    section: '2.3.1',
    level: 'must',
    binds: 'server',
    text: 'A server must choose and keep the Packet Identifiers of its own QoS 1 and 2 messages in the same way.',
  },
  {
    id: 'MQTT-2.3.1-5',
    section: '2.3.1',
    level: 'must',
    binds: 'sender',
    text: 'A QoS 0 PUBLISH must have no Packet Identifier.',
  },
  {
    id: 'MQTT-2.3.1-6',
    section: '2.3.1',
    level: 'must',
    binds: 'sender',
    text: 'PUBACK, PUBREC and PUBREL must repeat the Packet Identifier of the PUBLISH that they belong to.',
  },
  {
    id: 'MQTT-2.3.1-7',
    section: '2.3.1',
    level: 'must',
    binds: 'server',
    text: 'SUBACK and UNSUBACK must repeat the Packet Identifier of the request that they answer.',
  },
];
