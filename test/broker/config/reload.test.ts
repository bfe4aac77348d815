import { describe, expect, it } from 'vitest';
import { reloaded } from '../../../src/broker/config/reload.js';
import { renderRemark } from '../../../src/broker/config/remark.js';
import { configurationOf } from './parsed.js';

const after = (before: string, then: string) => reloaded(configurationOf(before), configurationOf(then), 'm.conf');
const L = 'listener 1\nallow_anonymous true\n';

/** What was there, what is there now, and what holds (as a file that is read anew), with what is said. */
const RELOADS: readonly [before: string, then: string, holds: string, remarks: readonly string[]][] = [
  [`${L}sys_interval 1`, `${L}sys_interval 2`, `${L}sys_interval 2`, []],
  [`${L}sys_interval 1`, L, L, []],
  [L, `${L}password_file p\nacl_file a`, `${L}password_file p\nacl_file a`, []],
  [`${L}password_file p`, L, L, []],
  [`${L}pid_file p`, `${L}pid_file q`, `${L}pid_file p`, ['m.conf: warning: pid_file changes with a restart only']],
  [L, `${L}pid_file q`, L, ['m.conf: warning: pid_file changes with a restart only']],
  [`${L}pid_file p`, L, `${L}pid_file p`, ['m.conf: warning: pid_file changes with a restart only']],
  [`${L}persistence true`, L, `${L}persistence true`, ['m.conf: warning: persistence changes with a restart only']],
  [`${L}log_dest stdout`, `${L}log_type all`, `${L}log_type all`, []],
  [`${L}max_qos 1`, L, `${L}max_qos 1`, ['m.conf:1: warning: max_qos of port 1 changes with a restart only']],
  [
    `${L}mount_point a`,
    `${L}mount_point b`,
    `${L}mount_point a`,
    ['m.conf:1: warning: mount_point of port 1 changes with a restart only'],
  ],
  [`${L}listener 2`, L, `${L}listener 2`, ['m.conf: warning: the listener of port 2 stays until a restart']],
  [
    `${L}listener 2`,
    'listener 2\nlistener 1\nallow_anonymous false',
    'listener 1\nallow_anonymous false\nlistener 2',
    [],
  ],
  [
    `per_listener_settings true\n${L}acl_file a`,
    `per_listener_settings true\n${L}acl_file b`,
    `per_listener_settings true\n${L}acl_file b`,
    [],
  ],
  [L, `${L}connection b\naddress h\ntopic a`, L, ['m.conf: warning: bridges change with a restart only']],
  [
    `${L}connection b\naddress h\ntopic a`,
    `${L}# moved\nconnection b\naddress h\ntopic a`,
    `${L}connection b\naddress h\ntopic a`,
    [],
  ],
];

it.each(RELOADS)('of %j then %j, what holds is %j', (before, then, holds, remarks) => {
  const { configuration, remarks: told } = after(before, then);
  const withoutPlaces = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, one) => (key === 'place' ? undefined : one)));
  const expected = configurationOf(holds);
  // Of listeners that are gone, the options of access are those they had.
  if (!remarks.some((one) => one.includes('stays')))
    expect(withoutPlaces(configuration)).toEqual(withoutPlaces(expected));
  else expect(configuration!.listeners).toHaveLength(expected.listeners.length);
  expect(told.map(renderRemark)).toEqual(remarks);
});

describe('a listener that is new', () => {
  it.each([
    ['listener 1', 'listener 1\nlistener 2', 'm.conf:2: a listener cannot be added while the broker runs: port 2'],
    ['listener 1', 'listener 1 h', 'm.conf:1: a listener cannot be added while the broker runs: port 1 of h'],
    ['', 'listener 1', 'm.conf:1: a listener cannot be added while the broker runs: port 1'],
    ['listener 1', 'listener 0 /s', 'm.conf:1: a listener cannot be added while the broker runs: /s'],
  ])('makes nothing of it: %j, %j', (before, then, error) => {
    const { configuration, remarks } = after(before, then);
    expect(configuration).toBeUndefined();
    expect(remarks.filter(({ level }) => level === 'error').map(renderRemark)).toEqual([error]);
  });
});
