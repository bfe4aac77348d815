// From gathered options to a configuration: defaults, the listeners that are there without being named, and what can be
// checked only at the end.

import { checkListeners } from './check-listeners.js';
import { bridgeOf } from './complete-bridge.js';
import type {
  BridgeOptions,
  BrokerConfiguration,
  GlobalOptions,
  ListenerOptions,
  SecurityOptions,
} from './configuration.js';
import { GLOBAL_OPTIONS, LISTENER_OPTIONS, SECURITY_OPTIONS } from './defaults.js';
import type { Section } from './option.js';
import type { Place, Remarks } from './remark.js';

export interface ListenerSection extends Section<ListenerOptions> {
  readonly security: Section<SecurityOptions>;
}

/** Everything that was read. */
export interface Gathered {
  readonly global: Section<GlobalOptions>;
  readonly security: Section<SecurityOptions>;
  /** What is said of a listener before any is named. */
  readonly unnamed: ListenerSection;
  readonly listeners: readonly ListenerSection[];
  readonly bridges: readonly Section<BridgeOptions>[];
  /** Whether a listener, port or address was asked for. */
  readonly localOnly: boolean;
}

const DEFAULT_PORT = 1883;
const LOOPBACKS = ['127.0.0.1', '::1'] as const;

export function complete(gathered: Gathered, hostName: string, remarks: Remarks): BrokerConfiguration {
  const global = { ...GLOBAL_OPTIONS, ...gathered.global.values };
  const listeners = listenersOf(gathered, global.perListenerSettings, remarks);
  checkListeners(listeners, gathered.unnamed.place, remarks);
  const bridges: BridgeOptions[] = [];
  for (const section of gathered.bridges) {
    const bridge = bridgeOf(section, hostName, bridges, remarks);
    if (bridge !== undefined) bridges.push(bridge);
  }
  return { global, listeners, bridges, localOnly: gathered.localOnly };
}

function listenersOf(gathered: Gathered, perListener: boolean, remarks: Remarks): ListenerOptions[] {
  const { unnamed, listeners, localOnly, security } = gathered;
  const complete = (section: ListenerSection): ListenerOptions => ({
    ...LISTENER_OPTIONS,
    port: DEFAULT_PORT,
    place: placeOf(section.places.get('port') ?? section.place),
    ...section.values,
    security: securityOf(perListener ? section.security : security, localOnly),
  });
  if (localOnly) {
    const { place: _, ...local } = complete(unnamed);
    // One of the two is enough: many machines have no IPv6.
    return LOOPBACKS.map((host) => ({ ...local, host, mayFail: true }));
  }
  const all = listeners.map(complete);
  // mosquitto opens it besides the named ones, and after them.
  if (isMeant(unnamed, perListener)) all.push(complete(unnamed));
  else sayUnused(unnamed, perListener, remarks);
  return all;
}

function placeOf({ file, line }: Place): Place {
  return { file, line };
}

/** allow_anonymous: true by default only where nobody from outside can come. */
function securityOf({ values }: Section<SecurityOptions>, localOnly: boolean): SecurityOptions {
  return { ...SECURITY_OPTIONS, allowAnonymous: localOnly, ...values };
}

/** Whether mosquitto opens a listener for options before any `listener`: when one of them is not what it is anyway. */
function isMeant({ values, security }: ListenerSection, perListener: boolean): boolean {
  const { maxTopicAlias: _, maxTopicAliasBroker: __, acceptedVersions: ___, ...others } = values;
  const defaults: Partial<ListenerOptions> = LISTENER_OPTIONS;
  const names = Object.keys(others) as (keyof typeof others)[];
  if (names.some((name) => others[name] !== defaults[name])) return true;
  const { passwordFile, pskFile, allowZeroLengthClientId } = security.values;
  return perListener && (passwordFile !== undefined || pskFile !== undefined || allowZeroLengthClientId === false);
}

/** Options that no listener has: whoever wrote them believes otherwise. */
function sayUnused({ places, security }: ListenerSection, perListener: boolean, remarks: Remarks): void {
  const unused = [...places.values(), ...(perListener ? security.places.values() : [])];
  for (const place of unused) {
    remarks.warning(place, 'has no effect: it stands before the first listener, and each listener has its own');
  }
}
