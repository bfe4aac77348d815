// Captured packets of a file or of stdin, in batches as they come: opened, unzipped, recognised and read. Everything
// that stops it is a UserError of one line that names the file; everything it can read past is a note in a batch.
// Whoever iterates may leave at any time: nothing stays open.

import { DETECT_LENGTH, openCapture } from '../capture/detect.js';
import type { CapturedPacket, CaptureFormat, CaptureNote, CaptureReader, ReaderOptions } from '../capture/packet.js';
import { UserError } from '../user-error.js';
import { type ByteSource, type NamedFile, openSource, type SourceOptions } from './byte-source.js';
import { gunzip } from './gunzip.js';

export interface InputOptions extends ReaderOptions, SourceOptions {}

/** The packets are valid until the next batch is asked for. */
export interface CaptureBatch {
  readonly packets: readonly CapturedPacket[];
  readonly notes: readonly CaptureNote[];
  /** TLS key logs that came with the capture: to be known before its packets are dissected. */
  readonly secrets: readonly Uint8Array[];
  readonly format: CaptureFormat;
  /** To be given to the files read after this one. */
  readonly epoch: bigint | undefined;
  /** Bytes of the file itself, compressed or not; `size` is known of regular files. */
  readonly bytesRead: number;
  readonly size: number | undefined;
  /** In which the packets stand at their offsets. */
  readonly file?: NamedFile | undefined;
}

type Pieces = AsyncGenerator<Uint8Array, void, void>;

/** gzip in gzip happens (a .gz sent with a .gz on top); more is a trap. */
const MAX_GZIP_LAYERS = 2;

/** Reads a path, stdin for `-`, or what is open already. */
export async function* readCapture(
  from: string | ByteSource,
  options: InputOptions = {},
): AsyncGenerator<CaptureBatch, void, void> {
  const source = typeof from === 'string' ? await openSource(from, options) : from;
  const input = new Input(source, options);
  try {
    yield* input.batches();
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'not-a-capture') throw error;
    throw new UserError(error.code, `${source.name}: ${error.message}`);
  }
}

class Input {
  readonly #source: ByteSource;
  readonly #options: InputOptions;
  #bytesRead = 0;
  #notes: CaptureNote[] = [];
  #isZipped = false;

  constructor(source: ByteSource, options: InputOptions) {
    this.#source = source;
    this.#options = options;
  }

  async *batches(): AsyncGenerator<CaptureBatch, void, void> {
    let pieces = this.#counted();
    try {
      let first = await readFirst(pieces);
      // Stopped on purpose before anything came: that it is empty is no news.
      if (first.length === 0 && this.#options.signal?.aborted) return;
      let reader = openCapture(first, this.#options);
      for (let layers = 1; reader === 'gzip'; layers++) {
        if (layers > MAX_GZIP_LAYERS)
          throw new UserError('not-a-capture', `gzip in gzip more than ${MAX_GZIP_LAYERS} deep`);
        this.#isZipped = true;
        pieces = this.#unzipped(first, pieces);
        first = await readFirst(pieces);
        reader = this.#openInside(first);
      }
      yield* this.#read(reader, startingWith(first, pieces));
    } finally {
      await pieces.return();
    }
  }

  async *#read(reader: CaptureReader, pieces: Pieces): AsyncGenerator<CaptureBatch, void, void> {
    for await (const piece of pieces) {
      yield this.#batch(reader, reader.push(piece));
      if (reader.finished) return;
    }
    const last = this.#batch(reader, reader.end());
    // When it was stopped on purpose, an unfinished record is no news.
    if (this.#options.signal?.aborted) yield { ...last, notes: [] };
    else if (last.packets.length > 0 || last.notes.length > 0) yield last;
  }

  #batch(reader: CaptureReader, packets: readonly CapturedPacket[]): CaptureBatch {
    const notes = this.#notes.length > 0 ? [...this.#notes, ...reader.takeNotes()] : reader.takeNotes();
    this.#notes = [];
    const { format, epoch } = reader;
    return {
      packets,
      notes,
      secrets: reader.takeSecrets(),
      format,
      epoch,
      bytesRead: this.#bytesRead,
      size: this.#source.size,
      file: this.#isZipped ? undefined : this.#source.file,
    };
  }

  #unzipped(first: Uint8Array, pieces: Pieces): Pieces {
    return gunzip(startingWith(first, pieces), (damage, offset) => {
      const message = `the gzip data is cut or damaged (${damage}): nothing behind that can be read`;
      this.#notes.push({ code: 'bad-gzip', message, offset });
    });
  }

  #openInside(first: Uint8Array): CaptureReader | 'gzip' {
    const damage = this.#notes[0];
    if (first.length < DETECT_LENGTH && damage) throw new UserError('not-a-capture', damage.message);
    return openCapture(first, this.#options);
  }

  async *#counted(): Pieces {
    for await (const piece of this.#source.pieces) {
      this.#bytesRead += piece.length;
      yield piece;
    }
  }
}

/** At least the bytes that tell the format, unless there are no more. */
async function readFirst(pieces: Pieces): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < DETECT_LENGTH) {
    const next = await pieces.next();
    if (next.done) break;
    first = first.length === 0 && next.value.length >= DETECT_LENGTH ? next.value : joined(first, next.value);
  }
  return first;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

async function* startingWith(first: Uint8Array, pieces: Pieces): Pieces {
  try {
    if (first.length > 0) yield first;
    yield* pieces;
  } finally {
    // Left at the first yield, it would not have been begun here.
    await pieces.return();
  }
}
