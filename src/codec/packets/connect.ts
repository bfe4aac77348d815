// CONNECT: 3.1 in all three specifications. The version of the connection is read from it, so the layout itself turns
// to that version after the level.

import { BRIDGE_BIT, type Version, versionOfLevel } from '../../spec/versions.js';
import { before5, bit, bitField, type Condition, field, flags, group, v5 } from '../layout.js';
import type { ConnectFlags } from '../packet.js';
import { properties } from '../properties.js';
import { binary, byte, u16, utf8 } from '../values.js';

/** The version to read the rest of a CONNECT by: that of its level, else of the nearest level below it. */
export function connectVersion(protocolName: string, protocolLevel: number): Version {
  const known = versionOfLevel(protocolLevel);
  if (known !== undefined) return known;
  if (protocolName === 'MQIsdp') return '3.1';
  return (protocolLevel & ~BRIDGE_BIT) > 5 ? '5.0' : '3.1.1';
}

function levelMeaning(level: number): string {
  const bridge = (level & BRIDGE_BIT) !== 0 ? ', bridge bit set' : '';
  const version = versionOfLevel(level);
  return version === undefined ? 'no known version' : `MQTT ${version}${bridge}`;
}

const flagged =
  (name: keyof ConnectFlags): Condition =>
  (packet) =>
    (packet.flags as ConnectFlags)[name] === true;

export const keepAliveMeaning = (seconds: number): string => (seconds === 0 ? 'off' : `${seconds} s`);
export const qosMeaning = (qos: number): string =>
  ['at most once', 'at least once', 'exactly once', 'reserved'][qos] ?? 'reserved';

export const CONNECT = [
  field('protocolName', 'Protocol Name', utf8, { section: '3.1.2.1' }),
  field('protocolLevel', 'Protocol Level', byte, {
    section: '3.1.2.2',
    meaning: levelMeaning,
    after: (out, reader) => {
      reader.version = connectVersion(out.protocolName as string, out.protocolLevel as number);
    },
  }),
  flags(
    'flags',
    'Connect Flags',
    [
      bit(7, 'userName', 'User Name Flag', { section: '3.1.2.8' }),
      bit(6, 'password', 'Password Flag', { section: '3.1.2.9' }),
      bit(5, 'willRetain', 'Will Retain', { section: '3.1.2.7' }),
      bitField(4, 3, 'willQos', 'Will QoS', { section: '3.1.2.6', meaning: qosMeaning }),
      bit(2, 'will', 'Will Flag', { section: '3.1.2.5' }),
      bit(1, 'cleanSession', 'Clean Session', { section: '3.1.2.4', when: before5 }),
      bit(1, 'cleanStart', 'Clean Start', { section: '3.1.2.4', when: v5 }),
      bit(0, 'reserved', 'Reserved', { section: '3.1.2.3' }),
    ],
    { section: '3.1.2.3' },
  ),
  field('keepAlive', 'Keep Alive', u16, { section: '3.1.2.10', meaning: keepAliveMeaning }),
  properties('CONNECT', { section: '3.1.2.11' }),
  field('clientId', 'Client Identifier', utf8, { section: '3.1.3.1' }),
  group(
    'will',
    'Will',
    [
      properties('WILL', { section: '3.1.3.2' }),
      field('topic', 'Will Topic', utf8, { section: ['3.1.3.2', '3.1.3.3'] }),
      field('payload', 'Will Payload', binary, { section: ['3.1.3.3', '3.1.3.4'] }),
    ],
    { when: flagged('will'), section: '3.1.2.5' },
  ),
  // 3.1, 3.1 CONNECT: the Remaining Length takes precedence over both flags, a missing string is valid.
  field('userName', 'User Name', utf8, {
    when: flagged('userName'),
    optional: '3.1',
    section: ['3.1.3.4', '3.1.3.5'],
  }),
  field('password', 'Password', binary, {
    when: flagged('password'),
    optional: '3.1',
    section: ['3.1.3.5', '3.1.3.6'],
    secret: true,
  }),
];
