import { describe, expect, it } from 'vitest';
import { IGNORED_ROWS, REFUSED_ROWS, REMOVED_ROWS } from '../../../src/broker/config/options-other.js';
import { errorsOf, parsed, remarksOf } from './parsed.js';
import { BRIDGING, WRONG_BRIDGE_LINES, WRONG_FILES, WRONG_LINES } from './rows.js';

describe('an error is told with its line', () => {
  it.each(WRONG_LINES)('%j', (line, message) => {
    expect(errorsOf(line)[0]).toBe(`m.conf:1: ${message}`);
  });

  it.each(WRONG_BRIDGE_LINES)('in a bridge: %j', (line, message) => {
    expect(errorsOf(`${BRIDGING}${line}`)).toEqual([`m.conf:4: ${message}`]);
  });
});

it.each(WRONG_FILES)('all errors of a file are told: %j', (text, errors) => {
  expect(errorsOf(text)).toEqual(errors);
});

const WARNINGS: readonly [text: string, remarks: readonly string[]][] = [
  ['port 1', ['m.conf:1: notice: port is outdated: use listener']],
  ['persistence true yes', ['m.conf:1: warning: persistence: "yes" after the value is ignored']],
  ['pid_file a # b', ['m.conf:1: warning: pid_file: the value is the whole line, with "# b"']],
  ['keepalive_interval 60', ['m.conf:1: keepalive_interval stands before the first connection']],
  [`${BRIDGING}keepalive_interval 1`, ['m.conf:4: warning: keepalive_interval: 1 is too low: 5 is used']],
  ['max_queued_messages -1', ['m.conf:1: warning: max_queued_messages: -1 is too low: no limit is used']],
  [
    'max_topic_alias 5\nlistener 1',
    ['m.conf:1: warning: has no effect: it stands before the first listener, and each listener has its own'],
  ],
  [
    'per_listener_settings true\nallow_anonymous true\nlistener 1',
    ['m.conf:2: warning: has no effect: it stands before the first listener, and each listener has its own'],
  ],
  ['listener 1 a b', ['m.conf:1: warning: listener: "b" after the value is ignored']],
  ['listener 1\npsk_hint h', ['m.conf:1: warning: the listener has psk_hint, but no psk_file: nobody can connect']],
  [
    'listener 1\ncertfile c\nkeyfile k\npsk_hint h',
    ['m.conf:1: warning: psk_hint has no effect in a listener with certfile'],
  ],
  [
    'listener 1\nuse_identity_as_username true',
    ['m.conf:1: warning: the listener takes user names from TLS, but is not TLS'],
  ],
  [
    `${BRIDGING}bridge_insecure true`,
    ['m.conf:1: warning: connection b does not check the name in the certificate (bridge_insecure)'],
  ],
  [
    `${BRIDGING}password p`,
    ['m.conf:1: warning: connection b has a remote_password without remote_username: it is not sent'],
  ],
  [
    `${BRIDGING}bridge_certfile c\nbridge_keyfile k`,
    ['m.conf:1: warning: connection b has bridge_certfile without bridge_cafile or bridge_capath: it is not TLS'],
  ],
];

it.each(WARNINGS)('what works otherwise than one might think is told: %j', (text, remarks) => {
  // A listener that nobody gets into is warned of as well: not of interest here.
  expect(remarksOf(text).filter((one) => !one.includes('nobody can connect: there'))).toEqual(remarks);
});

describe('what cannot be used is told', () => {
  it.each([
    ['set_tcp_nodelay maybe', 'set_tcp_nodelay must be true or false, not "maybe"'],
    ['autosave_interval', 'autosave_interval has no value (number)'],
    ['max_inflight_bytes x', 'max_inflight_bytes must be a whole number, not "x"'],
  ])('but its value must be one: %j', (line, message) => {
    expect(errorsOf(line)).toEqual([`m.conf:1: ${message}`]);
  });

  it.each([...REMOVED_ROWS, ...IGNORED_ROWS].map(({ name }) => name))('%s, as a warning', (name) => {
    const { configuration, remarks } = parsed(`${name} 1`);
    expect(configuration).toBeDefined();
    expect(remarks).toMatchObject([{ level: 'warning', line: 1 }]);
  });

  it.each(REFUSED_ROWS.map(({ name }) => name))('%s, as an error', (name) => {
    expect(errorsOf(`${name} 1`)).toHaveLength(1);
  });
});

it.each<[text: string, isClosed: boolean]>([
  ['listener 1', true],
  ['listener 1\nallow_anonymous true', false],
  ['listener 1\npassword_file p', false],
  ['listener 1\ncertfile c\nkeyfile k\nuse_identity_as_username true', false],
  ['listener 1\nuse_identity_as_username true', true],
  ['', false],
  ['allow_anonymous false', true],
])('a listener that nobody gets into is warned of: %j', (text, isClosed) => {
  const said = remarksOf(text).some((one) => one.includes('nobody can connect: there is no password_file'));
  expect(said).toBe(isClosed);
});
