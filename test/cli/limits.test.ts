// The table of limits: every row names a bound that exists, has an option that works, and stands in the help.

import { describe, expect, it } from 'vitest';
import { defaultOf, LAYER_DEFAULTS, LIMITS, layerOptions } from '../../src/dissect/limits.js';
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
