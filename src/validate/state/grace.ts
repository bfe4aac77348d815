// How long a side may take before it counts as having failed to act. The capture point lies anywhere on the way, packets
// of both directions cross, and what was asked may be slow: only what stays undone for this long was not done.

/** Nanoseconds of capture time. */
export const GRACE = 10e9;
export const GRACE_SECONDS = 10;

/** "10 s", "1.5 s", "12 minutes" of nanoseconds. */
export function spanText(span: number): string {
  const seconds = span / 1e9;
  if (seconds < 0.001) return `${Math.max(0, Math.round(span / 1e3))} µs`;
  if (seconds < 1) return `${Math.round(seconds * 1e3)} ms`;
  if (seconds < 600) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return `${Number((seconds / 3600).toFixed(1))} hours`;
}
