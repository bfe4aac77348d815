// The same steps or segments cut, repeated, moved and damaged, as networks and captures do it.

import { concat } from './hex.js';
import { FIN, later, type Numbered, type Step } from './variants-session.js';

/** Payloads in pieces of `size` bytes. */
export function cut(steps: readonly Step[], size: number): Step[] {
  return steps.flatMap((step) => {
    if (step.payload.length <= size) return [step];
    const pieces: Step[] = [];
    for (let at = 0; at < step.payload.length; at += size) {
      const last = at + size >= step.payload.length;
      pieces.push({
        ...step,
        flags: last ? step.flags : step.flags & ~FIN,
        payload: step.payload.subarray(at, at + size),
      });
    }
    return pieces;
  });
}

/** What one side of a connection sends in a row, in one segment. */
export function merged(steps: readonly Step[]): Step[] {
  const out: Step[] = [];
  for (const step of steps) {
    const last = out.at(-1);
    const sameSender = last?.connection === step.connection && last.side === step.side && last.flags === step.flags;
    if (!sameSender || last.payload.length === 0 || step.payload.length === 0) out.push(step);
    else out[out.length - 1] = { ...step, payload: concat(last.payload, step.payload) };
  }
  return out;
}

const sameStream = (a: Numbered, b: Numbered | undefined): b is Numbered =>
  b !== undefined && a.connection === b.connection && a.side === b.side;

/** Two segments with data that follow each other in one stream change places. */
export function reversedPairs(segments: readonly Numbered[]): Numbered[] {
  const out = [...segments];
  for (let i = 0; i + 1 < out.length; i++) {
    const [first, second] = [out[i]!, out[i + 1]];
    if (!sameStream(first, second) || first.payload.length === 0 || second.payload.length === 0) continue;
    out[i] = { ...second, time: first.time };
    out[i + 1] = { ...first, time: second.time };
    i++;
  }
  return out;
}

/** Whatever one side sends in a row comes in the opposite order. */
export function reversedRuns(segments: readonly Numbered[]): Numbered[] {
  const out: Numbered[] = [];
  for (let i = 0; i < segments.length; ) {
    let end = i + 1;
    const run = (at: number): boolean =>
      sameStream(segments[i]!, segments[at]) && segments[at].payload.length > 0 && end - i < 6;
    while (segments[i]!.payload.length > 0 && run(end)) end++;
    out.push(...segments.slice(i, end).toReversed());
    i = end;
  }
  return out;
}

/** Every segment comes `distance` segments later once more. */
export function duplicated(segments: readonly Numbered[], distance: number): Numbered[] {
  return segments.flatMap((segment, i) => {
    const late = segments[i + 1 - distance];
    return late === undefined ? [segment] : [segment, { ...late, time: segment.time }];
  });
}

/** After each segment its last bytes come again, together with the next ones of the stream where those follow at once. */
export function overlapping(segments: readonly Numbered[], overlap: number): Numbered[] {
  return segments.flatMap((segment, i) => {
    const next = segments[i + 1];
    const from = Math.max(0, segment.payload.length - overlap);
    const follows = sameStream(segment, next) && next.sequence === later(segment, segment.payload.length);
    const more = follows ? next.payload : new Uint8Array(0);
    if (segment.payload.length === 0) return [segment];
    const payload = concat(segment.payload.subarray(from), more);
    return [segment, { ...segment, sequence: later(segment, from), payload }];
  });
}

/** After each segment the byte before it comes again, as zero. */
export function contradicted(segments: readonly Numbered[]): Numbered[] {
  return segments.flatMap((segment) =>
    segment.payload.length === 0
      ? [segment]
      : [segment, { ...segment, sequence: (segment.sequence - 1) >>> 0, payload: Uint8Array.of(0) }],
  );
}
