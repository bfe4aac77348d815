import { describe, expect, it } from 'vitest';
import { BRIDGE_OPTIONS, GLOBAL_OPTIONS, LISTENER_OPTIONS } from '../../../src/broker/config/defaults.js';
import { namesOf, OPTIONS } from '../../../src/broker/config/options.js';
import { configurationOf, errorsOf, parsed, remarksOf } from './parsed.js';
import { BRIDGE_LINES, BRIDGING, GLOBAL_LINES, LISTENER_LINES, LISTENING, NO_LIMIT } from './rows.js';

describe('an option is stored', () => {
  it.each(GLOBAL_LINES)('%j', (line, field, value) => {
    expect(configurationOf(line).global).toHaveProperty(field, value);
  });

  it.each(LISTENER_LINES)('listener: %j', (lines, field, value) => {
    const [listener] = configurationOf(`${LISTENING}${lines}`).listeners;
    expect(listener).toHaveProperty('port', 1883);
    expect((listener as unknown as Record<string, unknown>)[field]).toEqual(value);
  });

  it.each(BRIDGE_LINES)('bridge: %j', (lines, field, value) => {
    expect(configurationOf(`${BRIDGING}${lines}`).bridges[0]).toHaveProperty(field, value);
  });

  it('and every option has a test here', () => {
    const lines = [...GLOBAL_LINES, ...LISTENER_LINES, ...BRIDGE_LINES].map(([line]) => line).join('\n');
    const used = new Set(`${lines}\n${LISTENING}\n${BRIDGING}`.split('\n').map((line) => line.trim().split(' ')[0]));
    const stored = OPTIONS.filter(({ kind }) => kind === 'global' || kind === 'listener' || kind === 'bridge');
    expect(
      stored.filter((option) => !namesOf(option).some((name) => used.has(name))).map(({ row }) => row.name),
    ).toEqual([]);
  });
});

it('nothing is anything but a default without being said', () => {
  const { global, bridges, listeners, localOnly } = configurationOf(BRIDGING);
  expect(global).toEqual(GLOBAL_OPTIONS);
  expect(bridges[0]).toMatchObject(BRIDGE_OPTIONS);
  expect(localOnly).toBe(true);
  const anyone = { allowAnonymous: true, allowZeroLengthClientId: true, autoIdPrefix: 'auto-' };
  expect(listeners).toEqual(
    ['127.0.0.1', '::1'].map((host) => ({ ...LISTENER_OPTIONS, port: 1883, host, mayFail: true, security: anyone })),
  );
});

describe('listeners', () => {
  const sockets = (text: string): unknown[] =>
    configurationOf(text).listeners.map(
      ({ port, host, unixSocketPath }) => unixSocketPath ?? (host === undefined ? port : `${host}:${port}`),
    );

  it.each<[text: string, sockets: unknown[]]>([
    ['listener 1884\nlistener 1885 localhost', [1884, 'localhost:1885']],
    ['listener 0 /tmp/m.sock', ['/tmp/m.sock']],
    ['listener 1884 # here', [1884]],
    ['port 1884', [1884]],
    ['bind_address 127.0.0.1', ['127.0.0.1:1883']],
    ['bind_address 127.0.0.1\nport 1884', ['127.0.0.1:1884']],
    // The one without a name comes last, as with mosquitto.
    ['port 1884\nlistener 1885', [1885, 1884]],
    ['max_connections 5\nlistener 1885', [1885, 1883]],
    ['protocol mqtt\nlistener 1885', [1885]],
    ['max_connections 5', ['127.0.0.1:1883', '::1:1883']],
  ])('%j', (text, expected) => {
    expect(sockets(text)).toEqual(expected);
  });

  it('have their own options each, also behind a bridge', () => {
    const { listeners } = configurationOf(`listener 1\nmax_qos 0\nlistener 2\nmax_qos 1\n${BRIDGING}max_connections 5`);
    expect(listeners.map(({ maxQos, maxConnections }) => [maxQos, maxConnections])).toEqual([
      [0, NO_LIMIT],
      [1, 5],
    ]);
  });

  it('share the options of access, or have their own with per_listener_settings', () => {
    const lines = 'listener 1\npassword_file a\nallow_anonymous true\nlistener 2\nacl_file b';
    const shared = configurationOf(lines).listeners.map(({ security }) => security);
    expect(shared[0]).toMatchObject({ passwordFile: 'a', allowAnonymous: true, aclFile: 'b' });
    expect(shared[1]).toEqual(shared[0]);
    const own = configurationOf(`per_listener_settings true\n${lines}`).listeners.map(({ security }) => security);
    expect(own[0]).toEqual({
      passwordFile: 'a',
      allowAnonymous: true,
      allowZeroLengthClientId: true,
      autoIdPrefix: 'auto-',
    });
    expect(own[1]).toEqual({
      aclFile: 'b',
      allowAnonymous: false,
      allowZeroLengthClientId: true,
      autoIdPrefix: 'auto-',
    });
  });

  it('let nobody in without a name unless told, save from this machine', () => {
    const anyone = (text: string): boolean[] =>
      configurationOf(text).listeners.map(({ security }) => security.allowAnonymous);
    expect(anyone('listener 1')).toEqual([false]);
    expect(anyone('listener 1\nallow_anonymous true')).toEqual([true]);
    expect(anyone('')).toEqual([true, true]);
    expect(anyone('allow_anonymous false')).toEqual([false, false]);
  });
});

it.each<[line: string, topic: readonly unknown[]]>([
  ['a/#', ['out', 0, 'a/#', '', '', 'a/#', 'a/#']],
  ['a in', ['in', 0, 'a', '', '', 'a', 'a']],
  ['a BOTH 2', ['both', 2, 'a', '', '', 'a', 'a']],
  ['# both 2 local/ remote/', ['both', 2, '#', 'local/', 'remote/', 'local/#', 'remote/#']],
  ['a out 1 l/', ['out', 1, 'a', 'l/', '', 'l/a', 'a']],
  ['a out 1 "" r/', ['out', 1, 'a', '', 'r/', 'a', 'r/a']],
  ['a out 1 l/ ""', ['out', 1, 'a', 'l/', '', 'l/a', 'a']],
  ['"" out 1 l r', ['out', 1, '', 'l', 'r', 'l', 'r']],
  ['a out 1 # all of it', ['out', 1, 'a', '', '', 'a', 'a']],
  ['a out # all of it', ['out', 0, 'a', '', '', 'a', 'a']],
])('bridges the topic %s', (line, expected) => {
  const [bridge] = configurationOf(`connection b\naddress h\ntopic ${line}`).bridges;
  expect(Object.values(bridge!.topics[0]!)).toEqual(expected);
});

it.each<[line: string, addresses: readonly string[]]>([
  ['h', ['h 1883']],
  ['h:1884', ['h 1884']],
  ['a:1 b c:3', ['a 1', 'b 1883', 'c 3']],
  ['::1:1884', ['::1 1884']],
  ['[::1]:1884', ['::1 1884']],
  ['[::1]', ['::1 1883']],
  ['a # b', ['a 1883']],
])('bridges to %s', (line, expected) => {
  const [bridge] = configurationOf(`connection b\naddresses ${line}\ntopic #`).bridges;
  expect(bridge!.addresses.map(({ host, port }) => `${host} ${port}`)).toEqual(expected);
});

describe('include_dir', () => {
  const folder = { d: { 'a.conf': 'listener 1\nmax_qos 1\n', 'b.conf': 'max_connections 3\nsys_interval 4\n' } };

  it('reads files at its place, each beginning without a listener', () => {
    const { global, listeners } = configurationOf('listener 2\ninclude_dir d\nmax_qos 0', folder);
    expect(global.sysInterval).toBe(4);
    expect(listeners.map(({ port, maxQos, maxConnections }) => [port, maxQos, maxConnections])).toEqual([
      [2, 0, NO_LIMIT],
      [1, 1, NO_LIMIT],
      [1883, 2, 3],
    ]);
  });

  it('names the file in which something is wrong', () => {
    expect(errorsOf('pid_file p\ninclude_dir d', { d: { 'a.conf': 'pid_file q\n\nbad\n' } })).toEqual([
      'd/a.conf:1: pid_file is given a second time (first at m.conf:1)',
      'd/a.conf:3: unknown option "bad"',
    ]);
    expect(errorsOf('include_dir e', {})).toEqual(['m.conf:1: e: no such directory']);
  });

  it('works in the main file only', () => {
    expect(remarksOf('include_dir d', { d: { 'a.conf': 'include_dir d' } })).toEqual([
      'd/a.conf:1: warning: include_dir has no effect in a file that is itself included',
    ]);
  });
});

it('goes on behind errors, up to twenty', () => {
  const { configuration, remarks } = parsed(
    Array.from({ length: 30 }, (_, index) => `bad${index}x${index}zz 1`).join('\n'),
  );
  expect(configuration).toBeUndefined();
  expect(remarks).toHaveLength(20);
  expect(remarks.at(-1)).toMatchObject({ file: 'm.conf', line: 20, level: 'error' });
});
