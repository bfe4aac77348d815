// Lines of TLS key logs that a recording has to hold: each before the packets that need it, and all that are known again
// at the start of each further file, which is complete on its own. Beyond the bound the oldest are forgotten: those of
// connections that have long ended, most likely.

export class KnownSecrets {
  /** In the order in which they came. */
  private readonly known = new Set<Uint8Array>();
  private length = 0;
  private readonly freshOnes = new Set<Uint8Array>();

  constructor(private readonly most: number) {}

  add(lines: string): void {
    const bytes = new TextEncoder().encode(wholeLines(lines));
    if (bytes.length === 0 || bytes.length > this.most) return;
    this.known.add(bytes);
    this.freshOnes.add(bytes);
    this.length += bytes.length;
    for (const oldest of this.known) {
      if (this.length <= this.most) break;
      this.known.delete(oldest);
      this.freshOnes.delete(oldest);
      this.length -= oldest.length;
    }
  }

  /** What came since the last call of `written`. */
  get fresh(): Uint8Array | undefined {
    return together(this.freshOnes);
  }

  get all(): Uint8Array | undefined {
    return together(this.known);
  }

  /** All that is known stands in the file. */
  written(): void {
    this.freshOnes.clear();
  }
}

function together(some: ReadonlySet<Uint8Array>): Uint8Array | undefined {
  return some.size === 0 ? undefined : Buffer.concat([...some]);
}

/** A line that was not ended is ended. */
export function wholeLines(lines: string): string {
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
}
