// The part of the untyped npm package pcap-parser 0.2.1 that the adapter drives, its two inner fields included.
// Only pcap.ts imports it, and no exported type mentions it, so the package's own declarations do not need this file.

declare module 'pcap-parser' {
  export interface GlobalHeader {
    readonly linkLayerType: number;
  }
  export interface PacketEvent {
    readonly header: {
      readonly timestampSeconds: number;
      readonly timestampMicroseconds: number;
      readonly capturedLength: number;
      readonly originalLength: number;
    };
    readonly data: Uint8Array;
  }
  /** What it asks of a buffer of records, `readUInt32` with the byte order's suffix. */
  export interface RecordBuffer {
    readonly length: number;
    readUInt32(offset: number): number;
    slice(from: number): RecordBuffer;
    slice(from: number, to: number): Uint8Array;
  }
  export interface ParserInput {
    pause(): void;
    resume(): void;
    on(event: 'data' | 'error' | 'end', handler: (data: Uint8Array | RecordBuffer) => void): void;
  }
  export interface Parser {
    buffer: Uint8Array | RecordBuffer | null;
    endianness: string | null;
    emit(event: string, what: unknown): boolean;
  }
  export function parse(input: ParserInput): Parser;
}
