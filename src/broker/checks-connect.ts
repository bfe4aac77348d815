// CONNECT (3.1): what makes a server refuse one before it looks at who it is. The checks stand in the order in which they
// are asked; the first that fails tells.

import { illFormedAt } from '../bytes/utf8.js';
import type { ConnectPacket } from '../codec/packet.js';
import { BRIDGE_BIT, PROTOCOLS, type Version } from '../spec/versions.js';
import { propertiesFault, propertyOf } from './checks-properties.js';
import { fitsString, topicNameFault } from './checks-topics.js';
import { type Fault, fault, malformed, protocolError } from './faults.js';
import type { ListenerSettings } from './settings.js';

const IDENTIFIER_INVALID = 0x85;
const NOT_AUTHORIZED = 0x87;
const TOPIC_NAME_INVALID = 0x90;
const PAYLOAD_FORMAT_INVALID = 0x99;
const RETAIN_NOT_SUPPORTED = 0x9a;
const QOS_NOT_SUPPORTED = 0x9b;
/** 3.1, CONNECT: Client Identifier. */
const LONGEST_ID_3_1 = 23;

/** The version that protocol name and level announce together; undefined: none that this listener takes. */
export function announcedVersion(name: string, level: number, listener: ListenerSettings): Version | undefined {
  const plain = isBridge(level) && listener.bridgeProtocol ? level & ~BRIDGE_BIT : level;
  const version = PROTOCOLS.find((one) => one.protocolName === name && one.protocolLevel === plain)?.version;
  return version !== undefined && listener.versions.includes(version) ? version : undefined;
}

/** Bridges of mosquitto speak 3.1 and 3.1.1 so. */
export function isBridge(level: number): boolean {
  return level === (3 | BRIDGE_BIT) || level === (4 | BRIDGE_BIT);
}

type Check = (connect: ConnectPacket, version: Version, listener: ListenerSettings) => Fault | undefined | false;

const CHECKS: readonly Check[] = [
  ({ headerFlags }, version) =>
    version !== '3.1' && headerFlags !== undefined && malformed('flags of the fixed header'),
  ({ flags }, version) => version !== '3.1' && flags.reserved && malformed('the reserved flag of CONNECT'),
  ({ flags }) => flags.willQos === 3 && flags.will && malformed('Will QoS 3'),
  ({ flags }, version) =>
    version !== '3.1' &&
    !flags.will &&
    flags.willQos > 0 &&
    fault(flags.willQos === 3 ? 0x81 : 0x82, 'Will QoS without a will'),
  ({ flags }, version) =>
    version !== '3.1' && !flags.will && flags.willRetain && protocolError('Will Retain without a will'),
  ({ flags }, version) =>
    version !== '5.0' && flags.password && !flags.userName && protocolError('a password without a user name'),
  ({ properties = [] }) => propertiesFault(properties, 'CONNECT'),
  ({ properties }) =>
    propertyOf(properties, 'authenticationData') !== undefined &&
    propertyOf(properties, 'authenticationMethod') === undefined &&
    protocolError('Authentication Data without a method'),
  ({ will }) => will !== undefined && propertiesFault(will.properties ?? [], 'WILL'),
  ({ will }) => will !== undefined && topicNameFault(will.topic),
  ({ will }, _version, { mountPoint }) =>
    will !== undefined &&
    !fitsString(mountPoint + will.topic) &&
    fault(TOPIC_NAME_INVALID, 'a Will Topic that is too long'),
  ({ clientId, userName }) =>
    (clientId.includes('\0') || userName?.includes('\0') === true) && malformed('U+0000 in a string of CONNECT'),
  ({ will }) => will !== undefined && responseTopicFault(will.properties),
  ({ will }) =>
    propertyOf(will?.properties, 'payloadFormatIndicator') === 1 &&
    illFormedAt(will!.payload, 0, will!.payload.length) >= 0 &&
    fault(PAYLOAD_FORMAT_INVALID, 'the Will Payload is not UTF-8'),
  ({ flags }, _version, { maximumQos }) =>
    flags.willQos > maximumQos && fault(QOS_NOT_SUPPORTED, `Will QoS ${flags.willQos}`),
  ({ flags }, _version, { retainAvailable }) =>
    flags.willRetain && !retainAvailable && fault(RETAIN_NOT_SUPPORTED, 'Will Retain'),
  identifierFault,
];

/** What is wrong with a CONNECT whose bytes read well. */
export function connectFault(connect: ConnectPacket, version: Version, listener: ListenerSettings): Fault | undefined {
  for (const check of CHECKS) {
    const wrong = check(connect, version, listener);
    if (wrong !== undefined && wrong !== false) return wrong;
  }
  return undefined;
}

/** 3.3.2.3.5: no wildcards there either. */
export function responseTopicFault(properties: ConnectPacket['properties']): Fault | undefined {
  const topic = propertyOf(properties, 'responseTopic');
  if (topic === undefined) return undefined;
  const wrong = topicNameFault(topic);
  return wrong === undefined ? undefined : protocolError(wrong.reason.replace('Topic Name', 'Response Topic'));
}

function identifierFault(
  { clientId, flags }: ConnectPacket,
  version: Version,
  listener: ListenerSettings,
): Fault | undefined {
  const wrong = (reason: string): Fault => fault(IDENTIFIER_INVALID, reason);
  if (clientId === '') {
    if (version === '3.1' || !listener.allowZeroLengthClientId) return wrong('no Client Identifier');
    // 3.1.3.1 of 3.1.1: a session cannot be found again without one.
    if (version === '3.1.1' && flags.cleanSession !== true) return wrong('no Client Identifier for a session to keep');
    return undefined;
  }
  if (version === '3.1' && !listener.longClientIds && clientId.length > LONGEST_ID_3_1) {
    return wrong(`a Client Identifier of more than ${LONGEST_ID_3_1} characters`);
  }
  const { clientIdPrefixes: prefixes } = listener;
  if (prefixes.length > 0 && !prefixes.some((prefix) => clientId.startsWith(prefix))) {
    return fault(NOT_AUTHORIZED, 'a Client Identifier without one of the prefixes asked for');
  }
  return undefined;
}
