// The notation of examples: what each rule breaks and keeps, in bytes written by hand. One line a step:
//
//   > 10 { proto 02 003c p "a" }     a packet of the client, in hex
//   < 20 { 00 00 p }                 a packet of the server
//   wait 90s                         time passes (ms, s, m, h)
//   lost >  ·  lost <                bytes of that side were not captured
//   fin >  ·  fin <  ·  rst >        that side ends the connection
//   open >                           the client opens the connection; needed only where no CONNECT comes first
//   upgrade > "mqtt" < "mqtt"        opens it over WebSocket: subprotocols offered and chosen ("" for none); packets are
//                                    in binary frames then, after `text` in a text frame, after `bare` in one whose
//                                    mask is not as it must be
//   2> …  ·  2< …  ·  fin 2>         the same on another connection (1 to 9; without a number it is 1)
//   # remark
//
// Within a packet: hex bytes; "text" with its two length bytes; 'text' bare; { … } with its length before it as a
// Variable Byte Integer; proto for protocol name and level; p for no properties and p{ … } for properties, both nothing
// before 5.0; 5:xx hex bytes of 5.0 only, 4:xx of 3.1 and 3.1.1 only. So one transcript serves several versions.
// Without a CONNECT it is a piece from the middle of a connection.

import type { Version } from '../spec/versions.js';

export interface Example {
  readonly title: string;
  readonly transcript: string;
  /** Those of the rule's that it is for; absent: all. */
  readonly versions?: readonly Version[];
  /** Findings of other rules that the same bytes cannot avoid, such as the fault that a close must answer: their names. */
  readonly unavoidable?: readonly string[];
}

/** Where the finding must be: packet of the transcript (from 1), bytes, bits; without `at` the whole packet. */
export interface Violation extends Example {
  readonly frame: number;
  readonly at?: number;
  readonly length?: number;
  readonly bits?: readonly [high: number, low: number];
}

export type Step =
  | {
      readonly kind: 'packet';
      readonly connection: number;
      readonly from: 'client' | 'server';
      readonly bytes: Uint8Array;
      /** Over WebSocket: absent is a binary frame, as it must be. */
      readonly frame?: 'text' | 'bare';
    }
  | { readonly kind: 'open'; readonly connection: number }
  | { readonly kind: 'upgrade'; readonly connection: number; readonly offered: string; readonly chosen: string }
  | { readonly kind: 'lost' | 'fin' | 'rst'; readonly connection: number; readonly from: 'client' | 'server' }
  | { readonly kind: 'wait'; readonly seconds: number };

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
const PROTO: Readonly<Record<Version, readonly number[]>> = {
  '3.1': [0, 6, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70, 3],
  '3.1.1': [0, 4, 0x4d, 0x51, 0x54, 0x54, 4],
  '5.0': [0, 4, 0x4d, 0x51, 0x54, 0x54, 5],
};

/** The steps of a transcript in a version. Error with the line for one that cannot be read. */
export function readTranscript(transcript: string, version: Version): readonly Step[] {
  const steps: Step[] = [];
  for (const line of transcript.split('\n')) {
    const text = REMARKLESS.exec(line)![0].trim();
    if (text !== '') steps.push(readStep(text, version));
  }
  return steps;
}

function readStep(text: string, version: Version): Step {
  const wait = /^wait (\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (wait !== null) return { kind: 'wait', seconds: Number(wait[1]) * UNITS[wait[2]!]! };
  const ended = /^(lost|fin|rst) (\d?)([<>])$/.exec(text);
  if (ended !== null) {
    const [, kind, connection, arrow] = ended;
    return { kind: kind as 'lost' | 'fin' | 'rst', connection: Number(connection || 1), from: sideOf(arrow!) };
  }
  const open = /^open (\d?)>$/.exec(text);
  if (open !== null) return { kind: 'open', connection: Number(open[1] || 1) };
  const upgrade = /^upgrade (\d?)> "([^"]*)" < "([^"]*)"$/.exec(text);
  if (upgrade !== null) {
    const [, connection, offered, chosen] = upgrade;
    return { kind: 'upgrade', connection: Number(connection || 1), offered: offered!, chosen: chosen! };
  }
  return readPacket(text, version);
}

function readPacket(text: string, version: Version): Step {
  const packet = /^(\d?)([<>]) (?:(text|bare) )?(.+)$/.exec(text);
  if (packet === null) throw new Error(`not a step of a transcript: ${text}`);
  const [, connection, arrow, frame, bytes] = packet;
  return {
    kind: 'packet',
    connection: Number(connection || 1),
    from: sideOf(arrow!),
    bytes: readBytes(bytes!, version),
    ...(frame === undefined ? {} : { frame: frame as 'text' | 'bare' }),
  };
}

function sideOf(arrow: string): 'client' | 'server' {
  return arrow === '>' ? 'client' : 'server';
}

/** What stands before a remark: a # outside quotes. */
const REMARKLESS = /^(?:[^"'#]|"[^"]*"|'[^']*')*/;
const TOKEN = /\s+|"[^"]*"|'[^']*'|p\{|\{|\}|proto\b|p(?![\w{])|[45]:[0-9a-f]+|[0-9a-f]+/giy;

/** Bytes in the notation above. */
export function readBytes(text: string, version: Version): Uint8Array {
  const open: { bytes: number[]; kept: boolean }[] = [{ bytes: [], kept: true }];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) throw new Error(`not bytes: ${text.slice(from)}`);
    if (token.trim() === '') continue;
    if (token === '{' || token === 'p{') open.push({ bytes: [], kept: token === '{' || version === '5.0' });
    else if (token === '}') {
      const { bytes, kept } = open.pop()!;
      if (open.length === 0) throw new Error(`} without {: ${text}`);
      if (kept) open.at(-1)!.bytes.push(...lengthOf(bytes.length), ...bytes);
    } else for (const byte of bytesOf(token, version)) open.at(-1)!.bytes.push(byte);
  }
  if (open.length !== 1) throw new Error(`{ without }: ${text}`);
  return Uint8Array.from(open[0]!.bytes);
}

function bytesOf(token: string, version: Version): readonly number[] {
  if (token === 'proto') return PROTO[version];
  if (token === 'p') return version === '5.0' ? [0] : [];
  const quote = token[0];
  if (quote === '"' || quote === "'") {
    const bytes = new TextEncoder().encode(token.slice(1, -1));
    return quote === '"' ? [bytes.length >> 8, bytes.length & 0xff, ...bytes] : [...bytes];
  }
  if (token[1] === ':') return (token[0] === '5') === (version === '5.0') ? hexOf(token.slice(2)) : [];
  return hexOf(token);
}

function hexOf(digits: string): number[] {
  if (digits.length % 2 !== 0) throw new Error(`an odd number of hex digits: ${digits}`);
  return Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

function lengthOf(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return bytes;
}
