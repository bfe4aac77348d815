// What the TLS layer has to say, in words and as facts by name: what a handshake agreed on, and what would be needed to
// decrypt a connection.

import { cipherSuiteName } from './cipher-suites.js';
import { hexOf } from './keylog.js';
import { TLS_1_0, TLS_1_3, versionName } from './names.js';
import type { Negotiation } from './negotiation.js';

type Details = Record<string, string | number | boolean>;

export interface Said {
  readonly message: string;
  readonly details: Details;
}

/** "TLS 1.3 to broker.example (ALPN mqtt), TLS_AES_128_GCM_SHA256, resumed" */
export function describeHandshake(negotiation: Negotiation): Said {
  const { client, server, alpn } = negotiation;
  const offered = client?.alpn.map(plain).join(', ');
  const protocol = alpn !== undefined ? `(ALPN ${plain(alpn)})` : offered ? `(ALPN offered: ${offered})` : '';
  const name = client?.serverName;
  const version = server === undefined ? 'TLS' : versionName(server.version);
  const head = [version, name === undefined ? '' : `to ${plain(name)}`, protocol]
    .filter((part) => part !== '')
    .join(' ');
  const details: Details = {
    ...(server && { version, cipherSuite: cipherSuiteName(server.suite), resumed: negotiation.resumed }),
    ...(name !== undefined && { serverName: name }),
    ...(alpn !== undefined && { alpn }),
    ...(alpn === undefined && offered && { alpnOffered: offered }),
    ...extras(negotiation),
  };
  return { message: [head, ...parts(negotiation)].join(', '), details };
}

function extras({
  client,
  certificateRequested,
  pskIdentity: identity,
  renegotiated,
  earlyData,
}: Negotiation): Details {
  return {
    ...(client && { clientRandom: hexOf(client.random) }),
    ...(certificateRequested && { clientCertificateRequested: true }),
    ...(identity && { pskIdentity: plain(new TextDecoder().decode(identity)) }),
    ...(client?.earlyData && { earlyData: earlyData ?? 'offered' }),
    ...(renegotiated && { renegotiated: true }),
  };
}

function parts(negotiation: Negotiation): string[] {
  const { client, server, certificateRequested, pskIdentity: identity, renegotiated, earlyData } = negotiation;
  if (server === undefined) return ['no ServerHello was seen'];
  return [
    cipherSuiteName(server.suite),
    ...(negotiation.resumed ? ['resumed'] : []),
    ...(identity ? [`pre-shared key of ${plain(new TextDecoder().decode(identity))}`] : []),
    ...(certificateRequested ? ['client certificate requested'] : []),
    ...(client?.earlyData ? [`early data ${earlyData ?? 'offered'}`] : []),
    ...(client === undefined ? ['its ClientHello was not seen'] : []),
    ...(renegotiated ? ['renegotiated'] : []),
  ];
}

/** Why nothing can be decrypted, and what would change that. */
export function describeNeed(negotiation: Negotiation | undefined): Said {
  const said = needOf(negotiation);
  return { message: `encrypted: ${said.message}`, details: said.details };
}

function needOf(negotiation: Negotiation | undefined): Said {
  const { client, server, suite } = negotiation ?? {};
  if (negotiation === undefined || client === undefined) {
    return { message: 'its handshake was not seen, and without it no secret can be found', details: {} };
  }
  const random = hexOf(client.random);
  const details: Details = { clientRandom: random };
  if (server === undefined) return { message: 'the answer of the server was not seen', details };
  if (suite === undefined || server.version < TLS_1_0) {
    const name = `${versionName(server.version)} with ${cipherSuiteName(server.suite)}`;
    return { message: `${name}${server.compressed ? ' and compression' : ''} cannot be decrypted`, details };
  }
  if (server.version === TLS_1_3) {
    const labels = [
      ...(['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_HANDSHAKE_TRAFFIC_SECRET'] as const),
      ...(['CLIENT_TRAFFIC_SECRET_0', 'SERVER_TRAFFIC_SECRET_0'] as const),
    ].join(', ');
    return { message: `needs a key log with ${labels} of client random ${random}`, details: { ...details, labels } };
  }
  const message = [`needs a key log with CLIENT_RANDOM ${random}`, ...otherWays(negotiation)].join(', or ');
  return { message, details: { ...details, labels: 'CLIENT_RANDOM' } };
}

function otherWays({ suite, keyExchange, full }: Negotiation): string[] {
  if (!full) return ['the session that it resumes'];
  const { identity } = keyExchange ?? {};
  const psk = `the pre-shared key of identity ${identity ? hexOf(identity) : '(not seen)'}`;
  if (suite?.keyExchange === 'RSA') return ['the private RSA key of the server'];
  if (suite?.keyExchange === 'PSK') return [psk];
  return suite?.keyExchange === 'RSA_PSK' ? [`the private RSA key of the server and ${psk}`] : [];
}

/** Names come from the network: no control characters. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\u{fffd}');
}
