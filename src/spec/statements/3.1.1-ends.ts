// The numbered statements of MQTT 3.1.1: PINGREQ and DISCONNECT (3.12 to 3.14).

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
    id: 'MQTT-3.14.1-1',
    section: '3.14.1',
    level: 'must',
    binds: 'server',
    text: 'The server must check that the reserved bits of DISCONNECT are 0, and disconnect when they are not.',
  },
  {
    id: 'MQTT-3.14.4-1',
    section: '3.14.4',
    level: 'must',
    binds: 'client',
    text: 'After DISCONNECT the client must close the connection.',
  },
  {
    id: 'MQTT-3.14.4-2',
    section: '3.14.4',
    level: 'must',
    binds: 'client',
    text: 'After DISCONNECT the client must send nothing more on that connection.',
  },
  {
    id: 'MQTT-3.14.4-3',
    section: '3.14.4',
    level: 'must',
    binds: 'server',
    text: 'DISCONNECT must make the server drop the will without publishing it.',
  },
];
