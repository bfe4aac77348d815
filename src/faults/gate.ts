// Between the two sides of a connection: what comes from one goes in, what is to go to the other comes out, changed by the
// rules that match. No clock, no randomness of its own: time comes in, the seed is the rules'.

import type { Side } from '../bytes/chunk.js';

/** What one input, or the passing of time, yields, in order. */
export type FaultOutput =
  /** To go to the other side; `from` is the side that sent it. A view of the input as far as possible: valid during the call. */
  | { readonly kind: 'send'; readonly from: Side; readonly bytes: Uint8Array }
  /** The end of what `from` sends (its FIN) goes on to the other side. */
  | { readonly kind: 'end'; readonly from: Side }
  /** Both sides are closed, in this way. Nothing more comes. */
  | { readonly kind: 'close'; readonly how: 'fin' | 'rst' }
  | { readonly kind: 'fault'; readonly fault: InjectedFault };

/** A rule has done something. */
export interface InjectedFault {
  /** Number of the rule. */
  readonly rule: number;
  /** Plain words: "dropped PUBACK 7 of the server", "delayed PINGRESP of the server by 40s". */
  readonly message: string;
  readonly from: Side;
}

export interface Gate {
  /** Side 0 is the client. The bytes are valid during the call. `now` in milliseconds, never backwards. */
  push(from: Side, bytes: Uint8Array, now: number): readonly FaultOutput[];
  /** This side has sent its FIN. */
  end(from: Side, now: number): readonly FaultOutput[];
  /** When something is due (ms), if anything is. */
  deadline(): number | undefined;
  advance(now: number): readonly FaultOutput[];
  /**
   * Bytes of this side that wait for their time: whoever reads it stops reading above some bound. Those of an unfinished
   * packet (1 MiB at most) do not count: they wait for more to be read.
   */
  held(from: Side): number;
}
