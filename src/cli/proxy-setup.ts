// What becomes of the options of `proxy`: pairs of --listen and --target with what each transport needs, rules of faults, the
// recording. Files are read here.

import { parseFault } from '../faults/parse-fault.js';
import { readFaultRules } from '../faults/read-rules.js';
import type { FaultRule } from '../faults/rule.js';
import { refuseInput } from '../io/output.js';
import { addressText, isEncrypted, type ProxyAddress, parseListen, parseTarget } from '../io/proxy/addresses.js';
import type { TargetTls } from '../io/proxy/relay-options.js';
import type { RelaySetup, RouteSetup } from '../io/proxy/relay-setup.js';
import type { RecorderOptions } from '../io/recording/recorder.js';
import { readTextFile } from '../io/small-files.js';
import { UserError } from '../user-error.js';
import { packageVersion } from './package-version.js';
import type { ProxyFlags } from './proxy-options.js';

const MEGABYTE = 1_000_000;

/** Throws UserError when a file cannot be read, or an address or a rule is wrong. */
export async function setupOf(flags: ProxyFlags): Promise<Omit<RelaySetup, 'ring' | 'keepsBytes' | 'tellsSecrets'>> {
  const { listen = [], target = [], recordEncrypted = false, control } = flags;
  await spareInputs(flags);
  const faults = await faultsOf(flags);
  const routes: RouteSetup[] = [];
  for (const [index, text] of listen.entries()) {
    routes.push(await routeOf(parseListen(text), parseTarget(target[index]!), flags));
  }
  return {
    routes,
    faults,
    hasGates: faults.length > 0 || control !== undefined,
    isEncrypted: recordEncrypted,
    limits: { connectTimeout: flags.connectTimeout * 1000, maximumConnections: flags.maxClients },
  };
}

/** What is written is nothing that is read. */
async function spareInputs(flags: ProxyFlags): Promise<void> {
  const { tlsCert, tlsKey, clientCa, targetCa, targetCert, targetKey, faults, write, keylog, output } = flags;
  const inputs = [tlsCert, tlsKey, clientCa, targetCa, targetCert, targetKey, faults].filter(
    (one) => one !== undefined,
  );
  for (const path of [write, keylog, output]) if (path !== undefined) await refuseInput(path, inputs);
}

async function routeOf(listen: ProxyAddress, target: ProxyAddress, flags: ProxyFlags): Promise<RouteSetup> {
  const { proxyProtocol } = flags;
  return {
    ...{ listen, target },
    ...(isEncrypted(listen.transport) ? { tls: await listenTls(flags) } : {}),
    ...(isEncrypted(target.transport) ? { targetTls: await targetTls(flags) } : {}),
    ...(proxyProtocol === undefined ? {} : { proxyProtocol }),
  };
}

async function listenTls(flags: ProxyFlags): Promise<NonNullable<RouteSetup['tls']>> {
  const { ca, tlsCert = '', tlsKey = '', clientCa, requireCertificate = false } = flags;
  return {
    certificate: ca === undefined ? await pairOf(tlsCert, tlsKey) : { authority: ca },
    ...(clientCa === undefined ? {} : { authorities: [await readTextFile(clientCa)] }),
    requireCertificate,
  };
}

async function targetTls(flags: ProxyFlags): Promise<TargetTls> {
  const { targetCa, targetCert, targetKey, sni, alpn, insecure = false } = flags;
  return {
    ...(targetCa === undefined ? {} : { authorities: [await readTextFile(targetCa)] }),
    ...(targetCert === undefined || targetKey === undefined
      ? {}
      : { certificate: await pairOf(targetCert, targetKey) }),
    ...(sni === undefined ? {} : { serverName: sni }),
    ...(alpn === undefined ? {} : { alpn: [alpn] }),
    insecure,
  };
}

async function pairOf(certificate: string, key: string): Promise<{ certificate: string; key: string }> {
  return { certificate: await readTextFile(certificate), key: await readTextFile(key) };
}

async function faultsOf({ fault = [], faults }: ProxyFlags): Promise<readonly FaultRule[]> {
  const own = fault.map((text) => named(`--fault '${text}'`, () => parseFault(text)));
  if (faults === undefined) return own;
  const text = await readTextFile(faults);
  return [...own, ...named(faults, () => readFaultRules(text))];
}

function named<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) throw new UserError(error.code, `${where}: ${error.message}`);
    throw error;
  }
}

export function recordingOf(flags: ProxyFlags): RecorderOptions | undefined {
  const { write: path, rotateSize, rotateTime, keep, listen = [], target = [] } = flags;
  if (path === undefined) return undefined;
  const names = listen.map((text, index) => {
    return `${addressText(parseListen(text))} to ${addressText(parseTarget(target[index]!))}`;
  });
  return {
    path,
    interfaces: names.map((name) => ({ name })),
    program: `mqtt-dissect ${packageVersion()} proxy`,
    maximumBytes: rotateSize === undefined ? undefined : rotateSize * MEGABYTE,
    maximumSeconds: rotateTime,
    keep,
  };
}
