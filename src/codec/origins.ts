// Capture frame numbers of a packet.

/** Frames come in the order of the stream: a segment that was late stands before those that were early. */
export function ascending(origins: readonly number[]): readonly number[] {
  for (let i = 1; i < origins.length; i++) {
    if (origins[i]! <= origins[i - 1]!) return [...new Set(origins)].sort((a, b) => a - b);
  }
  return origins;
}
