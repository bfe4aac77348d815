// The tables of src/spec against an independent extract of the three specifications, row for row.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mayBeSent, PACKET_TYPES } from '../../src/spec/packets.js';
import { PROPERTIES } from '../../src/spec/property-table.js';
import { CONNACK_RETURN_CODES, REASON_CODES, SUBACK_RETURN_CODES } from '../../src/spec/reason-codes.js';
import { BRIDGE_BIT, PROTOCOLS, VERSIONS, type Version } from '../../src/spec/versions.js';
import { reference } from '../support/reference.js';

interface Property {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly packets: readonly string[];
  readonly repeatable: boolean | readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly default?: number;
  readonly sections: Readonly<Record<string, string>>;
}

interface ByVersion {
  readonly allowed: boolean;
  readonly direction?: readonly string[];
  readonly flagValues?: readonly number[];
  readonly remainingLength?: number;
}

interface Tables {
  readonly protocols: readonly { version: string; protocolName: string; level: number }[];
  readonly bridgeBit: { mask: number };
  readonly packetTypes: readonly { type: number; name: string; versions: Readonly<Record<Version, ByVersion>> }[];
  readonly connackReturnCodes: readonly { code: number; '3.1.1': string }[];
  readonly subackReturnCodes: Readonly<Record<Version, readonly number[]>>;
  readonly reasonCodes: readonly { code: number; name: string; packets: readonly string[] }[];
  readonly properties: readonly Property[];
}

const path = reference('spec/tables.json');
const tables: Tables = path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8'));

describe.skipIf(path === undefined)('tables of the specifications', () => {
  it('protocols', () => {
    const theirs = tables.protocols.map((row) => [row.version, row.protocolName, row.level]);
    expect(PROTOCOLS.map((row) => [row.version, row.protocolName, row.protocolLevel])).toEqual(theirs);
    expect(BRIDGE_BIT).toBe(tables.bridgeBit.mask);
  });

  it('packet types: senders, flags and fixed lengths', () => {
    expect(PACKET_TYPES.map((row) => [row.code, row.type])).toEqual(
      tables.packetTypes.filter((row) => row.type > 0).map((row) => [row.type, row.name]),
    );
    for (const { type: code, name, versions } of tables.packetTypes.filter((row) => row.type > 0)) {
      const ours: Partial<Record<'headerFlags' | 'fixedLength', number>> = { ...PACKET_TYPES[code - 1]! } as object;
      for (const version of VERSIONS) {
        const theirs = versions[version];
        for (const direction of ['client-to-server', 'server-to-client'] as const) {
          const may = theirs.allowed && theirs.direction!.includes(direction);
          expect(mayBeSent(code, version, direction), `${name} ${version} ${direction}`).toBe(may);
        }
        if (!theirs.allowed) continue;
        // 3.1 has DUP in PUBREL, SUBSCRIBE and UNSUBSCRIBE: the row holds the value without it.
        if (name === 'PUBLISH') expect(ours.headerFlags).toBeUndefined();
        else expect(theirs.flagValues![0], `${name} ${version}`).toBe(ours.headerFlags);
        if (version !== '5.0') expect(ours.fixedLength, `${name} ${version}`).toBe(theirs.remainingLength);
      }
    }
  });

  it('properties', () => {
    // "Session Expiry Interval" -> sessionExpiryInterval, "Maximum QoS" -> maximumQos
    const nounOf = (label: string) =>
      label
        .split(' ')
        .map((word) => word[0] + word.slice(1).toLowerCase())
        .join('')
        .replace(/^./, (first) => first.toLowerCase());
    const ours = PROPERTIES.map((row: (typeof PROPERTIES)[number] & Partial<Property>) => ({
      id: row.id,
      name: row.name,
      label: row.label,
      type: row.type,
      packets: Object.keys(row.sections).sort(),
      repeatable: row.repeatable,
      sections: row.sections,
      min: row.min,
      max: row.max,
      default: row.default,
    }));
    const theirs = tables.properties.map((row) => ({
      id: row.id,
      name: nounOf(row.name),
      label: row.name,
      type: row.type,
      packets: [...row.packets].sort(),
      repeatable: row.repeatable,
      sections: row.sections,
      min: row.min,
      max: row.max,
      default: row.default,
    }));
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(27);
  });

  it('reason codes', () => {
    expect(REASON_CODES.map((row) => ({ ...row, packets: [...row.packets] }))).toEqual(
      tables.reasonCodes.map(({ code, name, packets }) => ({ code, name, packets })),
    );
  });

  it('return codes before 5.0', () => {
    const sameWords = (text: string) => text.toLowerCase().replace(/[:,]/g, '');
    const theirs = tables.connackReturnCodes.map((row) => sameWords(row['3.1.1']));
    expect(CONNACK_RETURN_CODES.map(sameWords)).toEqual(theirs);
    expect([...SUBACK_RETURN_CODES.keys()]).toEqual(tables.subackReturnCodes['3.1.1']);
  });
});
