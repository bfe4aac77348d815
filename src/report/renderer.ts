// A report format: fed items one by one, it gives back text to be written at once or later. Pure, no I/O. What it keeps
// is bounded by the width of the output, never by the number of items, so a report streams (DESIGN law 9).

import type { Finding } from '../validate/finding.js';
import type { Shown, ShownSummary } from './shown.js';

export interface RenderOptions {
  /** Columns that table and tree may use. */
  readonly width: number;
  readonly colour: boolean;
  /** -v: the field tree, in JSON the flat list of leaves. */
  readonly fields: boolean;
  /** -x: the bytes. */
  readonly hex: boolean;
  /** Without it passwords are masked, in values and in bytes. */
  readonly showSecrets: boolean;
  /** Tree: bytes shown of one value and of one packet; undefined for the usual 64 and 1024. JSON is always whole. */
  readonly maxBytes?: number | undefined;
  /** Several sources: each is named, as a heading or as a key. */
  readonly nameSources: boolean;
  /** The packets are pasted bytes: they have an offset, but no time, frames and addresses. */
  readonly pasted: boolean;
}

/** A file or stream of captured packets. */
export interface Source {
  readonly name: string;
  /** What the items' times count from: nanoseconds since 1970; undefined while no packet had a time. */
  readonly epoch: bigint | undefined;
}

export interface Renderer {
  begin(): string;
  /** The items that follow came from here. Given again when its epoch becomes known. */
  source(source: Source): string;
  /** `findings`: what the judge found in it, or because of it; undefined when nobody judged. */
  item(item: Shown, findings?: readonly Finding[]): string;
  /** A finding about a packet that was rendered earlier. */
  late(finding: Finding): string;
  /** What was held back for speed: nothing more comes for now. */
  flush(): string;
  /** Also ends a report that is broken off. */
  end(summary: ShownSummary): string;
}

export interface Format {
  readonly name: string;
  /** For the help text. */
  readonly title: string;
  /** Whether the closing summary line is part of the output; else it goes beside it. */
  readonly closesWithSummary: boolean;
  /** What makes its renderer: a run loads the one that it needs. */
  load(): Promise<(options: RenderOptions) => Renderer>;
}
