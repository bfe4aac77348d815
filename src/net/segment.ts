// What the link and network layers yield for one captured packet: a TCP segment, as offsets into the captured bytes.
// No address strings and no payload copies here: most segments of a capture are never shown. Segments and skips are told
// apart by `kind`. A segment is valid until the next packet is read (its reader reuses it); a Skipped may be kept.

export interface Segment {
  readonly kind: 'segment';
  /** Capture frame number and time (ns since the source's epoch). */
  readonly frame: number;
  readonly time: number;
  /** The bytes that the offsets below point into: the captured packet or what it lies in, or a datagram made of fragments, of which `frame` was the last. */
  readonly bytes: Uint8Array;
  /** 4 or 16: the length of each address in bytes. */
  readonly addressLength: 4 | 16;
  readonly sourceAt: number;
  readonly destinationAt: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** TCP flag bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32 (RFC 9293, 3.1). */
  readonly flags: number;
  /** The captured part of the payload, as offsets into bytes. */
  readonly payloadAt: number;
  readonly payloadEnd: number;
  /** Payload length on the wire: more than payloadEnd - payloadAt when the capture cut the packet. */
  readonly payloadLength: number;
}

/** The flag bits of a segment by name. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

export type SkipReason =
  | 'unknown-link'
  | 'not-ip'
  | 'not-tcp'
  /** Part of a datagram that has not been completed yet; SegmentReader.lost() tells of those that never were. */
  | 'held'
  /** Part of a datagram that was never completed. */
  | 'fragment'
  | 'encrypted'
  | 'cut'
  | 'malformed';

/** Why a captured packet yielded no segment. Counted by reason; `link` reasons are warned about once per type. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly reason: SkipReason;
  /** What was there instead, in the field's words: "LINKTYPE 195 (IEEE802_15_4_WITHFCS)", "ARP", "UDP", "EtherType 0x88cc (LLDP)". */
  readonly what: string;
}
