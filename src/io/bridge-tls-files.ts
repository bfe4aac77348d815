// The certificates and keys of a bridge, read and looked at when the configuration is.

import { type BridgeOptions, bridgeEncryptionOf } from '../broker/config/configuration.js';
import type { Remarks } from '../broker/config/remark.js';
import type { BridgeTls } from './bridge-dialling.js';
import type { BridgeSetup } from './bridge-edge.js';
import { readOptionBytes } from './broker-files.js';
import { checkPair, ciphersOf, readAuthorities, TLS_VERSIONS } from './broker-tls-files.js';

/** What cannot be read is told among the remarks. */
export function readBridge(options: BridgeOptions, remarks: Remarks): BridgeSetup {
  const tls = readBridgeTls(options, remarks);
  return { options, ...(tls === undefined ? {} : { tls }) };
}

function readBridgeTls(bridge: BridgeOptions, remarks: Remarks): BridgeTls | undefined {
  const encryption = bridgeEncryptionOf(bridge);
  if (encryption === 'none') return undefined;
  const { tlsVersion, alpn: protocol, insecure, useOsCertificates } = bridge;
  const ciphers = ciphersOf(bridge);
  const common = {
    ...(tlsVersion === undefined ? {} : { minimumVersion: TLS_VERSIONS[tlsVersion] }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(protocol === undefined ? {} : { protocol }),
  };
  if (encryption === 'psk') {
    const { identity = '', psk = '' } = bridge;
    return { ...common, psk: { identity, key: bytesOf(psk) } };
  }
  const authorities = readAuthorities(bridge, remarks, 'bridge_');
  return { ...common, insecure, authorities, systemAuthorities: useOsCertificates, ...readPair(bridge, remarks) };
}

function readPair(bridge: BridgeOptions, remarks: Remarks): Pick<BridgeTls, 'certificate' | 'key'> {
  const { certFile, keyFile } = bridge;
  if (certFile === undefined || keyFile === undefined) {
    if (certFile === keyFile) return {};
    const missing = certFile === undefined ? 'bridge_certfile' : 'bridge_keyfile';
    remarks.error(bridge.place, `connection ${bridge.name} needs ${missing} too`);
    return {};
  }
  const certificate = readOptionBytes(certFile, 'bridge_certfile', remarks);
  const key = readOptionBytes(keyFile, 'bridge_keyfile', remarks);
  if (certificate === undefined || key === undefined) return {};
  checkPair(certificate, key, { certFile, keyFile }, remarks, 'bridge_');
  return { certificate, key };
}

/** Of hexadecimal; with an odd number of digits, as OpenSSL reads it, there is a 0 in front. */
function bytesOf(digits: string): Uint8Array {
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}
