// `hex`: what it accepts, where it points, what it shows.

import { describe, expect, it } from 'vitest';
import { cli } from './run.js';

const TUTORIAL = '10 1e 00 04 4d 51 54 54 04 02 00 3c 00 12 70 61 68 6f 31 31 31 35 37 37 32 31 39 34 33 36 30 33';

describe('input', () => {
  it.each([
    [[TUTORIAL]],
    [TUTORIAL.split(' ')],
    [[TUTORIAL.replaceAll(' ', '')]],
    [[TUTORIAL.replaceAll(' ', ':')]],
    [[`0x${TUTORIAL.replaceAll(' ', ', 0x')}`]],
    [[TUTORIAL.toUpperCase()]],
  ])('%j', async (args) => {
    const { exitCode, stdout, stderr } = await cli(['hex', ...args]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('CONNECT 3.1.1 client id "paho11157721943603" keep alive 60 s, clean session\n');
    expect(stdout).toMatch(/ {5}9 {2}02 \.\.\.\. \.\.1\. +Clean Session: set/);
    expect(stdout).toMatch(/ {4}10 {2}00 3c +Keep Alive: 60 s/);
  });

  it('reads stdin for -, in any pieces', async () => {
    const stdin = Array.from(`${TUTORIAL}\n`, (char) => Buffer.from(char));
    expect((await cli(['hex', '-'], { stdin })).stdout).toBe((await cli(['hex', TUTORIAL])).stdout);
  });

  it.each([
    ['10 1e 0g 04', 'mqtt-dissect: "g" is not a hexadecimal digit\n  10 1e 0g 04\n         ^\n'],
    ['10 1e 0', 'mqtt-dissect: odd number of digits: "0" ends in half a byte\n  10 1e 0\n        ^\n'],
    ['c0 00\nzz\nc0', 'mqtt-dissect: "z" is not a hexadecimal digit\n  zz\n  ^\n'],
    ['\x1b[2J c0', 'mqtt-dissect: "\\u001b" is not a hexadecimal digit\n  \\x1b[2J c0\n  ^\n'],
    [' ', 'mqtt-dissect: no bytes given\n'],
  ])('refuses %j and points at it', async (text, message) => {
    // Odd digits may be told of in other words; the caret stands all the same.
    const { exitCode, stdout, stderr } = await cli(['hex', text]);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: message });
  });

  it('shows the surroundings of a character far along a line', async () => {
    const { stderr } = await cli(['hex', `${'00 '.repeat(500)}xy${' 00'.repeat(500)}`]);
    const [, line, caret] = stderr.split('\n');
    expect(line!.length).toBeLessThanOrEqual(62);
    expect(line![caret!.length - 1]).toBe('x');
  });
});

describe('packets', () => {
  it('shows several, with their offsets', async () => {
    const { stdout } = await cli(['hex', 'c000d000e000', '--format', 'table']);
    expect(stdout.split('\n').slice(1, 4)).toEqual([
      '     1      0 3.1.1 PINGREQ',
      '     2      2 3.1.1 PINGRESP',
      '     3      4 3.1.1 DISCONNECT',
    ]);
  });

  it.each([
    ['a reserved type', '00 00 c0 00', ['RESERVED', 'PINGREQ']],
    ['a fifth length byte', '30 ff ff ff ff 01 c0 00 d0 00', ['PUBLISH', 'PINGREQ', 'PINGRESP']],
    ['a packet that is cut', 'c0 00 10 1e 00 04 4d', ['PINGREQ', 'CONNECT']],
  ])('goes on behind %s', async (_, bytes, types) => {
    const { stdout, exitCode } = await cli(['hex', bytes, '--format', 'json']);
    const { items } = JSON.parse(stdout) as { items: { type: string; offset: number; problems: object[] }[] };
    expect(exitCode).toBe(0);
    expect(items.map((item) => item.type)).toEqual(types);
    expect(items.flatMap((item) => item.problems).length).toBeGreaterThan(0);
  });

  it.each([
    [['20 03 00 87 00'], '5.0', 'inferred'],
    [['20 02 00 04'], '3.1.1', 'inferred'],
    [['c0 00'], '3.1.1', 'default'],
    [['c0 00', '--version', '5'], '5.0', 'option'],
    [['c0 00', '--version', '3.1'], '3.1', 'option'],
    [[TUTORIAL.replace('54 04', '54 05'), 'c0 00'], '5.0', 'connect'],
  ])('%j is read as %s (%s)', async (args, version, versionFrom) => {
    const { stdout } = await cli(['hex', ...args, '--format', 'ndjson']);
    const last = stdout.trimEnd().split('\n').at(-1)!;
    expect(JSON.parse(last)).toMatchObject({ version, versionFrom });
  });

  it('has no keys that pasted bytes have not', async () => {
    const { stdout, stderr } = await cli(['hex', 'c000', '--format', 'ndjson', '-x', '-v']);
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(
      'number offset version versionFrom type length packet hex fields problems'.split(' '),
    );
    expect(stderr).toBe('1 MQTT packet (3.1.1: 1)\n');
  });
});
