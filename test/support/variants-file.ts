// The same packets in every kind of capture file.

import { gzipSync } from 'node:zlib';
import type { CapturedPacket } from '../../src/capture/packet.js';
import {
  enhancedPacket,
  interfaceBlock,
  MICRO,
  MODIFIED,
  NANO,
  obsoletePacket,
  option,
  pcapFile,
  sectionHeader,
  simplePacket,
} from '../capture/build.js';
import { concat } from './hex.js';

/** Seconds and a fraction of 1 / `unit`; the session's times count from here. */
const START = 1_700_000_000;

const pcap =
  (magic: number, little: boolean) =>
  (packets: readonly CapturedPacket[]): Uint8Array => {
    const unit = magic === NANO ? 1 : 1000;
    const records = packets.map(({ time, bytes }) => {
      const seconds = START + Math.floor(time / 1e9);
      return { seconds, fraction: Math.floor((time % 1e9) / unit), bytes };
    });
    return pcapFile({ magic, little, link: packets[0]!.link }, records);
  };

type Block = (little: boolean, packet: CapturedPacket) => Uint8Array;

const ticksOf = (time: number): bigint => BigInt(START) * 1_000_000n + BigInt(Math.floor(time / 1000));

const pcapng =
  (little: boolean, block: Block) =>
  (packets: readonly CapturedPacket[]): Uint8Array =>
    concat(
      sectionHeader(little),
      interfaceBlock(little, packets[0]!.link),
      ...packets.map((packet) => block(little, packet)),
    );

const enhanced: Block = (little, { time, bytes }) => enhancedPacket(little, 0, ticksOf(time), bytes);
const obsolete: Block = (little, { time, bytes }) => obsoletePacket(little, 0, ticksOf(time), bytes);
const simple: Block = (little, { bytes }) => simplePacket(little, bytes.length, bytes);

/** A section in each byte order, in turns, with an interface in nanoseconds. */
function sections(packets: readonly CapturedPacket[]): Uint8Array {
  const half = packets.length >> 1;
  const section = (little: boolean, some: readonly CapturedPacket[]): Uint8Array =>
    concat(
      sectionHeader(little),
      interfaceBlock(little, 1, 0, option(little, 9, Uint8Array.of(9))),
      ...some.map(({ time, bytes }) => {
        const ticks = BigInt(START) * 1_000_000_000n + BigInt(time);
        return enhancedPacket(little, 0, ticks, bytes);
      }),
    );
  return concat(section(true, packets.slice(0, half)), section(false, packets.slice(half)));
}

export const FILES: readonly (readonly [name: string, write: (packets: readonly CapturedPacket[]) => Uint8Array])[] = [
  ['pcap, little-endian', pcap(MICRO, true)],
  ['pcap, big-endian', pcap(MICRO, false)],
  ['pcap in nanoseconds, little-endian', pcap(NANO, true)],
  ['pcap in nanoseconds, big-endian', pcap(NANO, false)],
  ['modified pcap, little-endian', pcap(MODIFIED, true)],
  ['modified pcap, big-endian', pcap(MODIFIED, false)],
  ['pcapng, little-endian', pcapng(true, enhanced)],
  ['pcapng, big-endian', pcapng(false, enhanced)],
  ['pcapng with obsolete blocks', pcapng(true, obsolete)],
  ['pcapng with simple blocks', pcapng(true, simple)],
  ['pcapng with a section in each byte order', sections],
  ['gzip', (packets) => gzipSync(pcap(MICRO, true)(packets))],
  ['gzip of pcapng in two members', twoMembers],
];

function twoMembers(packets: readonly CapturedPacket[]): Uint8Array {
  const whole = pcapng(true, enhanced)(packets);
  const at = whole.length >> 1;
  return concat(gzipSync(whole.subarray(0, at)), gzipSync(whole.subarray(at)));
}
