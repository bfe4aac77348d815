// One MQTT packet of a capture as both sides must tell it: ours from the pipeline, theirs from tshark. Everything in a
// record is on the wire; names are ours, properties are [identifier, value] in their order, bytes are hex.

export interface PacketRecord {
  /** Capture frame that completed it, counted from 1. */
  readonly frame: number;
  readonly type: string;
  /** First byte: packet type and flags. */
  readonly first: number;
  readonly remainingLength: number;
  readonly values: Readonly<Record<string, unknown>>;
}

export type PropertyPair = readonly [id: number, value: unknown];

/** Leaves out what is absent, so that absent and undefined are the same. */
export function present(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

export const keyOf = (record: PacketRecord): string => `${record.frame} ${record.type} ${record.remainingLength}`;
