// The parser vectors of another implementation, which are data beside a checkout (see support/reference.ts). Where its
// expectation is not the format's but a judgement, or its own choice, the vector is named here with the reason.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/codec/frame.js';
import { hex, toHex } from '../support/hex.js';
import { reference } from '../support/reference.js';
import { filledIn, fromMqttPacket, type TheirPacket, VERSION_OF_LEVEL } from './mqtt-packet.js';

interface Vector {
  readonly id: string;
  readonly kind: 'both' | 'parse' | 'generate' | 'defaults' | 'parse-error' | 'generate-error';
  readonly name: string;
  readonly version: number | null;
  readonly hex?: string;
  readonly hexHead?: string;
  readonly totalLength?: number;
  readonly expected: TheirPacket;
  readonly error?: string;
}

/** Bytes that the format can hold: what is wrong with them is said by validate/, by the statement named. */
const JUDGED: Readonly<Record<number, string>> = {
  // Fewer strings than flags: 3.1, CONNECT, lets the user name and the password be missing.
  48: 'valid in 3.1',
  49: 'valid in 3.1',
  67: '3.1.1:MQTT-2.2.2-2',
  68: '3.1.1, 3.2.2.1: bits 7 to 1 are 0',
  84: '3.1.1:MQTT-2.2.2-2',
  88: '5.0:MQTT-3.4.2-1',
  90: '3.1.1:MQTT-2.2.2-2',
  93: '5.0:MQTT-3.6.2-1',
  94: '3.1.1:MQTT-3.6.1-1',
  96: '5.0:MQTT-3.6.2-1',
  98: '3.1.1:MQTT-2.2.2-2',
  100: '5.0:MQTT-3.7.2-1',
  101: '3.1.1:MQTT-3.8.1-1',
  103: '3.1.1:MQTT-3.8.3-4',
  104: '5.0:MQTT-3.8.3-5',
  105: '5.0, 3.8.3.1: Retain Handling 3 is a Protocol Error',
  106: '3.1.1:MQTT-3.8.3-4',
  112: '3.1.1:MQTT-3.9.3-2',
  113: '5.0:MQTT-3.9.3-2',
  116: '3.1.1:MQTT-3.10.1-1',
  121: '3.1.1:MQTT-2.2.2-2',
  123: '5.0:MQTT-3.11.3-2',
  125: '3.1.1:MQTT-2.2.2-2',
  127: '3.1.1:MQTT-2.2.2-2',
  129: '3.1.1:MQTT-3.14.1-1',
  132: '5.0:MQTT-3.14.2-1',
  134: '5.0:MQTT-3.15.2-1',
  152: '3.1.1:MQTT-3.1.2-1',
  153: '3.1.1:MQTT-3.1.2-2',
};

/** They read it, and 5.0 does not: the Property Length of CONNACK may not be left out (2.2.2, 3.2.2.3). */
const TOO_SHORT = [22, 27, 28];

/** Values of another type than ours have, or rules of theirs: nothing that encode could be asked. */
const NOT_OURS: Readonly<Record<number, string>> = {
  1: 'no packet type',
  158: 'no packet type',
  81: 'a payload of 256 MB',
  117: 'a number for a list',
  118: 'numbers for strings',
  136: 'a number for a string',
  142: 'a number for a will',
  144: 'a number for a payload',
  145: 'a number for a string',
  146: 'a number for bytes',
  159: 'an object for a string',
  137: 'a level that no version has: judged',
  147: 'a password without a user name: judged, and allowed in 5.0',
};

const file = reference('vectors/mqtt-packet.json');
const vectors: readonly Vector[] =
  file === undefined ? [] : JSON.parse(readFileSync(file, 'utf8'), fromHexNotation).vectors;

function fromHexNotation(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$hex' in value) return hex(String(value.$hex));
  if ('$hexRepeat' in value) return { length: (value as unknown as { length: number }).length };
  return value;
}

const numberOf = (vector: Vector): number => Number(vector.id.split('/')[1]);
const versionOf = (vector: Vector) => VERSION_OF_LEVEL[vector.version ?? 4]!;
const rowsOf = (kinds: readonly string[], leftOut: readonly number[] = []) =>
  vectors
    .filter((one) => kinds.includes(one.kind) && one.hex !== undefined && !leftOut.includes(numberOf(one)))
    .map((one) => [one.id, one.name, one] as const);

describe.skipIf(vectors.length === 0)('vectors of mqtt-packet', () => {
  it.each(rowsOf(['both', 'parse', 'generate'], TOO_SHORT))('%s is read: %s', (_id, _name, vector) => {
    const version = versionOf(vector);
    const decoded = decode(hex(vector.hex!), version);
    expect(decoded.problems).toEqual([]);
    expect(filledIn(decoded.packet, version)).toEqual(fromMqttPacket(vector.expected, version));
  });

  it.each(rowsOf(['defaults']))('%s is read: %s', (_id, _name, vector) => {
    const { problems, packet } = decode(hex(vector.hex!), versionOf(vector));
    expect(problems).toEqual([]);
    const { clientId, keepalive: keepAlive } = vector.expected;
    expect(packet).toMatchObject({ type: 'CONNECT', clientId, ...(keepAlive === undefined ? {} : { keepAlive }) });
  });

  it.each(rowsOf(['both', 'generate']))('%s is written: %s', (_id, _name, vector) => {
    const version = versionOf(vector);
    const packet = fromMqttPacket(vector.expected, version);
    // Where they leave out a reason code of 0, so do we when asked to.
    const short = /^40020|^50020|^62020|^70020/.test(vector.hex!) && version === '5.0';
    const { reasonCode: _code, properties: _properties, ...shortened } = packet as unknown as Record<string, unknown>;
    expect(toHex(encode(short ? (shortened as never) : packet, version))).toBe(toHex(hex(vector.hex!)));
  });

  it.each(rowsOf(['parse-error'], Object.keys(JUDGED).map(Number)))('%s has a problem: %s', (_id, _name, vector) => {
    expect(decode(hex(vector.hex!), versionOf(vector)).problems).not.toEqual([]);
  });

  it.each(rowsOf(['parse-error']).filter(([, , one]) => JUDGED[numberOf(one)] !== undefined))(
    '%s is read, to be judged: %s',
    (_id, _name, vector) => {
      expect(decode(hex(vector.hex!), versionOf(vector)).problems).toEqual([]);
    },
  );

  it.each(vectors.filter((one) => one.kind === 'generate-error' && NOT_OURS[numberOf(one)] === undefined))(
    '$id is refused: $name',
    (vector) => {
      const version = versionOf(vector);
      expect(() => encode(fromMqttPacket(vector.expected, version), version)).toThrow(RangeError);
    },
  );

  it('the largest packet of all', () => {
    const [vector] = vectors.filter((one) => one.totalLength !== undefined);
    const { hexHead, totalLength, expected } = vector!;
    // Untouched pages of zeros cost nothing, and a payload is a view.
    const bytes = new Uint8Array(totalLength!);
    bytes.set(hex(hexHead!));
    const { packet, problems } = decode(bytes, '3.1.1');
    expect(problems).toEqual([]);
    const { payload } = packet as { payload: Uint8Array };
    expect([payload.length, payload.byteOffset]).toEqual([(expected.payload as Uint8Array).length, 11]);
  });

  it('the exceptions are all vectors', () => {
    const known = new Set(vectors.map(numberOf));
    const named = [...Object.keys(JUDGED), ...Object.keys(NOT_OURS), ...TOO_SHORT].map(Number);
    expect(named.filter((number) => !known.has(number))).toEqual([]);
    for (const number of TOO_SHORT) {
      const vector = vectors.find((one) => numberOf(one) === number)!;
      const codes = decode(hex(vector.hex!), '5.0').problems.map((one) => one.code);
      expect(codes).toEqual(['field-cut']);
    }
  });
});
