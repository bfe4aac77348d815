// The patience with a hole that the receiver has acknowledged: it got the bytes, so the capture lost them, unless the
// records are only out of order (two interfaces, several queues). So a few more segments, or a while, are waited for.

import type { TcpOptions } from './options.js';

export class AckWait {
  /** Up to where the receiver had acknowledged when the wait began; -1: nothing is waited for. */
  #mark = -1;
  #segmentsLeft = 0;
  #since = 0;

  /**
   * Called for every segment of the connection while there is a hole that ends at `holeEnd`. Answers with the position
   * up to which holes are lost, or -1 to wait on.
   */
  lostUpTo(holeEnd: number, acknowledged: number, time: number, options: TcpOptions): number {
    if (acknowledged < holeEnd) return this.#stop(-1);
    if (this.#mark < holeEnd) {
      this.#mark = acknowledged;
      this.#segmentsLeft = options.ackSlackSegments;
      this.#since = time;
      return -1;
    }
    this.#segmentsLeft--;
    if (this.#segmentsLeft > 0 && time - this.#since < options.ackSlackTime) return -1;
    return this.#stop(this.#mark);
  }

  #stop(answer: number): number {
    this.#mark = -1;
    return answer;
  }
}
