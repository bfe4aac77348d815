// The public API: dissect a capture, judge it, decode one packet, build one.
//
//   import { decode, annotate, encode } from 'mqtt-dissect';              // one MQTT Control Packet
//   import { openCapture, Dissector } from 'mqtt-dissect';                // a capture file, as bytes in any chunking
//   import { Judge } from 'mqtt-dissect';                                  // items in, findings out
//   import { createBroker } from 'mqtt-dissect';                           // a broker inside a test
//   import { createProxy } from 'mqtt-dissect';                            // a proxy inside a test

export type { AuthenticationMethod } from './broker/authentication.js';
export type { BrokerEvent } from './broker/output.js';
export { GLOBAL_DEFAULTS, LISTENER_DEFAULTS } from './broker/settings.js';
export { formatHex, type HexResult, parseHex } from './bytes/hex.js';
export { openCapture } from './capture/detect.js';
export type { CapturedPacket, CaptureNote, CaptureReader } from './capture/packet.js';
export type { Field, Problem, ProblemCode } from './codec/field.js';
export { annotate, type Decoded, decode, encode } from './codec/frame.js';
export type { Framed, FramedPacket } from './codec/framed.js';
export { Framer } from './codec/framer.js';
export type { FramerOptions } from './codec/framer-options.js';
export type { LostSync } from './codec/lost-bytes.js';
export type * from './codec/packet.js';
export { DISSECTOR_DEFAULTS, Dissector, type DissectorOptions } from './dissect/dissector.js';
export type {
  ConnectionInfo,
  EventItem,
  EventName,
  Frame,
  Item,
  PacketItem,
  Summary,
  VersionSource,
} from './dissect/item.js';
export { type LayerOptions, LIMITS, type Limit } from './dissect/limits.js';
export type { FaultState } from './faults/faults.js';
export { faultText, parseFault } from './faults/parse-fault.js';
export { readFaultRules } from './faults/read-rules.js';
export type { FaultRule } from './faults/rule.js';
export {
  type Broker,
  type BrokerEventName,
  type BrokerEventOf,
  type CreateBrokerOptions,
  createBroker,
} from './io/create-broker.js';
export {
  type CreateProxyOptions,
  createProxy,
  type ProxyEvents,
  type ProxyRoute,
  type RunningProxy,
} from './io/create-proxy.js';
export type { Listener, TlsListener } from './io/listeners/listener.js';
export type { ConnectionState, RelayTotals } from './io/proxy/relay.js';
export type { RelayEvent } from './io/proxy/watcher.js';
export { SCRAM_SHA_256, type ScramOptions, scramCredentials, scramMethod } from './io/scram.js';
export type { PropertyName } from './spec/properties.js';
export { PROPERTIES } from './spec/property-table.js';
export { REASON_CODES, reasonCodeName } from './spec/reason-codes.js';
export { STATEMENTS, type Statement } from './spec/statements.js';
export { type Direction, VERSIONS, type Version } from './spec/versions.js';
export { KeyLog } from './transport/tls/keylog.js';
export { TlsSecrets } from './transport/tls/secrets.js';
export { UserError, type UserErrorCode } from './user-error.js';
export { type Answer, type Covered, coverageOf } from './validate/coverage.js';
export type { Ending } from './validate/ending.js';
export type { Finding, FrameRef, Level, Party, Place } from './validate/finding.js';
export { type InternalError, Judge, type JudgeOptions } from './validate/judge.js';
export { JUDGE_LIMITS, type JudgeLimits } from './validate/limits.js';
export type { JudgedConnection, JudgeReport, RuleCount } from './validate/report.js';
export type { Rule, Unjudged } from './validate/rule.js';
export { RULES, UNJUDGED } from './validate/rules/index.js';
