// Does what a gate yields, and asks it again when something is due.

import type { Side } from '../../bytes/chunk.js';
import type { FaultOutput, Gate, InjectedFault } from '../../faults/gate.js';

/** What the gate's connection does with its outputs. */
export interface Gated {
  /** Nothing more is to be done after a close. */
  readonly isOpen: boolean;
  send(from: Side, bytes: Uint8Array): void;
  sendEnd(from: Side): void;
  close(how: 'fin' | 'rst'): void;
  fault(fault: InjectedFault): void;
  /** Time has passed for the gate: it may hold less. */
  released(): void;
}

/** Of setTimeout. */
const LONGEST_TIMER = 0x7fff_ffff;

export class GateRunner {
  private timer: NodeJS.Timeout | undefined = undefined;
  /** What the timer is set to. */
  private time: number | undefined = undefined;

  constructor(
    private readonly gate: Gate,
    /** Milliseconds. */
    private readonly clock: () => number,
    private readonly gated: Gated,
  ) {}

  push(from: Side, bytes: Uint8Array): void {
    this.run(this.gate.push(from, bytes, this.clock()), bytes);
  }

  end(from: Side): void {
    this.run(this.gate.end(from, this.clock()));
  }

  advance(): void {
    this.time = undefined;
    this.run(this.gate.advance(this.clock()));
    if (this.gated.isOpen) this.gated.released();
  }

  held(from: Side): number {
    return this.gate.held(from);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** `input`: what is a view of it needs no copy. */
  private run(outputs: readonly FaultOutput[], input?: Uint8Array): void {
    const { gated } = this;
    for (const output of outputs) {
      if (!gated.isOpen) return;
      switch (output.kind) {
        case 'send':
          gated.send(output.from, output.bytes.buffer === input?.buffer ? output.bytes : Buffer.from(output.bytes));
          break;
        case 'end':
          gated.sendEnd(output.from);
          break;
        case 'close':
          gated.close(output.how);
          break;
        case 'fault':
          gated.fault(output.fault);
          break;
      }
    }
    if (gated.isOpen) this.await();
  }

  private await(): void {
    const time = this.gate.deadline();
    if (time === this.time) return;
    this.time = time;
    clearTimeout(this.timer);
    if (time === undefined) return;
    const wait = Math.min(Math.max(0, Math.ceil(time - this.clock())), LONGEST_TIMER);
    this.timer = setTimeout(advance, wait, this);
  }
}

function advance(runner: GateRunner): void {
  runner.advance();
}
