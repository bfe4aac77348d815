// The record that says which format the others have: of whoever reads it, one that knows less must keep its hands off.

/** Grows with every change of keys or values (record-keys.ts, record-values.ts). */
export const FORMAT = 1;

/** Before the records of all tables. */
export const FORMAT_KEY = Buffer.from('\x00mqtt-dissect', 'latin1');

export function formatValue(format = FORMAT): Buffer {
  return Buffer.from(JSON.stringify({ format }));
}

/** undefined: it does not say. */
export function formatOf(value: Buffer): number | undefined {
  try {
    const { format } = JSON.parse(value.toString()) as { format?: unknown };
    return typeof format === 'number' && Number.isInteger(format) && format > 0 ? format : undefined;
  } catch {
    return undefined;
  }
}
