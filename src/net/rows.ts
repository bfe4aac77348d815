// The table of headers as one look-up: filled by headers.ts, asked by the walk and by headers that have to guess what is
// in them and prefer what can be read.

import { type Next, SPACES } from './walk.js';

/** By space | number: 1 + the row that reads it, 0 where none does. */
export const ROW_OF: Uint8Array = new Uint8Array(SPACES << 16);

export const isRead = (next: Next): boolean => ROW_OF[next] !== 0;
