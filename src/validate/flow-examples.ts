// Beginnings that examples of message flows share: a subscriber, and a session that is kept and comes back.

import { OPENED } from './samples.js';

/** Packets 1 to 4: client "c" is subscribed to "t" with QoS 2. */
export const SUBSCRIBED = `${OPENED}
> 82 { 0001 p "t" 02 }
< 90 { 0001 p 02 }
`;

/** Packets 1 and 2: client "c" begins a session that outlives its connection. */
export const KEPT = `
> 10 { proto 00 003c p{ 11 00000e10 } "c" }
< 20 { 00 00 p }
`;

/** Packets 1 to 4: the same, subscribed to "t" with QoS 2. */
export const KEPT_SUBSCRIBED = `${KEPT}
> 82 { 0001 p "t" 02 }
< 90 { 0001 p 02 }
`;

/** Two packets: the connection is lost, and the client comes back to its session. */
export const BACK = `
rst >
2> 10 { proto 00 003c p{ 11 00000e10 } "c" }
2< 20 { 01 00 p }
`;

/** Two packets: both sides are alive 11 s later. */
export const LATER = `
wait 11s
> c0 00
< d0 00
`;

/** The same on the connection after BACK. */
export const LATER_BACK = `
wait 11s
2> c0 00
2< d0 00
`;
