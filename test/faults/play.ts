// Dialogues through a gate on a virtual clock. One line a step, bytes in the notation of src/validate/example.ts:
//
//   c> 10 { proto 02 003c p "a" }   the client sends; s> the server
//   s< 10 { proto 02 003c p "a" }   and this is what the server gets next; c< the client
//   wait 40s                        time passes, what is due happens when it is due
//   c ends · s< end                 the client's FIN, and that it reaches the server
//   closed fin · closed rst         both sides are closed
//   ! dropped PUBACK 7 of the server        a fault is told
//   + drop PUBACK · - 1             a rule is added, removed
//
// Whatever comes and is not expected fails, as does what is expected and does not come.

import { expect } from 'vitest';
import { formatHex } from '../../src/bytes/hex.js';
import { Faults } from '../../src/faults/faults.js';
import type { FaultOutput, Gate } from '../../src/faults/gate.js';
import type { FaultRule } from '../../src/faults/rule.js';
import type { Version } from '../../src/spec/versions.js';
import { readBytes } from '../../src/validate/example.js';
import { concat } from '../support/hex.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SIDES = ['c', 's'];

export class Play {
  now = 1000;
  readonly gate: Gate;
  /** What came to each side and was not expected yet. */
  private readonly got: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  private readonly ended = [false, false];
  private closed: string | undefined = undefined;
  private faults: string[] = [];

  constructor(
    readonly rules: Faults,
    private readonly version: Version = '3.1.1',
  ) {
    this.gate = rules.gate();
  }

  run(transcript: string): this {
    for (const line of transcript.split('\n')) if (line.trim() !== '') this.step(line.trim());
    this.silence('the end');
    return this;
  }

  private step(text: string): void {
    const [, actor = '', rest = ''] = /^(\S+) ?(.*)$/.exec(text)!;
    const side = SIDES.indexOf(actor[0]!) as 0 | 1;
    if (actor.endsWith('>')) this.send(side, readBytes(rest, this.version), text);
    else if (actor.endsWith('<') && rest === 'end') {
      expect(this.ended[side], text).toBe(true);
      this.ended[side] = false;
    } else if (actor.endsWith('<')) this.expectBytes(side, readBytes(rest, this.version), text);
    else if (actor === '!') expect(this.faults.shift(), text).toBe(rest);
    else if (actor === 'closed') {
      expect(this.closed, text).toBe(rest);
      this.closed = undefined;
    } else this.happens(actor, rest, text);
  }

  private happens(actor: string, rest: string, text: string): void {
    this.silence(text);
    if (actor === 'wait') {
      const [, count, unit] = /^([\d.]+)(ms|s|m|h)$/.exec(rest)!;
      this.wait(Number(count) * UNITS[unit!]!);
    } else if (actor === '+') this.rules.add(rest);
    else if (actor === '-') expect(this.rules.remove(Number(rest)), text).toBe(true);
    else if (rest === 'ends') this.take(this.gate.end(SIDES.indexOf(actor) as 0 | 1, this.now));
    else throw new Error(`not a step: ${text}`);
  }

  private send(side: 0 | 1, bytes: Uint8Array, text: string): void {
    this.silence(text);
    // The memory is used again: what the gate keeps it has to copy.
    const lent = Uint8Array.from(bytes);
    this.take(this.gate.push(side, lent, this.now));
    lent.fill(0xee);
  }

  private wait(milliseconds: number): void {
    const until = this.now + milliseconds;
    for (let rounds = 0; ; rounds++) {
      const deadline = this.gate.deadline();
      if (deadline === undefined || deadline > until) break;
      expect(rounds, 'deadlines without end').toBeLessThan(10_000);
      this.now = Math.max(this.now, deadline);
      this.take(this.gate.advance(this.now));
    }
    this.now = until;
  }

  private take(outputs: readonly FaultOutput[]): void {
    for (const output of outputs) {
      expect(this.closed, 'nothing comes after close').toBeUndefined();
      if (output.kind === 'fault') this.faults.push(output.fault.message);
      else if (output.kind === 'close') this.closed = output.how;
      else if (output.kind === 'end') this.ended[1 - output.from] = true;
      else {
        const to = (1 - output.from) as 0 | 1;
        expect(this.ended[to], 'nothing comes after an end').toBe(false);
        this.got[to] = concat(this.got[to], output.bytes);
      }
    }
  }

  private expectBytes(side: 0 | 1, bytes: Uint8Array, text: string): void {
    const got = this.got[side];
    expect(formatHex(got, 0, Math.min(got.length, bytes.length)), text).toBe(formatHex(bytes));
    this.got[side] = got.slice(bytes.length);
  }

  private silence(text: string): void {
    const left = { faults: this.faults, client: formatHex(this.got[0]), server: formatHex(this.got[1]) };
    expect(left, `before: ${text}`).toEqual({ faults: [], client: '', server: '' });
    expect([this.ended, this.closed], `before: ${text}`).toEqual([[false, false], undefined]);
  }
}

/** A connection with these rules. */
export function play(rules: readonly (FaultRule | string)[], transcript: string, version: Version = '3.1.1'): Play {
  return new Play(new Faults(rules), version).run(transcript);
}

/** CONNECT and CONNACK, untouched. */
export function joined(id = 'a'): string {
  return `c> 10 { proto 02 003c p "${id}" }\ns< 10 { proto 02 003c p "${id}" }\ns> 20 { 00 00 p }\nc< 20 { 00 00 p }\n`;
}
