// The version of a connection whose CONNECT was not seen, from the packets of both directions. Each packet is read by
// both grammars (3.1.1 and 5.0; 3.1 has the packets of 3.1.1): what only one of them can read is proof, what both can
// read but with an unlikely content is a hint. The evidence is kept in words.

import type { Direction, Version } from '../spec/versions.js';
import { decode } from './frame.js';
import type { ReadPacket } from './packet.js';

/** proof settles it; two hints do; none says nothing (a PINGREQ is the same in all versions). */
export type Weight = 'proof' | 'hint' | 'none';

export interface Evidence {
  readonly version: Version;
  readonly weight: Exclude<Weight, 'none'>;
  readonly why: string;
}

/** What one whole packet says about the version of its connection. */
export function versionEvidence(bytes: Uint8Array, direction: Direction | undefined): Evidence | undefined {
  const old = decode(bytes, '3.1.1');
  const five = decode(bytes, '5.0');
  const type: string = old.packet.type === 'RESERVED' ? five.packet.type : old.packet.type;
  const readsOld = old.problems.length === 0 && sensibleOld(old.packet);
  const readsFive = five.problems.length === 0 && sensibleFive(five.packet);
  if (readsFive && !readsOld) return { version: '5.0', weight: 'proof', why: `${type} that only 5.0 can read` };
  if (readsOld && !readsFive) return { version: '3.1.1', weight: 'proof', why: `${type} that 5.0 cannot read` };
  if (!readsOld) return undefined;
  if (type === 'DISCONNECT' && direction === 'server-to-client') {
    return { version: '5.0', weight: 'proof', why: 'DISCONNECT from the server' };
  }
  if (five.packet.type !== 'PUBLISH' || old.packet.type !== 'PUBLISH') return undefined;
  if ((five.packet.properties ?? []).length > 0) {
    return { version: '5.0', weight: 'proof', why: 'PUBLISH with properties that fit their length' };
  }
  return { version: '5.0', weight: 'hint', why: 'PUBLISH with 0x00 after the topic, an empty Property Length' };
}

/** Whether a packet means the same in every version, so that it need not wait for the version. */
export function sameInAllVersions(bytes: Uint8Array): boolean {
  const code = bytes[0]! >> 4;
  if (code === 12 || code === 13) return true;
  return ((code >= 4 && code <= 7) || code === 14) && bytes[1]! === (code === 14 ? 0 : 2);
}

/** What both grammars ask of a request: at least one filter, none of them empty. */
function sensible(packet: ReadPacket): boolean {
  switch (packet.type) {
    case 'SUBSCRIBE':
      return (packet.subscriptions ?? []).length > 0 && packet.subscriptions!.every(plainSubscription);
    case 'UNSUBSCRIBE':
      return (packet.topicFilters ?? []).length > 0 && packet.topicFilters!.every((filter) => filter !== '');
    default:
      return true;
  }
}

function sensibleOld(packet: ReadPacket): boolean {
  switch (packet.type) {
    case 'SUBACK':
      return (packet.returnCodes ?? []).length > 0 && packet.returnCodes!.every((code) => code < 3 || code === 0x80);
    case 'CONNACK':
      return (packet.returnCode ?? 255) < 6;
    case 'PUBLISH':
      return packet.topic !== '';
    default:
      return sensible(packet);
  }
}

function sensibleFive(packet: ReadPacket): boolean {
  if (packet.type === 'SUBACK' || packet.type === 'UNSUBACK') return (packet.reasonCodes ?? []).length > 0;
  return sensible(packet);
}

function plainSubscription(one: { topicFilter: string; options: { reserved: number; qos: number } }): boolean {
  return one.topicFilter !== '' && one.options.reserved === 0 && one.options.qos < 3;
}

/** Collects the evidence of a connection until it is enough. */
export class VersionGuess {
  private readonly hints = new Map<Version, number>();
  private readonly reasons: string[] = [];
  /** Settled: one proof, or two hints for the same version. */
  version: Version | undefined = undefined;

  observe(bytes: Uint8Array, direction: Direction | undefined, frame: number): void {
    if (this.version !== undefined) return;
    const evidence = versionEvidence(bytes, direction);
    if (evidence === undefined) return;
    this.reasons.push(`${evidence.why} (frame ${frame})`);
    const count = (this.hints.get(evidence.version) ?? 0) + 1;
    this.hints.set(evidence.version, count);
    if (evidence.weight === 'proof' || count >= 2) this.version = evidence.version;
  }

  /** Hints count when nothing better came. */
  get best(): Version | undefined {
    return this.version ?? this.hints.keys().next().value;
  }

  get evidence(): readonly string[] {
    return this.reasons;
  }
}
