// What went wrong, in one line: the problems of a packet, and the events between packets.

import { formatHex } from '../bytes/hex.js';
import type { EventName } from '../dissect/item.js';
import type { Finding } from '../validate/finding.js';
import { covers } from './finding-text.js';
import type { ShownEvent, ShownPacket } from './shown.js';
import { cut, displayWidth, escapeText, type Palette } from './terminal.js';

/** Events that are no damage; all others are damage or something not seen. */
const QUIET: ReadonlySet<ShownEvent['event']> = new Set<EventName>(['mid-stream', 'connection-closed']);
/** What layers say of their normal course. */
const QUIET_CODES: ReadonlySet<string> = new Set(['handshake', 'upgrade', 'close', 'counts', 'address', 'connected']);
const BYTES_SHOWN = 16;

/**
 * `! 2 problems: Topic Name Length says 300 bytes, 5 are left (offset 2)`: the first of them; '' when there are none.
 * What a finding says is not said twice.
 */
export function problemText({ frame }: ShownPacket, findings: readonly Finding[] = []): string {
  // The story itself says what is missing.
  const told = frame.bytes.length < frame.length;
  const open = told ? frame.problems.filter((one) => one.code !== 'incomplete') : frame.problems;
  const problems =
    findings.length === 0 ? open : open.filter((one) => !findings.some((finding) => covers(finding, one)));
  const first = problems[0];
  if (first === undefined) return '';
  const many = problems.length > 1 ? `${problems.length} problems: ` : '';
  return `! ${many}${escapeText(first.message)} (offset ${first.at})`;
}

/** Story and problems within `room` columns: when both do not fit, the problems get the greater part. */
export function withProblems(story: string, problems: string, room: number, palette: Palette): string {
  if (problems === '') return cut(story, room);
  const left = room - displayWidth(story) - 1;
  const share = Math.min(displayWidth(problems), Math.max(left, Math.floor(room * 0.6)));
  return `${cut(story, room - share - 1)} ${palette.yellow(cut(problems, share))}`;
}

export function eventText(event: ShownEvent, palette: Palette): string {
  return eventPaint(event, palette)(eventStory(event));
}

/** Without colours. */
export function eventStory(event: ShownEvent): string {
  const message = escapeText(event.message);
  return isQuiet(event) ? `-- ${message}` : `!! ${event.event.replaceAll('-', ' ')}: ${message}${eventBytes(event)}`;
}

export function eventPaint(event: ShownEvent, { dim, yellow }: Palette): Palette['dim'] {
  return isQuiet(event) ? dim : yellow;
}

function isQuiet({ event, code }: ShownEvent): boolean {
  return QUIET.has(event) || (code !== undefined && QUIET_CODES.has(code));
}

function eventBytes({ bytes, length }: ShownEvent): string {
  if (bytes === undefined || bytes.length === 0) return '';
  const more = (length ?? bytes.length) > BYTES_SHOWN ? ' …' : '';
  return ` (${formatHex(bytes, 0, Math.min(bytes.length, BYTES_SHOWN))}${more})`;
}
