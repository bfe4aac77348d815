// Where outgoing packets are written: large pieces of memory that are filled once and handed out as views. Consecutive
// packets for one connection become one view, so a run of messages costs one `send`.

const PIECE = 64 * 1024;

export class Lane {
  bytes = new Uint8Array(PIECE);
  /** Where the next packet goes. */
  at = 0;
  /** Where the packets begin that have not been handed out. */
  start = 0;

  /** Room for `count` bytes at `at`. What was not handed out must have been, if there is none in this piece. */
  get room(): number {
    return this.bytes.length - this.at;
  }

  renew(least: number): void {
    this.bytes = new Uint8Array(Math.max(PIECE, least));
    this.at = 0;
    this.start = 0;
  }

  get isEmpty(): boolean {
    return this.at === this.start;
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    const view = this.bytes.subarray(this.start, this.at);
    this.start = this.at;
    return view;
  }
}
