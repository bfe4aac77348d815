// A finding as one or two plain lines, for formats in which it is a piece of text: junit, tap, github; and a rule that threw.

import type { InternalError } from '../../validate/judge.js';
import { bytesText, framesText, messageText, packetText } from '../finding-text.js';
import { escapeText } from '../terminal.js';
import type { Found } from './judgement.js';

/** `packet #12 (PUBLISH), frame 27, byte 0, bit 3 (publish.dup), of "meter-7" 10.0.0.2:20000 → 10.128.0.1:1883`. */
export function whereText({ finding }: Found): string {
  const { frame, place, connection } = finding;
  const { client, server, clientId } = connection;
  const who = clientId ? `"${escapeText(clientId)}" ${client}` : client;
  const path = place?.path === undefined ? '' : ` (${place.path})`;
  const parts = [packetText(frame), framesText(frame.captureFrames), `${bytesText(finding)}${path}`.trim()];
  return `${parts.filter((part) => part !== '').join(', ')}, of ${who} → ${server}`;
}

/** `must, client: DUP is 1 on a QoS 0 message`. */
export function faultText({ finding }: Found): string {
  return `${finding.level}, ${finding.party}: ${messageText(finding)}`;
}

/** `internal error in rule publish-dup at packet 12: …`. */
export function internalErrorText({ rule, frame, message }: InternalError): string {
  return `internal error in rule ${rule}${frame > 0 ? ` at packet ${frame}` : ''}: ${message}`;
}

export function plainLines(found: Found): readonly string[] {
  const { hint } = found.finding;
  const known = found.isKnown ? ' [in the baseline]' : '';
  return [`${faultText(found)}${known}`, `  ${whereText(found)}`, ...(hint === undefined ? [] : [`  fix: ${hint}`])];
}
