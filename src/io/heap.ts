// Memory of this process.

/** Bytes that objects and buffers take. */
export function heapBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
