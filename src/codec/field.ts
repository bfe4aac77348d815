// The annotated field tree of one frame, and the problems met while reading it. Leaves cover each bit of the frame
// exactly once (DESIGN law 3); groups cover their children.

/** `label` is the specification's name, `meaning` what the value says ("Connection Accepted", "60 s"). */
export interface Field {
  /** Dotted from the packet: connect.flags.willQos, publish.properties[2].userProperty.name. */
  readonly path: string;
  readonly label: string;
  /** Offset from the first byte of the MQTT packet. */
  readonly at: number;
  readonly length: number;
  /** Highest and lowest bit within the byte at `at`, for fields smaller than a byte. */
  readonly bits?: readonly [high: number, low: number];
  readonly value?: number | boolean | string | Uint8Array;
  readonly meaning?: string;
  /** Section of the specification, for this version. */
  readonly section?: string;
  /** Passwords and the like: renderers mask the value (and its bytes) unless told otherwise. */
  readonly secret?: boolean;
  readonly children?: readonly Field[];
}

export type ProblemCode =
  /** The frame ends before this field does. */
  | 'field-cut'
  /** A length says more than its frame or its property section holds. */
  | 'length-overrun'
  /** A Variable Byte Integer goes on after its fourth byte. */
  | 'variable-byte-integer'
  /** 5.0: a Variable Byte Integer in more bytes than it needs. */
  | 'overlong'
  /** A string is not well-formed UTF-8. */
  | 'utf8'
  /** A property identifier that 5.0 does not define: the rest of the properties cannot be read. */
  | 'unknown-property'
  /** Packet type 0, or 15 before 5.0. */
  | 'reserved-type'
  /** Bytes after the last field. */
  | 'unread'
  /** Bytes of the packet that are not here: not captured, or never sent. */
  | 'incomplete';

export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** Path of the field that could not be read (or of the one that was read and is wrong). */
  readonly path: string;
  readonly at: number;
  readonly length: number;
}
