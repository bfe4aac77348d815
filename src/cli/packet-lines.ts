// Packets as lines of ndjson for whoever subscribes while they come: nothing is rendered while nobody does.

import { createNdjson } from '../report/ndjson.js';
import type { Renderer, Source } from '../report/renderer.js';
import type { Shown } from '../report/shown.js';
import type { Finding } from '../validate/finding.js';

export type LineListener = (line: string) => void;

export class PacketLines {
  private readonly listeners = new Set<LineListener>();
  private readonly renderer: Renderer;

  constructor(showSecrets: boolean) {
    const width = Number.POSITIVE_INFINITY;
    const plain = { width, colour: false, fields: false, hex: false, nameSources: false, pasted: false };
    this.renderer = createNdjson({ ...plain, showSecrets });
  }

  /** Returns what ends it. */
  subscribe(listener: LineListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  source(source: Source): void {
    this.renderer.source(source);
  }

  add(item: Shown, findings?: readonly Finding[]): void {
    if (this.listeners.size > 0) this.tell(this.renderer.item(item, findings));
  }

  /** What is found of a packet that was told already. */
  late(finding: Finding): void {
    if (this.listeners.size > 0) this.tell(this.renderer.late(finding));
  }

  private tell(text: string): void {
    const line = text.trimEnd();
    for (const listener of this.listeners) listener(line);
  }
}
