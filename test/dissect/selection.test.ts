// Which items of a capture are selected, as the lines that are left.

import { describe, expect, it } from 'vitest';
import { Dissector } from '../../src/dissect/dissector.js';
import { parseMoment } from '../../src/dissect/moment.js';
import { createSelection, type SelectionOptions } from '../../src/dissect/selection.js';
import { parseAddressRange } from '../../src/net/address-range.js';
import { topicFilter } from '../../src/spec/topic-filter.js';
import { lineOf } from '../support/dissected.js';
import { fixtureBytes, packetsOf } from '../support/fixtures.js';
import { CLIENT, merged, SERVER, Wire } from '../support/wire.js';

/** Nanoseconds since 1970: midnight of 2024-05-01, and a half. */
const EPOCH = BigInt(Date.UTC(2024, 4, 1)) * 1_000_000n + 500_000_000n;

function selected(packets: Wire['packets'], options: SelectionOptions, epoch: bigint | 'unknown' = EPOCH): string[] {
  const selection = createSelection(options);
  selection.source(epoch === 'unknown' ? undefined : epoch);
  const dissector = new Dissector();
  const lines: string[] = [];
  const take = (items: ReturnType<Dissector['push']>) => {
    for (const item of items)
      if (selection.has(item)) lines.push(lineOf(item).replace(/ (3\.1\.1|5\.0)| length \d+/g, ''));
  };
  for (const packet of packets) take(dissector.push(packet));
  take(dissector.end());
  return lines;
}

/** Seconds after the first packet at which each connection begins: 0 and 10. */
function two(): Wire['packets'] {
  const one = new Wire({ clientPort: 20001 })
    .open()
    .send(CLIENT, '10 0e 0004 "MQTT" 04 02 003c 0002 "m1"')
    .send(SERVER, '20 02 00 00')
    .send(CLIENT, '32 0a 0003 "a/b" 0007 "21."')
    .send(SERVER, '40 02 0007')
    .rst(CLIENT);
  const other = new Wire({ clientPort: 20002, port: 8883 })
    .wait(10)
    .open()
    .send(CLIENT, '10 0e 0004 "MQTT" 04 02 003c 0002 "m2"')
    .send(SERVER, '20 02 00 00')
    .send(CLIENT, 'c0 00');
  return merged(one, other);
}

const FIRST = ['C CONNECT m1', 'S CONNACK', 'C PUBLISH a/b id 7', 'S PUBACK id 7'];
const RESET = 'connection-closed C: reset by the client (RST)';
const SECOND = ['C CONNECT m2', 'S CONNACK', 'C PINGREQ'];
const hosts = (...texts: string[]) => ({ hosts: texts.map((text) => parseAddressRange(text)!) });
const since = (text: string) => ({ since: parseMoment(text)! });
const until = (text: string) => ({ until: parseMoment(text)! });

describe('connections and times', () => {
  it.each<[string, SelectionOptions, readonly string[]]>([
    ['nothing', {}, [...FIRST, RESET, ...SECOND]],
    ['a client', { clients: ['m1'] }, [...FIRST, RESET]],
    ['clients', { clients: ['m1', 'm2'] }, [...FIRST, RESET, ...SECOND]],
    ['a wildcard', { clients: ['*2'] }, SECOND],
    ['wildcards', { clients: ['*m*'] }, [...FIRST, RESET, ...SECOND]],
    ['a wildcard for nothing', { clients: ['m*1'] }, [...FIRST, RESET]],
    ['too much beside a wildcard', { clients: ['m1*1', 'm*m1', '*x*'] }, []],
    ['another case', { clients: ['M1'] }, []],
    ['connections', { connections: [[1, 5]] }, SECOND],
    ['a server port', { ports: [8883] }, SECOND],
    ['a client port', { ports: [20001] }, [...FIRST, RESET]],
    ['a host', hosts('10.0.0.2'), [...FIRST, RESET, ...SECOND]],
    ['a server in a network', hosts('10.128.0.0/9'), [...FIRST, RESET, ...SECOND]],
    ['other hosts', hosts('10.0.0.1', '::/0'), []],
    ['since', since('10'), SECOND],
    ['until', until('9'), [...FIRST, RESET]],
    ['since, in microseconds', since('10.000003'), SECOND],
    ['since a moment later', since('10.000004'), SECOND.slice(1)],
    ['until, in microseconds', until('10.000003'), [...FIRST, RESET, SECOND[0]!]],
    ['since a date', since('2024-05-01T00:00:10'), SECOND],
    ['until a time', until('00:00:10'), [...FIRST, RESET]],
    ['both', { ...since('10.000004'), ...until('10.000004') }, [SECOND[1]!]],
    ['a type', { types: ['PUBLISH', 'CONNACK'] }, [FIRST[1]!, FIRST[2]!, SECOND[1]!]],
    ['an event', { types: ['connection-closed'] }, [RESET]],
    ['a type of a client', { types: ['CONNECT'], clients: ['m2'] }, [SECOND[0]!]],
    ['kinds that do not agree', { clients: ['m1'], ports: [8883] }, []],
  ])('%s', (_, options, lines) => {
    expect(selected(two(), options)).toEqual(lines);
  });

  it('only seconds tell where the first packet has no time', () => {
    expect(selected(two(), since('10'), 'unknown')).toEqual(SECOND);
    expect(selected(two(), until('2030-01-01'), 'unknown')).toEqual([]);
    expect(selected(two(), since('00:00'), 'unknown')).toEqual([]);
  });

  it('knows an assigned client identifier from the CONNACK on, and none of a connection begun before', () => {
    const assigned = new Wire()
      .open()
      .send(CLIENT, '10 0d 0004 "MQTT" 05 02 003c 00 0000')
      .send(SERVER, '20 09 00 00 06 12 0003 "abc"')
      .send(CLIENT, 'c0 00');
    expect(selected(assigned.packets, { clients: ['abc'] })).toEqual(['S CONNACK', 'C PINGREQ']);
    const late = new Wire().send(CLIENT, '32 0a 0003 "a/b" 0007 "21."').send(SERVER, '40 02 0007');
    expect(selected(late.packets, { clients: ['*'] })).toEqual([]);
    expect(selected(late.packets, {})).toHaveLength(3);
  });
});

const CONNECT = '10 0e 0004 "MQTT" 04 02 003c 0002 "c1"';
const opened = (connect = CONNECT) => new Wire().open().send(CLIENT, connect).send(SERVER, '20 02 00 00');
const flow = (wire: Wire, filters: string[], more: SelectionOptions = {}) =>
  selected(wire.packets, { topics: filters.map(topicFilter), ...more });

describe('topics', () => {
  it('take in what acknowledges a PUBLISH, in its direction and while its identifier is its own', () => {
    const wire = opened()
      .send(CLIENT, '34 07 0003 "a/b" 0001 30 07 0003 "x/y" 0001')
      .send(CLIENT, '32 07 0003 "x/y" 0002')
      // The server's identifiers are others.
      .send(SERVER, '32 07 0003 "x/y" 0001')
      .send(SERVER, '50 02 0001 40 02 0002')
      .send(CLIENT, '40 02 0001 62 02 0001')
      .send(SERVER, '70 02 0001')
      .send(SERVER, '70 02 0001')
      .send(CLIENT, '32 07 0003 "x/y" 0001')
      .send(SERVER, '40 02 0001');
    const both = ['C PUBLISH a/b id 1', 'S PUBREC id 1', 'C PUBREL id 1', 'S PUBCOMP id 1', 'S PUBCOMP id 1'];
    expect(flow(wire, ['a/+'])).toEqual(both);
    expect(flow(wire, ['a/+'], { types: ['PUBREC', 'PUBREL'] })).toEqual(both.slice(1, 3));
    expect(flow(wire, ['nothing'])).toEqual([]);
    const hidden = flow(wire, ['a/+'], since('0.000007'));
    expect(hidden, 'answers of a packet that is not shown').toEqual(both.slice(1));
  });

  it('take in subscriptions that may get them', () => {
    const wire = opened()
      .send(CLIENT, '82 08 0001 0003 "a/+" 01')
      .send(SERVER, '90 03 0001 01')
      .send(CLIENT, '82 08 0002 0003 "x/y" 01')
      .send(SERVER, '90 03 0002 01')
      .send(CLIENT, '82 12 0003 000d "$share/g/a/#/" 01')
      .send(CLIENT, 'a2 0c 0004 0003 "x/y" 0003 "a/#"')
      .send(SERVER, 'b0 02 0004');
    const ofA = ['C SUBSCRIBE id 1', 'S SUBACK id 1', 'C UNSUBSCRIBE id 4', 'S UNSUBACK id 4'];
    expect(flow(wire, ['a/b'])).toEqual(ofA);
    expect(flow(wire, ['x/y'])).toEqual(['C SUBSCRIBE id 2', 'S SUBACK id 2', ...ofA.slice(2)]);
  });

  it('are those of a share only when the share is named', () => {
    const wire = opened().send(CLIENT, '82 10 0001 000b "$share/g/a/" 01').send(CLIENT, '82 08 0002 0003 "a/+" 01');
    expect(flow(wire, ['a/+'])).toEqual(['C SUBSCRIBE id 1', 'C SUBSCRIBE id 2']);
    expect(flow(wire, ['$share/g/a/+'])).toEqual(['C SUBSCRIBE id 1']);
    expect(flow(wire, ['$share/h/a/+'])).toEqual([]);
  });

  it('take in wills, and leave out events unless these are named', () => {
    const wire = opened('10 16 0004 "MQTT" 04 06 003c 0002 "c1" 0003 "a/b" 0001 "x"').rst(SERVER);
    expect(flow(wire, ['a/b'])).toEqual(['C CONNECT c1']);
    expect(flow(wire, ['a/b'], { types: ['CONNECT', 'connection-closed'] })).toEqual([
      'C CONNECT c1',
      'connection-closed S: reset by the server (RST)',
    ]);
  });

  it('are found behind aliases', () => {
    const packets = packetsOf(fixtureBytes('topic-alias-v5.pcap'));
    const lines = selected(packets, {
      topics: [topicFilter('site/3/temp')],
      types: ['PUBLISH'],
      clients: ['site3-explicit'],
    });
    expect(lines).toEqual(['C PUBLISH site/3/temp id 23028', 'C PUBLISH (site/3/temp) id 23029']);
  });

  it('are not found where a packet was cut before them', () => {
    const wire = opened().send(CLIENT, '32 07 0003 "a/"').fin(CLIENT).fin(SERVER);
    expect(flow(wire, ['#'])).toEqual([]);
  });
});
