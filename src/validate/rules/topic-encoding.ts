// What rules on the encoding of topics have in common: they take the problems that reading met, at the strings they speak
// of, and the U+0000 that reading lets pass.

import type { Version } from '../../spec/versions.js';
import type { Example, Violation } from '../example.js';
import type { Asked } from '../gates.js';
import { quoted } from '../quoted.js';
import { frameRule, type Ref, type Rule, type Verdict } from '../rule.js';
import type { PacketOf, PacketType } from '../seen.js';

interface Utf8Rule<T extends PacketType> {
  readonly name: string;
  readonly refs: Readonly<Partial<Record<Version, readonly [Ref, ...Ref[]]>>>;
  readonly hint: string;
  readonly asked?: Asked;
  readonly faults?: Asked;
  readonly on: T;
  /** As in "the Topic Name is not well-formed UTF-8". */
  readonly what: string;
  readonly isPath: (path: string) => boolean;
  /** Whether there is such a string. */
  readonly has: (packet: PacketOf<T>) => boolean;
  readonly violates: readonly Violation[];
  readonly complies: readonly Example[];
}

/** A string of one packet type that must be UTF-8; otherwise the packet is malformed. */
export function utf8Rule<T extends PacketType>(of: Utf8Rule<T>): Rule {
  const { name, refs, hint, asked = 'always', faults = 'always', on, what, isPath, has, violates, complies } = of;
  return frameRule<T>({
    name,
    refs,
    party: 'sender',
    hint,
    due: 0x81,
    asked,
    faults,
    on: [on],
    check(packet, verdict, { frame }) {
      if (!has(packet)) return;
      const { problems } = frame;
      let isRight = true;
      for (let i = 0; i < problems.length; i++) {
        const { code, path, at, length } = problems[i]!;
        if (code !== 'utf8' || !isPath(path)) continue;
        isRight = false;
        verdict.violate({ message: `${what} is not well-formed UTF-8`, path, at, length });
      }
      if (isRight) verdict.hold();
    },
    violates,
    complies,
  });
}

/** Of a string that must not have a U+0000. */
export function withoutNull(text: string, what: string, path: string, verdict: Verdict): void {
  if (!text.includes('\0')) verdict.hold();
  else verdict.violate({ message: `${what} ${shown(text)} has a U+0000`, path });
}

/** At most so many characters of a topic stand in a message. */
const MOST_SHOWN = 80;

/** A topic as messages show it: quoted, control characters escaped, cut when it is long. */
export function shown(topic: string): string {
  const whole = topic.length <= MOST_SHOWN;
  return whole ? quoted(topic) : `${quoted(topic.slice(0, MOST_SHOWN))}… (${topic.length} characters)`;
}
