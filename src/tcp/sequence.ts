// TCP sequence numbers are counted modulo 2^32 (RFC 9293, 3.4): only distances mean anything, and those are signed.
// Everything here works on the low 32 bits, so signed and unsigned forms of the same number are equal.

/** How far `to` lies behind `from` in the stream: negative when it lies before. Exact within 2^31 either way. */
export const distance = (from: number, to: number): number => (to - from) | 0;

/** The sequence number `by` bytes after `from`, in the signed form. */
export const advance = (from: number, by: number): number => (from + by) | 0;
