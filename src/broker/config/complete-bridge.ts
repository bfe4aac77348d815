// From the options of a bridge to a bridge: defaults, of which some follow from others, and what must not be missing.

import type { BridgeOptions } from './configuration.js';
import { BRIDGE_OPTIONS } from './defaults.js';
import { placeText, type Section } from './option.js';
import type { Remarks } from './remark.js';

/** undefined: something is missing, and was said. `others`: the bridges before it. */
export function bridgeOf(
  { values, places, place }: Section<BridgeOptions>,
  hostName: string,
  others: readonly BridgeOptions[],
  remarks: Remarks,
): BridgeOptions | undefined {
  const { name = '', addresses, topics, identity, psk } = values;
  const missing: string[] = [];
  if (!places.has('addresses')) missing.push('an address');
  if (!places.has('topics')) missing.push('a topic');
  if (psk !== undefined && !places.has('identity')) missing.push('bridge_identity for its bridge_psk');
  if (identity !== undefined && !places.has('psk')) missing.push('bridge_psk for its bridge_identity');
  if (missing.length > 0) remarks.error(place, `connection ${name} needs ${missing.join(' and ')}`);
  if (addresses === undefined || topics === undefined) return undefined;

  const remoteClientId = values.remoteClientId ?? `${hostName}.${name}`;
  const bridge: BridgeOptions = {
    ...BRIDGE_OPTIONS,
    localCleanSession: values.cleanSession ?? BRIDGE_OPTIONS.cleanSession,
    localClientId: `local.${remoteClientId}`,
    notificationTopic: `$SYS/broker/connection/${remoteClientId}/state`,
    ...values,
    place,
    name,
    addresses,
    topics,
    remoteClientId,
  };
  sayDoubtful(bridge, remarks);
  const same = others.find((other) => other.localClientId === bridge.localClientId);
  if (same === undefined) return bridge;
  const where = placeText(same.place, place);
  remarks.error(place, `connection ${name} has the local_clientid of connection ${same.name} (${where})`);
  return undefined;
}

function sayDoubtful(bridge: BridgeOptions, remarks: Remarks): void {
  const { name, place } = bridge;
  const say = (what: string): void => remarks.warning(place, `connection ${name} ${what}`);
  if (bridge.insecure) say('does not check the name in the certificate (bridge_insecure)');
  if (bridge.remotePassword !== undefined && bridge.remoteUsername === undefined) {
    say('has a remote_password without remote_username: it is not sent');
  }
  if (bridge.requireOcsp) say('has bridge_require_ocsp, which is not supported: it will not connect');
  const trusts = bridge.caFile !== undefined || bridge.caPath !== undefined || bridge.useOsCertificates;
  if (bridge.certFile !== undefined && !trusts)
    say('has bridge_certfile without bridge_cafile or bridge_capath: it is not TLS');
}
