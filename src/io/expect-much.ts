// How V8 goes about memory and functions where there is much to do.

import { setFlagsFromString } from 'node:v8';

/** How much more than what is in use may gather, in percent; V8 lets a young heap grow fourfold. */
const GROWTH = 60;

/**
 * So many bytes of bytecode a function runs before V8 compiles it for good, on what it has met until then; V8's own figure is a
 * third. Compiled that early, much of the judge is compiled twice: for captures of 200 MB, on two cores, the threads of V8 take as
 * long as either of ours.
 */
const MET = 3 * 66 * 1024;

/**
 * For a process that makes much and keeps little, of much that is alike. 200 MB as ndjson with findings take 140 MB instead of
 * 195, and no longer; to check them takes 6 % less time. To be called late, since what V8 has compiled of Node beforehand is not
 * taken once a flag differs.
 */
export function expectMuch(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
  setFlagsFromString(`--interrupt-budget=${MET}`);
}
