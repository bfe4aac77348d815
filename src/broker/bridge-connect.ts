// CONNECT of a bridge, to both sides, and what the other broker's CONNACK allows.

import { encode } from '../codec/frame.js';
import type { ConnackPacket, Property } from '../codec/packet.js';
import { BRIDGE_BIT, PROTOCOLS, type Version } from '../spec/versions.js';
import { propertyOf } from './checks-properties.js';
import type { BridgeOptions } from './config/configuration.js';

const NO_END = 0xffffffff;
const UNLIMITED = Number.POSITIVE_INFINITY;

/** To the core: always 5.0, so that nothing of a message is lost and nothing comes back. */
export function localConnect(bridge: BridgeOptions, isKept: boolean, cleanStart: boolean): Uint8Array {
  const { localClientId: clientId, localUsername, localPassword } = bridge;
  const properties: Property[] = isKept ? [{ name: 'sessionExpiryInterval', value: NO_END }] : [];
  return connect('5.0', 5, clientId, cleanStart, 0, properties, localUsername, localPassword, undefined);
}

/** To the other broker. `isPrivate`: with the bit by which mosquitto knows a bridge. */
export function remoteConnect(bridge: BridgeOptions, isPrivate: boolean, maximumPacketSize: number): Uint8Array {
  const { protocolVersion: version, remoteClientId, cleanSession, keepalive } = bridge;
  const { remoteUsername, remotePassword, notificationTopic } = bridge;
  const level = PROTOCOLS.find((one) => one.version === version)!.protocolLevel;
  const will = notifiesRemote(bridge) ? notificationTopic : undefined;
  return connect(
    version,
    isPrivate ? level | BRIDGE_BIT : level,
    remoteClientId,
    cleanSession,
    keepalive,
    remoteProperties(bridge, maximumPacketSize),
    remoteUsername,
    // Before 5.0 there is none without a user name.
    remoteUsername === undefined ? undefined : remotePassword,
    will,
  );
}

export function notifiesRemote({ notifications, notificationsLocalOnly }: BridgeOptions): boolean {
  return notifications && !notificationsLocalOnly;
}

export const CONNECTED = Uint8Array.of(0x31);
export const NOT_CONNECTED = Uint8Array.of(0x30);

function remoteProperties(bridge: BridgeOptions, maximumPacketSize: number): Property[] {
  const { cleanSession, receiveMaximum, maxTopicAlias } = bridge;
  const expiry = bridge.sessionExpiryInterval ?? (cleanSession ? 0 : NO_END);
  const list: Property[] = [];
  if (expiry > 0) list.push({ name: 'sessionExpiryInterval', value: expiry });
  if (receiveMaximum !== undefined) list.push({ name: 'receiveMaximum', value: receiveMaximum });
  list.push({ name: 'maximumPacketSize', value: maximumPacketSize });
  if (maxTopicAlias > 0) list.push({ name: 'topicAliasMaximum', value: maxTopicAlias });
  return list;
}

function connect(
  version: Version,
  protocolLevel: number,
  clientId: string,
  clean: boolean,
  keepAlive: number,
  properties: readonly Property[],
  userName: string | undefined,
  password: string | undefined,
  willTopic: string | undefined,
): Uint8Array {
  const has = willTopic !== undefined;
  const flags = {
    userName: userName !== undefined,
    password: password !== undefined,
    willRetain: has,
    willQos: has ? 1 : 0,
    will: has,
    ...(version === '5.0' ? { cleanStart: clean } : { cleanSession: clean }),
    reserved: false,
  };
  const protocolName = version === '3.1' ? 'MQIsdp' : 'MQTT';
  return encode(
    {
      ...{ type: 'CONNECT', protocolName, protocolLevel, flags, keepAlive, properties, clientId },
      ...(has ? { will: { properties: [], topic: willTopic, payload: NOT_CONNECTED } } : {}),
      ...(userName === undefined ? {} : { userName }),
      ...(password === undefined ? {} : { password: new TextEncoder().encode(password) }),
    },
    version,
  );
}

/** What may be sent to the other broker. */
export interface RemoteLimits {
  readonly receiveMaximum: number;
  readonly maximumQos: number;
  readonly retainAvailable: boolean;
  readonly maximumPacketSize: number;
  readonly topicAliasMaximum: number;
  /** Seconds. */
  readonly keepAlive: number;
}

export function remoteLimits({ properties }: ConnackPacket, bridge: BridgeOptions): RemoteLimits {
  return {
    receiveMaximum: propertyOf(properties, 'receiveMaximum') ?? 0xffff,
    maximumQos: propertyOf(properties, 'maximumQos') ?? 2,
    retainAvailable: propertyOf(properties, 'retainAvailable') !== 0,
    maximumPacketSize: Math.min(propertyOf(properties, 'maximumPacketSize') ?? UNLIMITED, bridge.maxPacketSize),
    topicAliasMaximum: Math.min(propertyOf(properties, 'topicAliasMaximum') ?? 0, bridge.maxTopicAlias),
    keepAlive: propertyOf(properties, 'serverKeepAlive') ?? bridge.keepalive,
  };
}
