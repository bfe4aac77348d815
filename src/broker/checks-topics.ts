// Topic Names and Topic Filters (4.7, 4.8.2): what may stand in them.

import { encodeUtf8 } from '../bytes/utf8.js';
import { type Fault, fault, malformed, protocolError } from './faults.js';
import type { ListenerSettings } from './settings.js';

const TOPIC_FILTER_INVALID = 0x8f;
const TOPIC_NAME_INVALID = 0x90;

/** Why this is no Topic Name, or undefined. */
export function topicNameFault(topic: string): Fault | undefined {
  if (topic === '') return protocolError('an empty Topic Name');
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    if (code === 0x23 || code === 0x2b) return fault(TOPIC_NAME_INVALID, 'a wildcard in a Topic Name');
    if (code === 0) return malformed('U+0000 in a Topic Name');
  }
  return undefined;
}

/** Why this is no Topic Filter, or undefined. `shares`: the version knows shared subscriptions. */
export function topicFilterFault(text: string, shares: boolean): Fault | undefined {
  if (text === '') return protocolError('an empty Topic Filter');
  if (text.includes('\0')) return malformed('U+0000 in a Topic Filter');
  const wrong = wildcardFault(text, shares);
  return wrong === undefined ? undefined : fault(TOPIC_FILTER_INVALID, wrong);
}

function wildcardFault(text: string, shares: boolean): string | undefined {
  let filter = text;
  if (shares && (text === '$share' || text.startsWith('$share/'))) {
    const end = text.indexOf('/', 7);
    if (end < 0) return 'a shared subscription without filter';
    const name = text.slice(7, end);
    if (name === '' || name.includes('+') || name.includes('#')) return 'a share name that is empty or has wildcards';
    filter = text.slice(end + 1);
    if (filter === '') return 'a shared subscription without filter';
  }
  for (let at = 0; at < filter.length; at++) {
    const code = filter.charCodeAt(at);
    if (code !== 0x23 && code !== 0x2b) continue;
    if (at > 0 && filter.charCodeAt(at - 1) !== 0x2f) return 'a wildcard that does not fill its level';
    const isLast = at === filter.length - 1;
    if (code === 0x23 ? !isLast : !isLast && filter.charCodeAt(at + 1) !== 0x2f) {
      return code === 0x23 ? '# before the end' : 'a wildcard that does not fill its level';
    }
  }
  return undefined;
}

export function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#');
}

/** 1.5.3: what was put together may be too long for a string of MQTT. */
export function fitsString(text: string): boolean {
  return text.length <= 0xffff / 3 || encodeUtf8(text).length <= 0xffff;
}

export function levelsOf(topic: string): number {
  let levels = 1;
  for (let at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) levels++;
  return levels;
}

/** Only the server publishes there (4.7.2). */
export function isSystemTopic(topic: string): boolean {
  return topic.charCodeAt(0) === 0x24 && (topic === '$SYS' || topic.startsWith('$SYS/'));
}

/** Where bridges of others tell that they are there, as mosquitto's do: the only $SYS topics that clients publish to. */
export function isBridgeState(topic: string): boolean {
  return /^\$SYS\/broker\/connection\/[^/]*\/state$/.test(topic);
}

/** Behind $share/name/ where there is one. */
export function mounted({ mountPoint }: ListenerSettings, filter: string, shares: boolean): string {
  if (mountPoint === '') return filter;
  if (!shares || !filter.startsWith('$share/')) return mountPoint + filter;
  const end = filter.indexOf('/', 7) + 1;
  return filter.slice(0, end) + mountPoint + filter.slice(end);
}
