// Addresses as text, made only when somebody will read them: IPv4 dotted, IPv6 as RFC 5952 wants it (lower case, the
// longest run of zero groups shortened, the mapped IPv4 form kept dotted).

const GROUPS = 8;

/** The address of `length` bytes (4 or 16) at `at`: "10.0.0.2", "fe80::1". */
export function formatAddress(bytes: Uint8Array, at: number, length: number): string {
  if (length === 4) return bytes.subarray(at, at + 4).join('.');
  const groups: number[] = [];
  for (let i = 0; i < GROUPS; i++) groups.push((bytes[at + 2 * i]! << 8) | bytes[at + 2 * i + 1]!);
  // RFC 5952, 5: the prefix of IPv4-mapped addresses is well known, so their last four bytes stay dotted.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${formatAddress(bytes, at + 12, 4)}`;
  }
  const [start, end] = longestZeroRun(groups);
  const text = groups.map((group) => group.toString(16));
  if (end - start < 2) return text.join(':');
  return `${text.slice(0, start).join(':')}::${text.slice(end).join(':')}`;
}

/** "10.0.0.2:1883", "[::1]:1883". */
export function formatEndpoint(bytes: Uint8Array, at: number, length: number, port: number): string {
  const address = formatAddress(bytes, at, length);
  return length === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}

/** The first of the longest runs of zero groups, as [start, end). */
function longestZeroRun(groups: readonly number[]): [number, number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < GROUPS; start++) {
    let end = start;
    while (end < GROUPS && groups[end] === 0) end++;
    if (end - start > best[1] - best[0]) best = [start, end];
  }
  return best;
}
