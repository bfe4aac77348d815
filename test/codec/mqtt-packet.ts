// Packets of the npm package mqtt-packet as ours: another implementation's names for the same values. It merges User
// Properties by name, has booleans where the format has a byte, and fills in a reason code of 0.

import type { Packet, Property } from '../../src/codec/packet.js';
import { PROPERTIES } from '../../src/spec/property-table.js';
import type { Version } from '../../src/spec/versions.js';
import { utf8 } from '../support/hex.js';

/** As its parser makes them and its generator takes them. */
export interface TheirPacket {
  readonly cmd: string;
  readonly properties?: TheirProperties;
  readonly [name: string]: unknown;
}
type TheirProperties = Readonly<Record<string, unknown>>;

export const VERSION_OF_LEVEL: Readonly<Record<number, Version>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };

const THEIR_NAMES: Readonly<Record<string, string>> = {
  maximumQoS: 'maximumQos',
  subscriptionIdentifiersAvailable: 'subscriptionIdentifierAvailable',
  userProperties: 'userProperty',
};

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

function plain(value: unknown, type: string | undefined): unknown {
  if (type === 'byte') return Number(value);
  return type === 'binary' ? bytesFrom(value) : value;
}

function propertiesFrom(theirs: TheirProperties | undefined): Property[] {
  const list: { name: string; value: unknown }[] = [];
  for (const [theirName, value] of Object.entries(theirs ?? {})) {
    const name = THEIR_NAMES[theirName] ?? theirName;
    const row = PROPERTIES.find((one) => one.name === name);
    if (row?.type === 'utf8pair') {
      for (const [key, values] of Object.entries(value as object)) {
        for (const one of listOf(values)) list.push({ name, value: { name: key, value: one } });
      }
    } else for (const one of listOf(value)) list.push({ name, value: plain(one, row?.type) });
  }
  return list as Property[];
}

const bytesFrom = (value: unknown): Uint8Array =>
  typeof value === 'string' ? utf8(value) : Uint8Array.from((value ?? []) as Uint8Array);

function connectFrom(theirs: TheirPacket): object {
  const level = theirs.protocolVersion as number;
  const will = theirs.will as TheirPacket | undefined;
  const v5 = level === 5;
  return {
    protocolName: theirs.protocolId,
    protocolLevel: theirs.bridgeMode === true ? level + 0x80 : level,
    flags: {
      userName: theirs.username !== undefined,
      password: theirs.password !== undefined,
      willRetain: will?.retain === true,
      willQos: will?.qos ?? 0,
      will: will !== undefined,
      ...(v5 ? { cleanStart: theirs.clean } : { cleanSession: theirs.clean }),
      reserved: false,
    },
    keepAlive: theirs.keepalive,
    clientId: ArrayBuffer.isView(theirs.clientId) ? new TextDecoder().decode(theirs.clientId) : theirs.clientId,
    ...(will === undefined
      ? {}
      : {
          will: {
            ...(v5 ? { properties: propertiesFrom(will.properties) } : {}),
            topic: will.topic,
            payload: bytesFrom(will.payload),
          },
        }),
    ...(theirs.username === undefined ? {} : { userName: String(theirs.username) }),
    ...(theirs.password === undefined ? {} : { password: bytesFrom(theirs.password) }),
  };
}

function bodyFrom(theirs: TheirPacket, v5: boolean): object {
  const packetId = theirs.messageId;
  switch (theirs.cmd) {
    case 'connect':
      return connectFrom(theirs);
    case 'connack':
      return {
        acknowledgeFlags: { reserved: 0, sessionPresent: theirs.sessionPresent },
        ...(v5 ? { reasonCode: theirs.reasonCode } : { returnCode: theirs.returnCode }),
      };
    case 'publish':
      return {
        dup: theirs.dup ?? false,
        qos: theirs.qos,
        retain: theirs.retain ?? false,
        topic: theirs.topic,
        ...(theirs.qos === 0 ? {} : { packetId }),
        payload: bytesFrom(theirs.payload),
      };
    case 'subscribe':
      return { packetId, subscriptions: listOf(theirs.subscriptions ?? []).map((one) => subscriptionFrom(one, v5)) };
    case 'suback':
      return { packetId, [v5 ? 'reasonCodes' : 'returnCodes']: theirs.granted ?? [] };
    case 'unsubscribe':
      return { packetId, topicFilters: theirs.unsubscriptions ?? [] };
    case 'unsuback':
      return { packetId, ...(v5 ? { reasonCodes: theirs.granted } : {}) };
    case 'pingreq':
    case 'pingresp':
      return {};
    default:
      return { ...(packetId === undefined ? {} : { packetId }), ...(v5 ? { reasonCode: theirs.reasonCode ?? 0 } : {}) };
  }
}

function subscriptionFrom(one: unknown, v5: boolean): object {
  const { topic, qos, nl, rap, rh } = one as Readonly<Record<string, unknown>>;
  const extra = { retainHandling: rh ?? 0, retainAsPublished: rap ?? false, noLocal: nl ?? false };
  return { topicFilter: topic, options: { reserved: 0, ...(v5 ? extra : {}), qos } };
}

/** What they call `theirs`, as a packet of ours with everything filled in that 5.0 lets a sender leave out. */
export function fromMqttPacket(theirs: TheirPacket, version: Version): Packet {
  const v5 = version === '5.0';
  const properties = v5 && !theirs.cmd.startsWith('ping') ? { properties: propertiesFrom(theirs.properties) } : {};
  return { type: theirs.cmd.toUpperCase(), ...properties, ...bodyFrom(theirs, v5) } as unknown as Packet;
}

const SHORTENED = ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'DISCONNECT', 'AUTH'];

/** 3.4.2.1, 3.14.2.1, 3.15.2.1: what may be left out, filled in; and the width of the header, which they do not keep. */
export function filledIn(packet: object, version: Version): object {
  const { remainingLengthWidth: _width, ...rest } = packet as Packet;
  const may = version === '5.0' && SHORTENED.includes(rest.type);
  return may ? { reasonCode: 0, properties: [], ...rest } : rest;
}
