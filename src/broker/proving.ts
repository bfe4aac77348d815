// Enhanced authentication (5.0: 4.12): AUTH to and fro before CONNACK, and anew on an open connection.

import { encode } from '../codec/frame.js';
import type { DisconnectPacket, Property } from '../codec/packet.js';
import type { AuthenticationMethod, AuthenticationResult } from './authentication.js';
import type { Broker } from './broker.js';
import { propertiesFault, propertyOf } from './checks-properties.js';
import { fail } from './closing.js';
import { establish } from './establishing.js';
import { fault, protocolError } from './faults.js';
import type { Opening } from './opening.js';
import type { Link } from './session.js';

const SUCCESS = 0x00;
const CONTINUE = 0x18;
const AGAIN = 0x19;

export function beginAuthentication(broker: Broker, link: Link, opening: Opening, method: AuthenticationMethod): void {
  link.state = 'proving';
  const data = propertyOf(opening.connect.properties, 'authenticationData');
  const { clientId } = opening;
  const context = { clientId, userName: link.userName, listener: link.listenerIndex, again: false };
  goOn(broker, link, opening, method.start(data, context));
}

/** Before CONNACK. */
function goOn(broker: Broker, link: Link, opening: Opening, result: AuthenticationResult): void {
  switch (result.kind) {
    case 'continue':
      opening.state = result.state;
      sendAuth(broker, link, CONTINUE, result.data);
      return;
    case 'success':
      link.userName = result.userName ?? link.userName;
      establish(broker, link, opening, result.data);
      return;
    case 'failure':
      fail(broker, link, fault(result.reasonCode, result.reason ?? ''));
  }
}

export function handleAuth(
  broker: Broker,
  link: Link,
  { reasonCode = SUCCESS, properties = [] }: DisconnectPacket,
): void {
  const wrong = propertiesFault(properties, 'AUTH');
  if (wrong !== undefined) {
    fail(broker, link, wrong);
    return;
  }
  const { opening, method } = link;
  if (method === '') {
    fail(broker, link, protocolError('AUTH without an Authentication Method in CONNECT'));
    return;
  }
  if (propertyOf(properties, 'authenticationMethod') !== method) {
    fail(broker, link, protocolError('another Authentication Method than that of CONNECT'));
    return;
  }
  const data = propertyOf(properties, 'authenticationData');
  if (link.state === 'proving' && opening !== undefined) {
    if (reasonCode !== CONTINUE) {
      fail(broker, link, protocolError('AUTH that does not continue'));
      return;
    }
    goOn(broker, link, opening, opening.method!.continue(opening.state, data));
  } else again(broker, link, reasonCode, data);
}

/** 4.12.1. */
function again(broker: Broker, link: Link, reasonCode: number, data: Uint8Array | undefined): void {
  const method = link.listener.authenticationMethods.find((one) => one.name === link.method)!;
  const begun = link.again;
  if (reasonCode !== (begun === undefined ? AGAIN : CONTINUE)) {
    fail(broker, link, protocolError(begun === undefined ? 'AUTH out of turn' : 'AUTH that does not continue'));
    return;
  }
  const { clientId, userName, listenerIndex: listener } = link;
  const context = { clientId, userName, listener, again: true };
  const result = begun === undefined ? method.start(data, context) : method.continue(begun.state, data);
  if (result.kind === 'continue') {
    link.again = { state: result.state };
    sendAuth(broker, link, CONTINUE, result.data);
  } else if (result.kind === 'success') {
    link.again = undefined;
    rename(broker, link, result.userName);
    sendAuth(broker, link, SUCCESS, result.data);
  } else fail(broker, link, fault(result.reasonCode, result.reason ?? ''));
}

function rename(broker: Broker, link: Link, userName: string | undefined): void {
  const { session } = link;
  if (userName === undefined || userName === link.userName || session === undefined) return;
  link.userName = userName;
  link.allowedTopic = undefined;
  session.client = { ...session.client, userName };
  broker.subscriptions.forget();
}

function sendAuth(broker: Broker, link: Link, reasonCode: number, data: Uint8Array | undefined): void {
  const properties: Property[] = [{ name: 'authenticationMethod', value: link.method }];
  if (data !== undefined) properties.push({ name: 'authenticationData', value: data });
  const bytes = encode({ type: 'AUTH', reasonCode, properties }, '5.0');
  if (bytes.length <= link.maximumPacketSize) broker.out.encoded(link, bytes);
  else fail(broker, link, fault(0x95, 'AUTH is larger than the client takes'));
}
