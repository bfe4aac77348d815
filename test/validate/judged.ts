// Runs transcripts and captured packets through the whole pipeline, TCP included, and the judge.

import type { CapturedPacket } from '../../src/capture/packet.js';
import { Dissector } from '../../src/dissect/dissector.js';
import type { Version } from '../../src/spec/versions.js';
import { readTranscript, type Step } from '../../src/validate/example.js';
import type { Finding } from '../../src/validate/finding.js';
import { type InternalError, Judge, type JudgeOptions } from '../../src/validate/judge.js';
import type { JudgeReport } from '../../src/validate/report.js';
import { merged, Wire } from '../support/wire.js';
import { framed, upgraded } from './websocket.js';

export interface Judged {
  readonly findings: readonly Finding[];
  readonly report: JudgeReport;
  readonly errors: readonly InternalError[];
}

/**
 * The packets of a transcript, on the wire: each connection has a client port of its own. Those of `elsewhere` go to another
 * port of the server.
 */
export function packetsOf(
  transcript: string,
  version: Version,
  elsewhere: readonly number[] = [],
  /** What else happens behind a step. */
  behind: (step: Step) => readonly Step[] = () => [],
): readonly CapturedPacket[] {
  const wires = new Map<number, Wire>();
  const webSockets = new Set<number>();
  let time = 0;
  const wire = (connection: number, isOpening: boolean): Wire => {
    let one = wires.get(connection);
    if (one === undefined) {
      one = new Wire({ clientPort: 20000 + connection, ...(elsewhere.includes(connection) ? { port: 1884 } : {}) });
      one.time = time;
      // A transcript that begins with something else than CONNECT is a piece from the middle.
      if (isOpening) one.open();
      wires.set(connection, one);
    }
    one.time = time;
    return one;
  };
  const steps = readTranscript(transcript, version);
  for (const step of steps.flatMap((one) => [one, ...behind(one)])) {
    if (step.kind === 'wait') {
      time += step.seconds * 1e9;
      continue;
    }
    if (step.kind === 'open' || step.kind === 'upgrade') {
      const opened = wire(step.connection, true);
      if (step.kind === 'upgrade') {
        upgraded(opened, step);
        webSockets.add(step.connection);
      }
      time = opened.time;
      continue;
    }
    const side = step.from === 'client' ? 0 : 1;
    const one = wire(step.connection, step.kind === 'packet' && step.bytes[0]! >> 4 === 1 && side === 0);
    if (step.kind === 'packet') one.send(side, webSockets.has(step.connection) ? framed(step) : step.bytes);
    else if (step.kind === 'lost') one.lose(side, 10);
    else if (step.kind === 'fin') one.fin(side);
    else one.rst(side);
    time = one.time;
  }
  return merged(...wires.values());
}

export function judged(
  packets: readonly CapturedPacket[],
  version?: Version,
  options: Partial<JudgeOptions> = {},
): Judged {
  const dissector = new Dissector({ ports: [1883], version });
  const judge = new Judge(options);
  const findings: Finding[] = [];
  for (const packet of packets) {
    for (const item of dissector.push(packet)) findings.push(...judge.push(item));
  }
  for (const item of dissector.end()) findings.push(...judge.push(item));
  findings.push(...judge.end(dissector.last));
  return { findings, report: judge.report(), errors: judge.errors };
}

/** "publish-dup-qos-0 frame 1 at 0+1 bits 3-3 [client]", inconclusive ones with a ? before. */
export function lineOf({ verdict, rule, frame, place, party }: Finding): string {
  const bits = place?.bits === undefined ? '' : ` bits ${place.bits[0]}-${place.bits[1]}`;
  const where = place === undefined ? '' : ` at ${place.at}+${place.length}${bits}`;
  return `${verdict === 'violation' ? '' : '?'}${rule} frame ${frame.number}${where} [${party}]`;
}
