// Gates for tests of the relay: they do what each test says.

import type { Side } from '../../../src/bytes/chunk.js';
import type { FaultOutput, Gate } from '../../../src/faults/gate.js';

/** Lets everything pass, unless told otherwise. */
export function passing(changes: Partial<Gate> = {}): Gate {
  return {
    push: (from, bytes) => [{ kind: 'send', from, bytes }],
    end: (from) => [{ kind: 'end', from }],
    deadline: () => undefined,
    advance: () => [],
    held: () => 0,
    ...changes,
  };
}

/** Holds what the side sends, end included, until `open` says so. */
export class Holding implements Gate {
  readonly outputs: FaultOutput[] = [];
  time: number | undefined = undefined;
  private length = 0;

  constructor(private readonly side: Side) {}

  push(from: Side, bytes: Uint8Array): readonly FaultOutput[] {
    const output = { kind: 'send', from, bytes } as const;
    if (from !== this.side) return [output];
    this.outputs.push({ ...output, bytes: bytes.slice() });
    this.length += bytes.length;
    return [];
  }

  end(from: Side): readonly FaultOutput[] {
    if (from !== this.side || this.outputs.length === 0) return [{ kind: 'end', from }];
    this.outputs.push({ kind: 'end', from });
    return [];
  }

  deadline(): number | undefined {
    return this.outputs.length > 0 ? this.time : undefined;
  }

  advance(now: number): readonly FaultOutput[] {
    if (this.time === undefined || now < this.time) return [];
    this.length = 0;
    return this.outputs.splice(0);
  }

  held(from: Side): number {
    return from === this.side ? this.length : 0;
  }
}
