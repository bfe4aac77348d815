// The public API: dissect a capture, decode one packet, build one.
//
//   import { decode, annotate, encode } from 'mqtt-dissect';              // one MQTT Control Packet
//   import { openCapture, Dissector } from 'mqtt-dissect';                // a capture file, as bytes in any chunking

export { formatHex, type HexResult, parseHex } from './bytes/hex.js';
export { openCapture } from './capture/detect.js';
export type { CapturedPacket, CaptureNote, CaptureReader } from './capture/packet.js';
export type { Field, Problem, ProblemCode } from './codec/field.js';
export { annotate, type Decoded, decode, encode } from './codec/frame.js';
export { type Framed, type FramedPacket, Framer, type FramerOptions, type LostSync } from './codec/framer.js';
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
export { PROPERTIES, type PropertyName } from './spec/properties.js';
export { REASON_CODES, reasonCodeName } from './spec/reason-codes.js';
export { type Direction, VERSIONS, type Version } from './spec/versions.js';
export { KeyLog } from './transport/tls/keylog.js';
export { TlsSecrets } from './transport/tls/secrets.js';
export { UserError, type UserErrorCode } from './user-error.js';
