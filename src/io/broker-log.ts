// What happens in the broker, a line each, for people.

import type { BrokerEvent } from '../broker/output.js';
import { hexByte } from '../bytes/hex.js';
import { reasonCodeName } from '../spec/reason-codes.js';

/** undefined for what is not worth a line of its own. */
export function eventText(event: BrokerEvent): string | undefined {
  switch (event.name) {
    case 'connected': {
      const { clientId, remote, version, keepAlive, userName } = event;
      const as = userName === undefined ? '' : ` as ${quoted(userName)}`;
      const session = event.sessionPresent ? ', its session goes on' : event.cleanStart ? ', clean start' : '';
      return `${quoted(clientId)} connected from ${remote}${as}: MQTT ${version}, keep alive ${keepAlive} s${session}`;
    }
    case 'refused': {
      const who = event.clientId === '' ? event.remote : `${quoted(event.clientId)} from ${event.remote}`;
      return `${who} was refused: ${reasonText('CONNACK', event.reasonCode, event.reason)}`;
    }
    case 'disconnected': {
      const { clientId, by, reasonCode, reason } = event;
      const how = { client: 'disconnected', server: 'was disconnected', network: 'lost its connection' }[by];
      return `${quoted(clientId)} ${how}: ${reasonText('DISCONNECT', reasonCode, reason)}`;
    }
    case 'subscribed':
      return `${quoted(event.clientId)} subscribed to ${event.topicFilter}, QoS ${event.qos}`;
    case 'subscribe-refused':
      return `${quoted(event.clientId)} may not subscribe to ${event.topicFilter}: ${reasonText('SUBACK', event.reasonCode, '')}`;
    case 'unsubscribed':
      return `${quoted(event.clientId)} unsubscribed from ${event.topicFilter}`;
    case 'dropping':
      return `messages for ${quoted(event.clientId)} are dropped (${event.limit})`;
    case 'session-ended':
      return `the session of ${quoted(event.clientId)} has ended (${event.why})`;
    case 'bridge-connecting':
      return `bridge ${quoted(event.bridge)} connects to ${event.address}`;
    case 'bridge-connected':
      return `bridge ${quoted(event.bridge)} is connected to ${event.address}`;
    case 'bridge-lost':
      return `bridge ${quoted(event.bridge)} is not connected: ${event.reason}`;
    case 'bridge-trouble':
      return `bridge ${quoted(event.bridge)}: ${event.reason}`;
    default:
      return undefined;
  }
}

function reasonText(packet: string, code: number | undefined, reason: string): string {
  if (code === undefined) return reason;
  const name = reasonCodeName(packet, code) ?? reasonCodeName('DISCONNECT', code) ?? 'unknown reason';
  const shown = `${name} (${hexByte(code)})`;
  return reason === '' || reason === name ? shown : `${reason}, ${shown}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
