// The numbered statements of MQTT 3.1.1: CONNACK (3.2).

import type { StatementRow } from '../statement.js';

export const CONNACK: readonly StatementRow[] = [
  {
    id: 'MQTT-3.2.0-1',
    section: '3.2',
    level: 'must',
    binds: 'server',
    text: 'The first packet of a server must be CONNACK.',
  },
  {
    id: 'MQTT-3.2.2-1',
    section: '3.2.2.2',
    level: 'must',
    binds: 'server',
    text: 'A server that accepts Clean Session 1 must send Session Present 0 with return code 0.',
  },
  {
    id: 'MQTT-3.2.2-2',
    section: '3.2.2.2',
    level: 'must',
    binds: 'server',
    text: 'A server that accepts Clean Session 0 and holds a session of that client must send Session Present 1.',
  },
  {
    id: 'MQTT-3.2.2-3',
    section: '3.2.2.2',
    level: 'must',
    binds: 'server',
    text: 'A server that accepts but holds no session of that client must send Session Present 0.',
  },
  {
    id: 'MQTT-3.2.2-4',
    section: '3.2.2.2',
    level: 'must',
    binds: 'server',
    text: 'A CONNACK that refuses must have Session Present 0.',
  },
  {
    id: 'MQTT-3.2.2-5',
    section: '3.2.2.3',
    level: 'must',
    binds: 'server',
    text: 'After a CONNACK with a return code other than 0 the server must close.',
  },
  {
    id: 'MQTT-3.2.2-6',
    section: '3.2.2.3',
    level: 'must',
    binds: 'server',
    text: 'When no return code of the table fits, the server must close without CONNACK.',
  },
];
