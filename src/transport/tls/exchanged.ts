// What a connection came to that has ended: whether there was anything in it that more secrets would show.

import { TLS_1_3 } from './names.js';
import type { Session } from './session.js';

/** Of Finished in TLS 1.3: a header of 4 bytes, 32 of a hash or more, the type, the tag (8 or more). Alerts are shorter. */
const LEAST_FINISHED = 45;

/** 'nothing': no application data was sent, since the handshake failed or was all there was. 'read': all there was. */
export type Exchanged = 'nothing' | 'read' | 'encrypted';

export function exchangedIn({ halves, negotiation, delivered }: Session): Exchanged {
  // What was not seen may have been anything.
  if (negotiation?.client === undefined) return 'encrypted';
  if (halves.some(({ hasLost, reader }) => hasLost || reader.left > 0 || reader.skipped > 0)) return 'encrypted';
  const { version, client, clientSide } = negotiation;
  if (halves.every(({ unreadDataBytes }) => unreadDataBytes === 0)) return delivered ? 'read' : 'nothing';
  // In TLS 1.3 the handshake looks like data. Without the client's Finished none followed.
  if (delivered || version !== TLS_1_3 || client.earlyData || clientSide === undefined) return 'encrypted';
  return halves[clientSide].unreadDataBytes < LEAST_FINISHED ? 'nothing' : 'encrypted';
}
