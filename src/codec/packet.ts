// The decoded values of the 15 packet types, as one union on `type`. Names are the specification's nouns in camel case.
// Absent means absent on the wire: a PUBACK of 2 bytes has no reasonCode, a 3.1.1 PUBLISH has no properties.

import type { PropertyName, PropertyValue } from '../spec/properties.js';

/** In wire order, so that User Properties keep theirs (5.0: 2.2.2.2). */
export type Property = { [N in PropertyName]: { readonly name: N; readonly value: PropertyValue<N> } }[PropertyName];

interface Header {
  /** Low nibble of the first byte (2.2.2 Flags, 5.0: 2.1.3); present only when it is not the fixed value of this type. */
  readonly headerFlags?: number;
  /** Bytes of the Remaining Length when it is longer than it needs to be (legal before 5.0). */
  readonly remainingLengthWidth?: number;
}

export interface Will {
  readonly properties?: readonly Property[];
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface ConnectFlags {
  readonly userName: boolean;
  readonly password: boolean;
  readonly willRetain: boolean;
  readonly willQos: number;
  readonly will: boolean;
  /** 3.1 and 3.1.1; 5.0 names the same bit Clean Start. */
  readonly cleanSession?: boolean;
  readonly cleanStart?: boolean;
  readonly reserved: boolean;
}

export interface ConnectPacket extends Header {
  readonly type: 'CONNECT';
  readonly protocolName: string;
  readonly protocolLevel: number;
  readonly flags: ConnectFlags;
  readonly keepAlive: number;
  readonly properties?: readonly Property[];
  readonly clientId: string;
  readonly will?: Will;
  readonly userName?: string;
  readonly password?: Uint8Array;
}

export interface ConnackPacket extends Header {
  readonly type: 'CONNACK';
  readonly acknowledgeFlags: { readonly reserved: number; readonly sessionPresent: boolean };
  /** 3.1 and 3.1.1. */
  readonly returnCode?: number;
  /** 5.0. */
  readonly reasonCode?: number;
  readonly properties?: readonly Property[];
}

export interface PublishPacket extends Header {
  readonly type: 'PUBLISH';
  readonly dup: boolean;
  readonly qos: number;
  readonly retain: boolean;
  readonly topic: string;
  readonly packetId?: number;
  readonly properties?: readonly Property[];
  readonly payload: Uint8Array;
}

/** PUBACK, PUBREC, PUBREL and PUBCOMP; before 5.0 only the Packet Identifier. */
export interface PublishAckPacket extends Header {
  readonly type: 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP';
  readonly packetId: number;
  readonly reasonCode?: number;
  readonly properties?: readonly Property[];
}

/** One topic filter of SUBSCRIBE with its options byte. */
export interface Subscription {
  readonly topicFilter: string;
  readonly options: {
    readonly reserved: number;
    /** 5.0. */
    readonly retainHandling?: number;
    readonly retainAsPublished?: boolean;
    readonly noLocal?: boolean;
    /** Requested QoS (3.1, 3.1.1) or Maximum QoS (5.0). */
    readonly qos: number;
  };
}

export interface SubscribePacket extends Header {
  readonly type: 'SUBSCRIBE';
  readonly packetId: number;
  readonly properties?: readonly Property[];
  readonly subscriptions: readonly Subscription[];
}

export interface SubackPacket extends Header {
  readonly type: 'SUBACK';
  readonly packetId: number;
  readonly properties?: readonly Property[];
  /** Return codes (granted QoS or 0x80) before 5.0, reason codes in 5.0. */
  readonly returnCodes?: readonly number[];
  readonly reasonCodes?: readonly number[];
}

export interface UnsubscribePacket extends Header {
  readonly type: 'UNSUBSCRIBE';
  readonly packetId: number;
  readonly properties?: readonly Property[];
  readonly topicFilters: readonly string[];
}

export interface UnsubackPacket extends Header {
  readonly type: 'UNSUBACK';
  readonly packetId: number;
  readonly properties?: readonly Property[];
  /** 5.0. */
  readonly reasonCodes?: readonly number[];
}

export interface PingPacket extends Header {
  readonly type: 'PINGREQ' | 'PINGRESP';
}

/** DISCONNECT, and AUTH of 5.0. Before 5.0 both are empty, AUTH is not defined. */
export interface DisconnectPacket extends Header {
  readonly type: 'DISCONNECT' | 'AUTH';
  readonly reasonCode?: number;
  readonly properties?: readonly Property[];
}

/** Packet type 0, or 15 before 5.0: forbidden, its content unknown. */
export interface ReservedPacket extends Header {
  readonly type: 'RESERVED';
  readonly typeCode: number;
}

export type Packet =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | PublishAckPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | PingPacket
  | DisconnectPacket
  | ReservedPacket;

export type PacketType = Packet['type'];

/**
 * What could be read of a packet: a field that was not reached, or not whole, is absent. Groups and list elements are
 * whole or absent. Without problems it is a whole Packet.
 */
export type ReadPacket = PartOf<Packet>;

type PartOf<P extends Packet> = P extends Packet ? { readonly type: P['type'] } & Partial<Omit<P, 'type'>> : never;
