// Small packets in one piece. While a socket is idle the system takes a piece during the call, nearly always; then its
// memory is used again for the next one, so that sending allocates nothing. Otherwise whoever sends says so with `lost`.

/** Of the pieces that are used again. Three, so that a small packet that has to wait holds no large one. */
const SIZES = [1024, 8 * 1024, 64 * 1024] as const;
/** Longer than this, packets are handed on as they are. */
export const JOINED_LENGTH = SIZES[2];

const pieces = SIZES.map((size) => Buffer.allocUnsafeSlow(size));

/** Into memory that is used again unless `lose` is called with the same length. */
export function joinedForNow(chunks: readonly Uint8Array[], length: number): Buffer {
  const piece = pieces[sizeFor(length)]!;
  copy(chunks, piece);
  return piece.subarray(0, length);
}

/** Into memory of its own. */
export function joinedToKeep(chunks: readonly Uint8Array[], length: number): Buffer {
  const piece = Buffer.allocUnsafeSlow(length);
  copy(chunks, piece);
  return piece;
}

/** The piece for this length has not been taken: it belongs to the socket now. */
export function lose(length: number): void {
  const index = sizeFor(length);
  pieces[index] = Buffer.allocUnsafeSlow(SIZES[index]!);
}

function sizeFor(length: number): number {
  return length <= SIZES[0] ? 0 : length <= SIZES[1] ? 1 : 2;
}

function copy(chunks: readonly Uint8Array[], into: Uint8Array): void {
  let at = 0;
  for (let index = 0; index < chunks.length; index++) {
    const chunk = chunks[index]!;
    into.set(chunk, at);
    at += chunk.length;
  }
}

/** Large packets as they are, small ones between them joined: no more pieces than there need be. */
export function gathered(chunks: readonly Uint8Array[]): Uint8Array[] {
  const whole: Uint8Array[] = [];
  let from = 0;
  let length = 0;
  for (let index = 0; index <= chunks.length; index++) {
    const chunk = chunks[index];
    const isSmall = chunk !== undefined && chunk.length < SIZES[1];
    if (isSmall && length + chunk.length <= JOINED_LENGTH) {
      length += chunk.length;
      continue;
    }
    if (length > 0) whole.push(joinedToKeep(chunks.slice(from, index), length));
    if (isSmall) {
      from = index;
      length = chunk.length;
    } else {
      if (chunk !== undefined) whole.push(chunk);
      from = index + 1;
      length = 0;
    }
  }
  return whole;
}
