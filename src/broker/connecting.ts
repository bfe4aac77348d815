// CONNECT up to CONNACK (3.1, 3.2): the version, the form, the limits, who it is; then the session begins or goes on.

import { copyOf } from '../bytes/copy.js';
import { decode } from '../codec/frame.js';
import type { ConnectPacket, ReadPacket } from '../codec/packet.js';
import type { Broker } from './broker.js';
import { announcedVersion, connectFault, isBridge } from './checks-connect.js';
import { propertyOf } from './checks-properties.js';
import { end, fail, refuse } from './closing.js';
import { establish } from './establishing.js';
import { fault, faultOf, malformed } from './faults.js';
import type { AuthenticationAnswer } from './input.js';
import type { Opening } from './opening.js';
import { beginAuthentication } from './proving.js';
import type { Link } from './session.js';

const UNSUPPORTED_VERSION = 0x84;
const NOT_AUTHORIZED = 0x87;
const SERVER_BUSY = 0x89;
const BAD_METHOD = 0x8c;

/** The first packet of a connection. */
export function handleConnect(broker: Broker, link: Link, frame: Uint8Array): void {
  const { packet, problems } = decode(copyOf(frame), link.version);
  if (packet.type !== 'CONNECT') return;
  const { protocolName = '', protocolLevel = -1 } = packet;
  const version = announcedVersion(protocolName, protocolLevel, link.listener);
  if (version === undefined) {
    refuseVersion(broker, link, protocolName, protocolLevel);
    return;
  }
  link.version = version;
  link.v5 = version === '5.0';
  link.announced = true;
  if ('properties' in packet) readLimits(link, packet);
  const wrong = faultOf(problems.filter((one) => !isDisregarded(one.code, packet, version)));
  if (wrong !== undefined) fail(broker, link, wrong);
  else admit(broker, link, packet as ConnectPacket);
}

/** 3.1, 2.2: without its flag a user name or password is disregarded. */
function isDisregarded(code: string, { flags }: ReadPacket & { type: 'CONNECT' }, version: string): boolean {
  return version === '3.1' && code === 'unread' && flags !== undefined && !(flags.userName && flags.password);
}

/** 3.1.2.1, 3.1.2.2: CONNACK says so in the form that fits the level; before 5.0 a wrong name gets no answer. */
function refuseVersion(broker: Broker, link: Link, name: string, level: number): void {
  const known = name === 'MQTT' || name === 'MQIsdp';
  link.v5 = (known && (level & 0x7f) > 5) || level === 5;
  link.announced = link.v5 || (known && level >= 0);
  const reason = known ? `protocol ${name} with level ${level}` : 'a protocol name that is not MQTT';
  refuse(broker, link, fault(UNSUPPORTED_VERSION, reason));
}

/** What the client takes counts for a CONNACK that refuses it, too. */
function readLimits(link: Link, { properties }: { readonly properties?: ConnectPacket['properties'] }): void {
  const size = propertyOf(properties, 'maximumPacketSize') ?? 0;
  if (size > 0 && size < link.maximumPacketSize) link.maximumPacketSize = size;
  link.problemInformation = propertyOf(properties, 'requestProblemInformation') !== 0;
}

function admit(broker: Broker, link: Link, connect: ConnectPacket): void {
  const { listener, version } = link;
  link.clientId = connect.clientId;
  const wrong = connectFault(connect, version, listener);
  if (wrong !== undefined) {
    fail(broker, link, wrong);
    return;
  }
  if (link.surplus) {
    fail(broker, link, fault(SERVER_BUSY, 'too many connections'));
    return;
  }
  const keepAlive = keepAliveOf(connect.keepAlive, listener.maximumKeepAlive);
  if (keepAlive !== connect.keepAlive && !link.v5) {
    fail(broker, link, fault(NOT_AUTHORIZED, `Keep Alive ${connect.keepAlive}`));
    return;
  }
  const name = propertyOf(connect.properties, 'authenticationMethod');
  const method = name === undefined ? undefined : listener.authenticationMethods.find((one) => one.name === name);
  if (name !== undefined && method === undefined) {
    fail(broker, link, fault(BAD_METHOD, `Authentication Method ${name}`));
    return;
  }
  const assigned = connect.clientId === '';
  link.clientId = assigned ? listener.autoIdPrefix + broker.tools.nextId() : connect.clientId;
  const bridge = isBridge(connect.protocolLevel);
  link.userName ??= connect.userName;
  link.opening = { connect, clientId: link.clientId, assigned, bridge, keepAlive, method, state: undefined };
  identify(broker, link, link.opening);
}

/** 5.0: 3.2.2.3.14. No limit of the client is longer than any. */
function keepAliveOf(asked: number, maximum: number): number {
  if (maximum === 0xffff) return asked;
  return asked === 0 || asked > maximum ? maximum : asked;
}

function identify(broker: Broker, link: Link, opening: Opening): void {
  const { listener, userName } = link;
  const { connect, method, clientId } = opening;
  if (method !== undefined) {
    link.method = method.name;
    beginAuthentication(broker, link, opening, method);
  } else if (userName === undefined && !listener.allowAnonymous) {
    fail(broker, link, fault(NOT_AUTHORIZED, 'no user name'));
  } else if (listener.authenticates) {
    link.state = 'asking';
    const { password } = connect;
    const { id: connection, listenerIndex } = link;
    broker.out.authenticate({
      kind: 'authenticate',
      connection,
      listener: listenerIndex,
      clientId,
      userName,
      password,
    });
  } else establish(broker, link, opening, undefined);
}

/** The edge has said who it is. */
export function handleAuthenticated(broker: Broker, link: Link, answer: AuthenticationAnswer): void {
  const { opening } = link;
  if (link.state !== 'asking' || opening === undefined) return;
  if (answer.ok) {
    link.userName = answer.userName ?? link.userName;
    establish(broker, link, opening, undefined);
    return;
  }
  const { reasonCode, reason = '', serverReference } = answer;
  const properties =
    serverReference === undefined ? [] : ([{ name: 'serverReference', value: serverReference }] as const);
  refuse(broker, link, fault(reasonCode, reason), properties);
}

/** 3.1.4: no CONNECT in reasonable time, or not the end of it. */
export function handleConnectTimeout(broker: Broker, link: Link): void {
  if (link.announced) refuse(broker, link, fault(NOT_AUTHORIZED, 'authentication took too long'));
  else end(broker, link, { by: 'server', reasonCode: undefined, reason: '' }, 'graceful');
}

/** Something else than CONNECT came first. */
export function refuseFirst(broker: Broker, link: Link): void {
  refuse(broker, link, malformed('the first packet is not CONNECT'));
}
