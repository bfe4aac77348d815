// The values of a bridge that are more than one word: addresses, a topic with its direction and prefixes, the wait before
// another attempt.

import { checkTopicFilter } from '../../spec/topic-filter.js';
import type { BridgeAddress, BridgeDirection, BridgeTopic, RestartTimeout } from './configuration.js';
import { words, wordsBeforeComment } from './lines.js';
import { good, integer, leftOver, MOST_INT, quoted, type Read, type ValueKind, wrong } from './values.js';

export const DEFAULT_PORT = 1883;
export const port = integer({ shown: 'port', least: 1, most: 65_535 });

export const addresses: ValueKind<readonly BridgeAddress[]> = {
  shown: 'host[:port] …',
  read: (rest) => {
    const found: BridgeAddress[] = [];
    for (const word of wordsBeforeComment(rest)) {
      const address = readAddress(word);
      if (!address.ok) return address;
      found.push(address.value);
    }
    return found.length === 0 ? wrong('has no address') : good(found);
  },
};

/** The port is behind the last colon, so an IPv6 address needs one; in brackets it need not. */
function readAddress(word: string): Read<BridgeAddress> {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(word);
  const colon = word.lastIndexOf(':');
  const host = bracketed !== null ? bracketed[1]! : colon < 0 ? word : word.slice(0, colon);
  const given = bracketed !== null ? bracketed[2] : colon < 0 ? undefined : word.slice(colon + 1);
  if (host === '') return wrong(`${quoted(word)} has no host`);
  if (given === undefined) return good({ host, port: DEFAULT_PORT });
  const read = port.read(given);
  return read.ok ? good({ host, port: read.value }) : wrong(`${quoted(word)}: the port ${read.message}`);
}

const DIRECTIONS: readonly BridgeDirection[] = ['in', 'out', 'both'];
const QOS: Readonly<Record<string, 0 | 1 | 2>> = { 0: 0, 1: 1, 2: 2 };
/** How a prefix or pattern is written that is not there. */
const EMPTY = '""';

export const topic: ValueKind<BridgeTopic> = {
  shown: 'pattern [out | in | both [QoS [local-prefix [remote-prefix]]]]',
  read: (rest) => {
    // What begins with # is a comment only from the QoS on: a pattern may begin so.
    const [pattern = '', directionWord = 'out', ...others] = words(rest);
    const direction = DIRECTIONS.find((one) => one === directionWord.toLowerCase());
    if (direction === undefined) return wrong(`has the direction in, out or both, not ${quoted(directionWord)}`);
    const comment = others.findIndex((word) => word.startsWith('#'));
    const [qosWord = '0', local = EMPTY, remote = EMPTY, ...left] = comment < 0 ? others : others.slice(0, comment);
    const qos = QOS[qosWord];
    if (qos === undefined) return wrong(`has the QoS 0, 1 or 2, not ${quoted(qosWord)}`);
    return mapped(direction, qos, bare(pattern), bare(local), bare(remote), leftOver(left));
  },
};

function bare(word: string): string {
  return word === EMPTY ? '' : word;
}

function mapped(
  direction: BridgeDirection,
  qos: 0 | 1 | 2,
  pattern: string,
  localPrefix: string,
  remotePrefix: string,
  warning: string | undefined,
): Read<BridgeTopic> {
  for (const prefix of [localPrefix, remotePrefix]) {
    if (/[+#]/.test(prefix)) return wrong(`has a wildcard in the prefix ${quoted(prefix)}`);
  }
  if (pattern === '' && (localPrefix === '' || remotePrefix === '')) {
    return wrong('without a pattern needs a local and a remote prefix, which are the two topics then');
  }
  const topics = { localTopic: localPrefix + pattern, remoteTopic: remotePrefix + pattern };
  for (const filter of [topics.localTopic, topics.remoteTopic]) {
    const checked = checkTopicFilter(filter);
    if (!checked.ok) return wrong(`is not a topic filter: ${quoted(filter)}: ${checked.message}`);
  }
  return good({ direction, qos, pattern, localPrefix, remotePrefix, ...topics }, warning);
}

const seconds = integer({ least: 1, most: MOST_INT, raised: true });

export const restartTimeout: ValueKind<RestartTimeout> = {
  shown: 'seconds | base cap',
  read: (rest) => {
    const [first = '', second, ...others] = wordsBeforeComment(rest);
    const base = seconds.read(first);
    if (!base.ok) return base;
    const warning = base.warning ?? leftOver(others);
    if (second === undefined) return good({ base: base.value }, warning);
    const cap = seconds.read(second);
    if (!cap.ok) return cap;
    if (cap.value < base.value) return wrong(`has a cap (${cap.value}) below its base (${base.value})`);
    return good({ base: base.value, cap: cap.value }, warning);
  },
};
