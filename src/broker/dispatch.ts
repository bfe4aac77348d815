// A packet to its handler. What comes at the wrong time is a Protocol Error (3.1, 4.12); what does not read well is
// malformed. An acknowledgement of four bytes, the usual one, is read here.

import { decode } from '../codec/frame.js';
import type { DisconnectPacket, Packet } from '../codec/packet.js';
import { reasonCodeName } from '../spec/reason-codes.js';
import { PUBACK, PUBCOMP } from './acknowledgement-packets.js';
import { acknowledgementFault, handleAcknowledgement } from './acknowledging.js';
import type { Batch } from './batch.js';
import type { Broker } from './broker.js';
import { propertiesFault, propertyOf } from './checks-properties.js';
import { end, fail } from './closing.js';
import { handleConnect } from './connecting.js';
import { setExpiry } from './establishing.js';
import { faultOf, malformed, protocolError } from './faults.js';
import { handleAuth } from './proving.js';
import { handlePublish } from './publishing.js';
import type { Link } from './session.js';
import { handleSubscribe, handleUnsubscribe } from './subscribing.js';

export function handlePacket(broker: Broker, link: Link, batch: Batch, frame: Uint8Array): void {
  broker.counters.packetsReceived++;
  const code = frame[0]! >> 4;
  if (link.state === 'new') {
    handleConnect(broker, link, frame);
    return;
  }
  if (code !== 3) broker.out.flushBatch();
  if (frame.length === 4 && code >= PUBACK && code <= PUBCOMP && frame[1] === 2 && link.state === 'open') {
    handleAcknowledgement(broker, link, code, frame[2]! * 256 + frame[3]!, 0);
    return;
  }
  const { packet, problems } = decode(frame, link.version);
  const wrong = faultOf(problems);
  if (wrong !== undefined) fail(broker, link, wrong);
  else if (packet.type === 'CONNECT') fail(broker, link, protocolError('a second CONNECT'));
  else if (link.state !== 'open' && packet.type !== 'AUTH' && packet.type !== 'DISCONNECT') {
    fail(broker, link, protocolError(`${packet.type} before CONNACK`));
  } else handle(broker, link, batch, frame, packet as Packet, code);
}

/** Without problems it is a whole packet. */
function handle(broker: Broker, link: Link, batch: Batch, frame: Uint8Array, packet: Packet, code: number): void {
  switch (packet.type) {
    case 'PUBLISH':
      handlePublish(broker, link, batch, frame, packet);
      return;
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP': {
      const wrong = acknowledgementFault(packet);
      if (wrong !== undefined) fail(broker, link, wrong);
      else handleAcknowledgement(broker, link, code, packet.packetId, packet.reasonCode ?? 0);
      return;
    }
    case 'SUBSCRIBE':
      handleSubscribe(broker, link, packet);
      return;
    case 'UNSUBSCRIBE':
      handleUnsubscribe(broker, link, packet);
      return;
    case 'PINGREQ':
      answerPing(broker, link);
      return;
    case 'DISCONNECT':
      handleDisconnect(broker, link, packet);
      return;
    case 'AUTH':
      handleAuth(broker, link, packet);
  }
}

function answerPing(broker: Broker, link: Link): void {
  const lane = broker.out.answer(link, 2);
  lane.bytes[lane.at++] = 0xd0;
  lane.bytes[lane.at++] = 0;
}

function handleDisconnect(broker: Broker, link: Link, { reasonCode = 0, properties = [] }: DisconnectPacket): void {
  const { session } = link;
  const wrong = disconnectFault(link, reasonCode, properties);
  if (wrong !== undefined) {
    fail(broker, link, wrong);
    return;
  }
  const asked = propertyOf(properties, 'sessionExpiryInterval');
  if (session !== undefined && asked !== undefined) {
    setExpiry(broker, session, Math.min(asked, broker.settings.sessionExpiryMaximum));
  }
  const reason = propertyOf(properties, 'reasonString') ?? '';
  end(broker, link, { by: 'client', reasonCode, reason }, 'graceful');
}

function disconnectFault(
  { session }: Link,
  reasonCode: number,
  properties: NonNullable<DisconnectPacket['properties']>,
) {
  const wrong = propertiesFault(properties, 'DISCONNECT');
  if (wrong !== undefined) return wrong;
  if (reasonCodeName('DISCONNECT', reasonCode) === undefined)
    return malformed(`Reason Code ${reasonCode} in DISCONNECT`);
  const asked = propertyOf(properties, 'sessionExpiryInterval') ?? 0;
  // 3.14.2.2.2: what ends with its connection cannot be kept after all.
  if (asked > 0 && session?.expiryInterval === 0) return protocolError('a Session Expiry Interval after 0');
  return undefined;
}
