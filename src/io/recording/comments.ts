// Findings as comments of the packets of a recording. A finding that comes when its packet is written already stands with the
// next one that is, and names its own; what comes when nothing more is written is left for the end.

import type { Finding } from '../../validate/finding.js';

/** Of one packet; a finding has about 200 characters. */
const MOST_COMMENTS = 64;

export class FindingComments {
  /** By number of the captured packet. */
  private readonly waiting = new Map<number, string[]>();
  private late: string[] = [];
  /** The packet that was written last. */
  private written = 0;

  add(finding: Finding): void {
    if (finding.verdict !== 'violation') return;
    const number = finding.frame.captureFrames.at(-1) ?? 0;
    if (number <= this.written) {
      if (this.late.length < MOST_COMMENTS) this.late.push(commentText(finding, false));
      return;
    }
    const comments = this.waiting.get(number) ?? [];
    if (comments.length < MOST_COMMENTS) comments.push(commentText(finding, true));
    this.waiting.set(number, comments);
  }

  /** For the packet that is written now; packets are asked for in their order. */
  of(number: number): readonly string[] {
    this.written = number;
    const own = this.waiting.get(number);
    if (own === undefined && this.late.length === 0) return [];
    this.waiting.delete(number);
    const all = [...(own ?? []), ...this.late];
    this.late = [];
    return all;
  }

  /** What has no packet any more. */
  rest(): readonly string[] {
    const all = [...this.late, ...[...this.waiting.values()].flat()];
    this.late = [];
    this.waiting.clear();
    return all;
  }
}

/** `client, must (5.0:MQTT-3.3.1-2): DUP is 1 …`, of an earlier packet with its number and capture frame. */
function commentText(finding: Finding, isOwn: boolean): string {
  const { party, level, statement, version, section, message, frame } = finding;
  const where = statement ?? `${version} §${section}`;
  const at = frame.captureFrames.length > 0 ? `, frame ${frame.captureFrames.at(-1)}` : '';
  const about = isOwn || frame.number === 0 ? '' : `packet #${frame.number} (${frame.type}${at}): `;
  return `${party}, ${level} (${where}): ${about}${message}`;
}
