// The wrappings themselves, held against tshark: what it finds in them is what was put in, or a row says why not. So no
// builder here shares a misreading with the reader that it is for.

import { beforeAll, describe, expect, it } from 'vitest';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { hasProgram } from '../support/programs.js';
import { tsharkSegments } from './captures.js';
import { openFixture } from './fixture.js';
import { WRAPPINGS, type Wrapping, wrapCapture } from './wrap.js';

/** Wrappings in which tshark 4.0 does not find the session, and why. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'MPLS pseudowire': 'it goes by the makers of the addresses, which are made up here',
  'MPLS pseudowire with control word': 'the same',
  'CAPWAP, 802.11': 'it expects frame control as Cisco has it',
  'VXLAN on the old port': 'it knows one port',
};

const packets = openFixture('qos-mosquitto-v5.pcap').slice(0, 30);
const isFragmented = ({ wrap }: Wrapping): boolean => wrap(new Uint8Array(60), 1).length > 1;

describe.skipIf(!hasProgram('tshark'))('tshark finds the session', { timeout: 60_000 }, () => {
  const found = new Map<string, readonly string[]>();
  let plain: readonly (string | undefined)[] = [];

  beforeAll(() => {
    plain = tsharkSegments(packets);
    const whole = WRAPPINGS.filter((wrapping) => !isFragmented(wrapping));
    const all = whole.map((wrapping): [string, readonly CapturedPacket[]] => [
      wrapping.name,
      wrapCapture(packets, wrapping),
    ]);
    const theirs = tsharkSegments(all.flatMap(([, wrapped]) => wrapped));
    let at = 0;
    for (const [name, wrapped] of all) {
      found.set(
        name,
        theirs.slice(at, at + wrapped.length).filter((segment) => segment !== undefined),
      );
      at += wrapped.length;
    }
  }, 60_000);

  it.each(WRAPPINGS)('$name', (wrapping) => {
    const { name } = wrapping;
    const segments =
      found.get(name) ?? tsharkSegments(wrapCapture(packets, wrapping)).filter((each) => each !== undefined);
    if (name in DIFFERENCES) expect(segments).not.toEqual(plain);
    else expect(segments).toEqual(plain);
  });
});
