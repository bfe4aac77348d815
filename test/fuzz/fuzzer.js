// Runs one target over bent inputs. An input that shows something not seen before is kept and bent further; the first one
// that breaks a law ends the run.

import { mutated } from './mutate.js';
import { Random, seedOf } from './random.js';

/** @typedef {import('./api.js').Api} Api */
/**
 * Throws when a law is broken; may answer what it saw, in few words, for inputs that show something new to be kept.
 * @typedef {(random: Random, bytes: Uint8Array) => string | void} Try
 */
/** @typedef {{ readonly name: string, readonly seeds: readonly Uint8Array[], readonly run: Try }} Target */
/** @typedef {{ readonly bytes: Uint8Array, readonly error: unknown }} Crash */
/** @typedef {{ readonly runs: number, readonly kinds: number, readonly slowest: number, readonly crash: Crash | undefined }} Outcome */

const MAX_KEPT = 4096;

/** One input, the same way each time. @param {Target} target @param {Uint8Array} bytes */
export function attempt(target, bytes) {
  return target.run(new Random(seedOf(bytes)), bytes);
}

/**
 * The seeds first, as they are, then what comes of them while `goOn` says so.
 * @param {Target} target @param {number} seed @param {(runs: number) => boolean} goOn @returns {Outcome}
 */
export function fuzz(target, seed, goOn) {
  const random = new Random(seed);
  const pool = [...target.seeds];
  const kinds = new Set();
  const fixed = pool.length;
  let runs = 0;
  let slowest = 0;
  for (; runs < fixed || goOn(runs); runs++) {
    const bytes = runs < fixed ? /** @type {Uint8Array} */ (pool[runs]) : mutated(random, pool);
    const start = performance.now();
    try {
      const kind = attempt(target, bytes);
      if (typeof kind === 'string' && !kinds.has(kind)) {
        kinds.add(kind);
        if (runs >= fixed && pool.length < fixed + MAX_KEPT) pool.push(bytes);
      }
    } catch (error) {
      return { runs: runs + 1, kinds: kinds.size, slowest, crash: { bytes, error } };
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  return { runs, kinds: kinds.size, slowest, crash: undefined };
}

/** @param {boolean} holds @param {() => string} what */
export function must(holds, what) {
  if (!holds) throw new Error(`broken: ${what()}`);
}
