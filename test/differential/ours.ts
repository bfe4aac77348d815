// The packets of a capture as the pipeline yields them, as records.

import type { Packet, Property, ReadPacket } from '../../src/codec/packet.js';
import type { Frame } from '../../src/dissect/item.js';
import { PROPERTY_BY_NAME } from '../../src/spec/properties.js';
import type { Version } from '../../src/spec/versions.js';
import { dissected } from '../support/captures.js';
import { type PacketRecord, type PropertyPair, present } from './record.js';

export async function ours(path: string): Promise<readonly PacketRecord[]> {
  const records: PacketRecord[] = [];
  await dissected(path, ({ frame, aliasTopic }) => records.push(recordOf(frame, aliasTopic)));
  return records;
}

function recordOf({ bytes, length, origins, packet, version }: Frame, aliasTopic: string | undefined): PacketRecord {
  let width = 1;
  while (bytes[width]! >= 0x80) width++;
  return {
    frame: origins.at(-1)!,
    type: packet.type,
    first: bytes[0]!,
    remainingLength: length - 1 - width,
    values: present(valuesOf(packet, version, aliasTopic)),
  };
}

const hexOf = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');
const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('utf8');

function propertyPairs(properties: readonly Property[] | undefined): PropertyPair[] | undefined {
  return properties?.map(({ name, value }) => [
    PROPERTY_BY_NAME.get(name)!.id,
    // tshark shows binary data as text up to its first null.
    value instanceof Uint8Array ? { length: value.length, shown: textOf(value)?.split('\0')[0] } : value,
  ]);
}

function valuesOf(packet: ReadPacket, version: Version, aliasTopic: string | undefined): Record<string, unknown> {
  const properties = 'properties' in packet ? propertyPairs(packet.properties) : undefined;
  switch (packet.type) {
    case 'CONNECT':
      return { ...connectValues(packet), properties };
    case 'CONNACK': {
      const { acknowledgeFlags: flags, returnCode, reasonCode } = packet;
      // 3.1 does not use the byte, and tshark does not show it.
      const byte = version === '3.1' ? undefined : flags && flags.reserved * 2 + Number(flags.sessionPresent);
      return { flags: byte, returnCode, reasonCode, properties };
    }
    case 'PUBLISH': {
      const { dup, qos, retain, topic, packetId, payload } = packet;
      return { dup, qos, retain, topic, aliasTopic, packetId, properties, payload: hexOf(payload) ?? '' };
    }
    case 'SUBSCRIBE': {
      const { packetId, subscriptions } = packet;
      return { packetId, properties, subscriptions: subscriptions?.map((one) => [one.topicFilter, optionsOf(one)]) };
    }
    case 'UNSUBSCRIBE':
      return { packetId: packet.packetId, properties, topicFilters: packet.topicFilters };
    case 'SUBACK':
    case 'UNSUBACK': {
      const { packetId, reasonCodes } = packet;
      const returnCodes = packet.type === 'SUBACK' ? packet.returnCodes : undefined;
      return { packetId, properties, returnCodes, reasonCodes };
    }
    case 'PINGREQ':
    case 'PINGRESP':
    case 'RESERVED':
      return {};
    default: {
      const packetId = 'packetId' in packet ? packet.packetId : undefined;
      return { packetId, reasonCode: packet.reasonCode, properties };
    }
  }
}

function connectValues(packet: Extract<ReadPacket, { type: 'CONNECT' }>): Record<string, unknown> {
  const { protocolName, protocolLevel, flags, keepAlive, clientId, will, userName, password } = packet;
  return {
    protocolName,
    protocolLevel,
    flags: flags && {
      userName: flags.userName,
      password: flags.password,
      willRetain: flags.willRetain,
      willQos: flags.willQos,
      will: flags.will,
      clean: flags.cleanSession ?? flags.cleanStart,
      reserved: flags.reserved,
    },
    keepAlive,
    clientId,
    willProperties: propertyPairs(will?.properties),
    willTopic: will?.topic,
    willPayload: hexOf(will?.payload),
    userName,
    password: textOf(password),
  };
}

type Subscription = Extract<Packet, { type: 'SUBSCRIBE' }>['subscriptions'][number];

/** The byte behind the topic filter. */
function optionsOf({ options }: Subscription): number {
  const { reserved, retainHandling, retainAsPublished, noLocal, qos } = options;
  if (retainHandling === undefined) return reserved * 4 + qos;
  return reserved * 64 + retainHandling * 16 + Number(retainAsPublished) * 8 + Number(noLocal) * 4 + qos;
}
