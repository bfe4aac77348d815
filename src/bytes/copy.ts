// A copy, whatever kind of bytes: slice() of a Buffer, which is a Uint8Array too, is a view.

export function copyOf(bytes: Uint8Array, at = 0, end = bytes.length): Uint8Array {
  return new Uint8Array(bytes.subarray(at, end));
}
