// The master secret of TLS 1.0 to 1.2 from whatever was given, and one side's keys of it (RFC 5246, 6.3 and 8.1; RFC 4279
// for pre-shared keys; RFC 7627 for the extended master secret).

import type { Side } from '../../bytes/chunk.js';
import { concat, decryptRsa, prf } from './crypto.js';
import { hexOf } from './keylog.js';
import { TLS_1_0, TLS_1_2 } from './names.js';
import type { Negotiation } from './negotiation.js';
import { macLength, type Opener, opener12 } from './opener.js';
import type { TlsSecrets } from './secrets.js';

const MASTER = 48;

/** Looks until it is found, then remembers it for sessions that resume this one. */
export function findMaster(negotiation: Negotiation, secrets: TlsSecrets): Uint8Array | undefined {
  if (negotiation.master !== undefined) return negotiation.master;
  const master = logged(negotiation, secrets) ?? resumed(negotiation, secrets) ?? computed(negotiation, secrets);
  if (master === undefined) return undefined;
  negotiation.settle(master);
  if (negotiation.server !== undefined) secrets.remember('id', negotiation.server.sessionId, master);
  rememberTicket(negotiation, secrets);
  return master;
}

/** The ticket comes before or after the keys are asked for. */
export function rememberTicket({ master, newTicket }: Negotiation, secrets: TlsSecrets): void {
  if (master !== undefined && newTicket !== undefined) secrets.remember('ticket', newTicket, master);
}

function logged({ client, server }: Negotiation, { keyLog }: TlsSecrets): Uint8Array | undefined {
  const byRandom = client && keyLog.lookup('CLIENT_RANDOM', client.random);
  return byRandom ?? (server && keyLog.lookup('SESSION', server.sessionId));
}

function resumed(negotiation: Negotiation, secrets: TlsSecrets): Uint8Array | undefined {
  const { client, server } = negotiation;
  if (client === undefined || server === undefined || negotiation.full) return undefined;
  return secrets.recall('id', server.sessionId) ?? secrets.recall('ticket', client.ticket);
}

function computed(negotiation: Negotiation, secrets: TlsSecrets): Uint8Array | undefined {
  const { client, server } = negotiation;
  if (client === undefined || server === undefined) return undefined;
  const premaster = findPremaster(negotiation, secrets);
  if (premaster === undefined) return undefined;
  const name = prfName(negotiation);
  if (!server.extendedMasterSecret) {
    return prf(name, premaster, 'master secret', concat(client.random, server.random), MASTER);
  }
  const session = negotiation.sessionHash();
  return session && prf(name, premaster, 'extended master secret', session, MASTER);
}

function findPremaster(negotiation: Negotiation, secrets: TlsSecrets): Uint8Array | undefined {
  const { client, keyExchange, suite } = negotiation;
  const given = client && secrets.keyLog.lookup('PMS_CLIENT_RANDOM', client.random);
  if (given !== undefined || keyExchange === undefined) return given;
  const { identity, encrypted } = keyExchange;
  const rsa = encrypted && decrypted(encrypted, secrets);
  if (suite?.keyExchange === 'RSA') return rsa;
  const psk = identity && secrets.psks.get(hexOf(identity));
  if (psk === undefined) return undefined;
  if (suite?.keyExchange === 'PSK') return concat(sized(new Uint8Array(psk.length)), sized(psk));
  return suite?.keyExchange === 'RSA_PSK' && rsa ? concat(sized(rsa), sized(psk)) : undefined;
}

function decrypted(encrypted: Uint8Array, { keyLog, rsaKeys }: TlsSecrets): Uint8Array | undefined {
  const given = keyLog.lookup('RSA', encrypted.subarray(0, 8));
  if (given !== undefined) return given;
  for (const key of rsaKeys) {
    const premaster = decryptRsa(key, encrypted);
    // It begins with the version; with a wrong key, padding that looks right would be chance.
    if (premaster?.length === MASTER && premaster[0] === 3) return premaster;
  }
  return undefined;
}

function sized(bytes: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes);
}

function prfName({ version, suite }: Negotiation): string {
  return (version ?? 0) < TLS_1_2 ? 'md5+sha1' : (suite?.hash ?? 'sha256');
}

/** What one side sends under the keys of this handshake; undefined while its secret is not known. */
export function openerFor(negotiation: Negotiation, side: Side, secrets: TlsSecrets): Opener | undefined {
  const { client, server, suite, version } = negotiation;
  if (client === undefined || server === undefined || suite === undefined || version === undefined) return undefined;
  if (version < TLS_1_0) return undefined;
  const master = findMaster(negotiation, secrets);
  if (master === undefined) return undefined;
  const { key, iv } = suite.cipher;
  const lengths = [macLength(suite), macLength(suite), key, key, iv, iv];
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const block = prf(prfName(negotiation), master, 'key expansion', concat(server.random, client.random), total);
  let at = 0;
  const parts = lengths.map((length) => block.subarray(at, (at += length)));
  const mine = side === negotiation.clientSide ? 0 : 1;
  const keys = { mac: parts[mine]!, key: parts[2 + mine]!, iv: parts[4 + mine]! };
  return opener12(suite, version, server.encryptThenMac, keys);
}
