// Inflates gzip as it comes, several members in a row included. Damage ends the bytes and is told, never thrown: what
// was inflated before it is handed on. It goes in by small pieces, so that little is lost with the piece that fails,
// and that a bomb cannot fill the memory.

import { createGunzip, type Gunzip } from 'node:zlib';

/** What fails is lost up to this many compressed bytes before the damage. A piece inflates to 16 MiB at most. */
const PIECE_LENGTH = 16 * 1024;
/** CRC and length of a member: apart, so that a wrong sum loses no data. */
const TRAILER_LENGTH = 8;
const OUTPUT_LENGTH = 128 * 1024;

/** `onDamage` is told what is wrong and how many bytes were inflated before it. */
export async function* gunzip(
  pieces: AsyncIterable<Uint8Array>,
  onDamage: (message: string, inflated: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const inflater = new Inflater();
  try {
    for await (const piece of pieces) {
      for (const part of inputParts(piece)) {
        yield* await inflater.write(part);
        if (inflater.done) break;
      }
      if (inflater.done) break;
    }
    yield* await inflater.end();
    if (inflater.damage !== undefined) onDamage(inflater.damage, inflater.inflated);
  } finally {
    inflater.destroy();
  }
}

function* inputParts(piece: Uint8Array): Generator<Uint8Array, void, void> {
  const body = Math.max(0, piece.length - TRAILER_LENGTH);
  for (let at = 0; at < body; at += PIECE_LENGTH) yield piece.subarray(at, Math.min(at + PIECE_LENGTH, body));
  yield piece.subarray(body);
}

/** The zlib stream, one write at a time, answering with what came out. */
class Inflater {
  damage: string | undefined;
  inflated = 0;
  /** Nothing more will come out: damaged, or ended with other bytes behind it. */
  done = false;
  readonly #stream: Gunzip = createGunzip({ chunkSize: OUTPUT_LENGTH });
  readonly #closed: Promise<void>;
  #output: Uint8Array[] = [];

  constructor() {
    this.#stream.on('data', (bytes: Uint8Array) => this.#output.push(bytes));
    this.#stream.on('end', () => {
      this.done = true;
    });
    this.#stream.on('error', (error) => {
      this.done = true;
      this.damage = error.message;
    });
    this.#closed = new Promise((resolve) => this.#stream.once('close', resolve));
  }

  async write(bytes: Uint8Array): Promise<Uint8Array[]> {
    const written = new Promise<void>((resolve) => this.#stream.write(bytes, () => resolve()));
    await Promise.race([written, this.#closed]);
    return this.#takeOutput();
  }

  async end(): Promise<Uint8Array[]> {
    if (!this.#stream.destroyed) this.#stream.end();
    await this.#closed;
    return this.#takeOutput();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #takeOutput(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    for (const bytes of output) this.inflated += bytes.length;
    return output;
  }
}
