// The table of limits: every row names a bound that exists, has an option that works, and stands in the help.

import { describe, expect, it } from 'vitest';
import { Dissector } from '../../src/dissect/dissector.js';
import { defaultOf, LAYER_DEFAULTS, LIMITS, layerOptions } from '../../src/dissect/limits.js';
import { CLIENT, Wire } from '../support/wire.js';
import { cli } from './run.js';

const FIXTURE = 'fixtures/thermostat.pcapng';

describe('limits', () => {
  it('names every bound of every layer once', () => {
    const named = LIMITS.map(({ layer, name }) => `${layer}.${name}`).sort();
    const all = Object.entries(LAYER_DEFAULTS).flatMap(([layer, options]) =>
      Object.keys(options).map((name) => `${layer}.${name}`),
    );
    expect(named).toEqual(all.sort());
  });

  it.each(LIMITS.map((limit) => [limit.option, limit] as const))('--%s', async (option, limit) => {
    const help = (await cli(['dissect', '--help'])).stdout;
    expect(help).toContain(`--${option} <n>`);
    const options = layerOptions(new Map([[option, 7]]));
    expect(options[limit.layer]).toEqual({ [limit.name]: limit.unit === 's' ? 7e9 : 7 });
    const same = await cli([`--${option}`, String(defaultOf(limit)), FIXTURE]);
    expect(same).toEqual(await cli([FIXTURE]));
    expect((await cli([`--${option}`, '-1', FIXTURE])).exitCode).toBe(2);
  });

  it('works: a packet longer than --max-packet-bytes keeps its beginning', async () => {
    const { stdout } = await cli(['--max-packet-bytes', '1000', '--width', '400', 'fixtures/large-publish-v311.pcap']);
    expect(stdout).toMatch(/PUBLISH .*\(150,000 bytes, 149,\d+ missing\)/);
  });

  it('works: --max-connections lets go of connections', async () => {
    const { stdout } = await cli(['--max-connections', '1', FIXTURE]);
    expect(stdout).toContain('no longer followed: too many connections at once');
  });
});

describe('what waits', () => {
  it('works: --recognise-opening-chunks leaves an opening in tiny segments alone', async () => {
    const fixture = 'fixtures/small-pieces-v311.pcap';
    const packets = async (...options: string[]): Promise<number> =>
      Number.parseInt(/(\d+) MQTT packets?/.exec((await cli([...options, fixture])).stdout)![1]!, 10);
    expect(await packets('--recognise-opening-chunks', '1')).toBeLessThan(await packets());
  });

  it('works: so many packets wait for their version', () => {
    // Reads well in 3.1.1 and in 5.0, where its payload is a byte shorter.
    const publish = '30 05 00 01 61 00 62';
    const wire = new Wire().send(CLIENT, publish).send(CLIENT, publish);
    const shownAfterFirst = (maxWaitingPackets: number): number => {
      const dissector = new Dissector({ ports: [1883], limits: { conversation: { maxWaitingPackets } } });
      return dissector.push(wire.packets[0]!).filter(({ kind }) => kind === 'packet').length;
    };
    expect(shownAfterFirst(32)).toBe(0);
    expect(shownAfterFirst(1)).toBe(1);
  });
});
