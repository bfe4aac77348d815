// A finding in words, for every format that people read: which statement, how strongly it binds and whom, where in
// which packet. Its message holds values from the network: what comes from here is safe for a terminal.

import type { Problem } from '../codec/field.js';
import { reasonCodeName } from '../spec/reason-codes.js';
import { codeText } from '../validate/code-text.js';
import type { Finding, FrameRef } from '../validate/finding.js';
import { count } from './preview.js';
import { cut, displayWidth, escapeText, type Palette } from './terminal.js';

/** "5.0:MQTT-3.3.1-2"; where the specification has no number, "3.1 §3.3". */
export function statementText({ statement, version, section }: Finding): string {
  return statement ?? `${version} §${section}`;
}

/** `byte 0, bit 3`, `bytes 5 to 8`, `byte 9, bits 4 to 3`; '' for a whole packet. */
export function bytesText({ place }: Finding): string {
  if (place === undefined) return '';
  const { at, length, bits } = place;
  const bytes = length <= 1 ? `byte ${at}` : `bytes ${at} to ${at + length - 1}`;
  if (bits === undefined) return bytes;
  return `${bytes}, ${bitsText(bits)}`;
}

export function bitsText([high, low]: readonly [number, number]): string {
  return high === low ? `bit ${high}` : `bits ${high} to ${low}`;
}

/** `packet #12 (PUBLISH)`, `the close`, `WebSocket`: what of a connection it is about. */
export function packetText({ number, type }: FrameRef): string {
  if (number > 0) return `packet #${number} (${type})`;
  return LAYERS[type] ?? type;
}

const LAYERS: Readonly<Record<string, string>> = {
  close: 'the end of the connection',
  websocket: 'WebSocket',
  tls: 'TLS',
  'proxy-protocol': 'PROXY protocol',
  framing: 'no packet',
};

/** `frame 7`, `frames 7, 8`, `frames 7 … 20 (14)`; '' where there is none. */
export function framesText(frames: readonly number[]): string {
  if (frames.length === 0 || frames[0] === 0) return '';
  if (frames.length === 1) return `frame ${frames[0]}`;
  if (frames.length <= 3) return `frames ${frames.join(', ')}`;
  return `frames ${frames[0]} … ${frames.at(-1)} (${count(frames.length)})`;
}

/** Message, and of what is not sure the reason. */
export function messageText({ message, verdict, reason }: Finding): string {
  const text = escapeText(message);
  if (verdict === 'violation') return text;
  return `${text} (not sure: ${escapeText(reason ?? 'what would tell was not seen')})`;
}

/** Of 5.0: the Reason Code that is due, by the name that it has in DISCONNECT, or where it is not among these. */
export function dueText({ due }: Finding): string {
  if (due === undefined) return '';
  const type = ['DISCONNECT', 'CONNACK', 'PUBACK'].find((one) => reasonCodeName(one, due) !== undefined);
  return `the receiver owes Reason Code ${codeText(type ?? 'PUBREL', due, '5.0')}`;
}

export function paintOf({ verdict, level }: Finding, palette: Palette): (text: string) => string {
  if (verdict === 'inconclusive' || level === 'note') return palette.dim;
  return level === 'must' ? palette.red : palette.yellow;
}

/** `✗ must, client: DUP is 1 on a QoS 0 message (5.0:MQTT-3.3.1-2; byte 0, bit 3)`: what stands under a packet. */
export function findingLine(finding: Finding, about = ''): string {
  const where = [statementText(finding), bytesText(finding)].filter((one) => one !== '').join('; ');
  return `${head(finding, about)}${messageText(finding)} (${where})`;
}

/** The same within so many columns: of the message, not of what it refers to, something is left out. */
export function shortFindingLine(finding: Finding, room: number, about = ''): string {
  const line = findingLine(finding, about);
  if (displayWidth(line) <= room) return line;
  const tail = ` (${statementText(finding)})`;
  const whole = head(finding, about) + messageText(finding);
  return room < 3 * tail.length ? cut(whole, room) : cut(whole, room - tail.length) + tail;
}

/** `about`: the packet, when it is not the one above. */
function head({ verdict, level, party }: Finding, about: string): string {
  return `${verdict === 'violation' ? '✗' : '?'} ${level}, ${party}${about === '' ? '' : `, ${about}`}: `;
}

/** Whether a violation says what is wrong with the bytes of a problem. */
export function covers({ verdict, place }: Finding, { path, at, length }: Problem): boolean {
  if (verdict !== 'violation' || place === undefined) return false;
  if (place.path === path) return true;
  return place.at < at + Math.max(1, length) && at < place.at + Math.max(1, place.length);
}
