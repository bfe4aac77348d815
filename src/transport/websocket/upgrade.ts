// The upgrade of HTTP/1.1 to WebSocket (RFC 6455, 4): what the request asks for, what the response agrees to, and what
// there is to say about them. Judging what is said is left to others, but for Sec-WebSocket-Accept, which only a
// computation tells.

import { createHash } from 'node:crypto';
import { fieldOf, type HttpHeader, listOf } from '../http.js';

export interface UpgradeRequest {
  readonly target: string;
  readonly host: string | undefined;
  readonly key: string | undefined;
  readonly version: string | undefined;
  /** Sec-WebSocket-Protocol. */
  readonly subprotocols: readonly string[];
  readonly extensions: readonly string[];
}

export interface UpgradeResponse {
  readonly status: number;
  readonly reason: string;
  readonly accept: string | undefined;
  readonly subprotocol: string | undefined;
  readonly extensions: readonly string[];
}

/** RFC 7692, 7.1: whether a direction's messages may refer to the ones before; windows are inflated at their greatest size. */
export interface Deflate {
  readonly clientTakeover: boolean;
  readonly serverTakeover: boolean;
}

/** MQTT 3.1.1 and 5.0, 6; and the name that came before it was registered, for MQTT 3.1. */
export const SUBPROTOCOLS: readonly string[] = ['mqtt', 'mqttv3.1'];

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** undefined for a request that asks for something else. */
export function readUpgradeRequest(header: HttpHeader): UpgradeRequest | undefined {
  const line = /^GET +(\S+) +HTTP\/1\.\d$/.exec(header.firstLine);
  if (line === null || !listOf(header, 'upgrade').some((one) => one.toLowerCase() === 'websocket')) return undefined;
  return {
    target: line[1]!,
    host: fieldOf(header, 'host'),
    key: fieldOf(header, 'sec-websocket-key'),
    version: fieldOf(header, 'sec-websocket-version'),
    subprotocols: listOf(header, 'sec-websocket-protocol'),
    extensions: listOf(header, 'sec-websocket-extensions'),
  };
}

/** undefined when it is no response. */
export function readUpgradeResponse(header: HttpHeader): UpgradeResponse | undefined {
  const line = /^HTTP\/1\.\d +(\d{3})(?: +(.*))?$/.exec(header.firstLine);
  if (line === null) return undefined;
  return {
    status: Number(line[1]),
    reason: line[2] ?? '',
    accept: fieldOf(header, 'sec-websocket-accept'),
    subprotocol: fieldOf(header, 'sec-websocket-protocol'),
    extensions: listOf(header, 'sec-websocket-extensions'),
  };
}

/** What was agreed on, undefined without compression. */
export function deflateOf(extensions: readonly string[]): Deflate | undefined {
  for (const extension of extensions) {
    const [name, ...parameters] = extension.split(';').map((part) => part.split('=')[0]!.trim().toLowerCase());
    if (name !== 'permessage-deflate') continue;
    return {
      clientTakeover: !parameters.includes('client_no_context_takeover'),
      serverTakeover: !parameters.includes('server_no_context_takeover'),
    };
  }
  return undefined;
}

/** 4.2.2: what the response to this key must say. */
export function acceptFor(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

type Details = Record<string, string | number | boolean>;

/** Facts by name: lists are joined by commas, what was not said is left out. */
export function detailsOf(request: UpgradeRequest | undefined, response: UpgradeResponse | undefined): Details {
  const details: Details = {};
  const put = (name: string, value: string | number | undefined) => {
    if (value !== undefined) details[name] = value;
  };
  if (request !== undefined) {
    put('target', request.target);
    put('host', request.host);
    put('webSocketVersion', request.version);
    details.requestedSubprotocols = request.subprotocols.join(', ');
    details.requestedExtensions = request.extensions.join(', ');
  }
  if (response === undefined) return details;
  details.status = response.status;
  put('reason', response.reason);
  put('subprotocol', response.subprotocol);
  if (response.status === 101) details.extensions = response.extensions.join(', ');
  const accept = acceptState(request, response);
  if (accept !== undefined) details.accept = accept;
  return details;
}

function acceptState(request: UpgradeRequest | undefined, { status, accept }: UpgradeResponse) {
  if (status !== 101) return undefined;
  if (accept === undefined) return 'missing';
  if (request?.key === undefined) return undefined;
  return accept === acceptFor(request.key) ? 'right' : 'wrong';
}

/** What is to be told of an upgrade that succeeded, besides that it did: code and message. */
export function irregularities(
  request: UpgradeRequest | undefined,
  response: UpgradeResponse,
): readonly (readonly [code: string, message: string])[] {
  const found: (readonly [string, string])[] = [];
  const { subprotocol } = response;
  const accept = acceptState(request, response);
  if (accept === 'wrong')
    found.push(['wrong-accept', 'Sec-WebSocket-Accept does not belong to the key of the request']);
  if (accept === 'missing') found.push(['wrong-accept', 'the response has no Sec-WebSocket-Accept']);
  if (request !== undefined && !request.subprotocols.some((one) => SUBPROTOCOLS.includes(one))) {
    const named = request.subprotocols.length === 0 ? 'no subprotocol' : `only ${request.subprotocols.join(', ')}`;
    found.push(['subprotocol-not-requested', `the client requested ${named}, MQTT has to be requested as "mqtt"`]);
  }
  if (subprotocol === undefined) found.push(['subprotocol-not-chosen', 'the server chose no subprotocol']);
  else if (!SUBPROTOCOLS.includes(subprotocol)) {
    found.push(['subprotocol-not-chosen', `the server chose the subprotocol ${subprotocol}, not "mqtt"`]);
  } else if (request !== undefined && !request.subprotocols.includes(subprotocol)) {
    found.push(['subprotocol-mismatch', `the server chose ${subprotocol}, which was not requested`]);
  }
  return found;
}
