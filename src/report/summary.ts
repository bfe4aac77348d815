// The closing line: what was read, what was skipped and why, and what to do when there was no MQTT.

import type { EventName } from '../dissect/item.js';
import { count, plural } from './preview.js';
import type { FindingCounts, ShownSummary, Summary } from './shown.js';
import { escapeText } from './terminal.js';

/** Events worth counting, as one of them is called. */
const COUNTED: readonly (readonly [EventName, string])[] = [
  ['gap', 'gap'],
  ['lost-sync', 'lost sync'],
  ['incomplete', 'incomplete packet'],
  ['overlap-conflict', 'overlap conflict'],
];

/** `123 MQTT packets in 4 connections (3.1.1: 2, 5.0: 2), 1,000 capture frames; skipped: 12 ARP; 2 problems; 1 gap`. */
export function summaryText(summary: ShownSummary): string {
  const { emptyTls = 0 } = summary;
  const parts = [headline(summary), ...selection(summary)];
  if (summary.skipped.length > 0) parts.push(`skipped: ${summary.skipped.map(skippedText).join(', ')}`);
  if (summary.problems > 0) parts.push(plural(summary.problems, 'problem'));
  if (summary.findings !== undefined) parts.push(...findingsText(summary.findings));
  for (const [event, noun] of COUNTED) {
    const number = summary.events[event] ?? 0;
    if (number > 0) parts.push(plural(number, noun));
  }
  if (summary.encrypted > 0) parts.push(`${plural(summary.encrypted, 'connection')} encrypted (TLS, see --keylog)`);
  if (emptyTls > 0) parts.push(`${plural(emptyTls, 'TLS connection')} without data`);
  const line = parts.join('; ');
  const nothing = summary.packets === 0 && summary.captureFrames > 0 && summary.isProxied !== true;
  return nothing && (summary.otherConnections > 0 || summary.encrypted + emptyTls === 0)
    ? `${line}\n${whatElse(summary)}`
    : line;
}

function headline(summary: Summary): string {
  const packets = summary.packets === 0 ? 'no MQTT packets' : plural(summary.packets, 'MQTT packet');
  const versions = Object.entries(summary.byVersion).filter(([, number]) => number > 0);
  const by = versions.map(([version, number]) => `${version}: ${count(number)}`).join(', ');
  const where = summary.connections === 0 ? '' : ` in ${plural(summary.connections, 'connection')}`;
  const frames = summary.captureFrames === 0 ? '' : `, ${plural(summary.captureFrames, 'capture frame')}`;
  return `${packets}${where}${by === '' ? '' : ` (${by})`}${frames}`;
}

/** What of it was shown, where that is not everything. */
function selection({ selected, packets }: Summary): readonly string[] {
  if (selected === undefined) return [];
  const part = `${count(selected.packets)} of ${plural(packets, 'MQTT packet')} selected`;
  const parts = selected.packets < packets ? [part] : [];
  return selected.limit === undefined ? parts : [...parts, `stopped at the limit of ${count(selected.limit)}`];
}

function skippedText({ what, reason, count: number }: Summary['skipped'][number]): string {
  const name = escapeText(what);
  if (reason === 'cut') return `${count(number)} cut off in ${name}`;
  return `${count(number)} ${reason === 'malformed' ? `malformed (${name})` : name}`;
}

/** What the judge found, where it found something; what is inconclusive is told by `check`. */
function findingsText({ must, should, note, more }: FindingCounts): readonly string[] {
  const all = must + should + note;
  if (all === 0) return [];
  const levels = [
    [must, 'must'],
    [should, 'should'],
    [note, 'note'],
  ] as const;
  const parts = levels.filter(([number]) => number > 0).map(([number, level]) => `${count(number)} ${level}`);
  return [`${plural(all, 'finding')} (${parts.join(', ')}${more > 0 ? `; ${count(more)} more like these` : ''})`];
}

/** What was there instead of MQTT, and how to name a port. */
function whatElse({ otherConnections, otherPorts }: Summary): string {
  if (otherConnections === 0) return 'There were no TCP connections.';
  const ports = otherPorts.map(({ port, count: number }) => `${port} (${count(number)})`).join(', ');
  const first = otherPorts.find(({ port }) => port > 0)?.port ?? 1883;
  const seen = `${plural(otherConnections, 'TCP connection')} without MQTT${ports === '' ? '' : `, to port ${ports}`}.`;
  return `${seen} If one of them is MQTT nevertheless, name it: --port ${first}`;
}
