// Bytes by four at once: where many are only compared or summed up, that takes about half of the time.

let buffer: ArrayBufferLike = new ArrayBuffer(0);
let view: DataView = new DataView(buffer);
let otherBuffer: ArrayBufferLike = buffer;
let otherView: DataView = view;

/**
 * A view of all the memory that the bytes lie in: bytes[i] is at byteOffset + i. The same one for the same memory, of which two
 * are remembered: what is read, and what its pieces are put together in.
 */
export function viewOf(bytes: Uint8Array): DataView {
  const of = bytes.buffer;
  if (of === buffer) return view;
  const [lastBuffer, lastView] = [buffer, view];
  view = of === otherBuffer ? otherView : new DataView(of);
  buffer = of;
  otherBuffer = lastBuffer;
  otherView = lastView;
  return view;
}
