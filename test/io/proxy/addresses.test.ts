import { describe, expect, it } from 'vitest';
import { addressText, parseListen, parseTarget } from '../../../src/io/proxy/addresses.js';
import { UserError } from '../../../src/user-error.js';

const POSSIBLE =
  'possible are tcp://, tls://, ws://, wss:// (mqtt://, mqtts://, ssl://) with HOST:PORT, and unix:/PATH';

describe('what it means', () => {
  it.each([
    ['tcp://:1884', { transport: 'tcp', host: undefined, port: 1884, path: undefined }],
    ['tcp://*:1884', { transport: 'tcp', host: undefined, port: 1884, path: undefined }],
    ['TCP://localhost', { transport: 'tcp', host: 'localhost', port: 1883, path: undefined }],
    ['mqtt://10.0.0.1:0/', { transport: 'tcp', host: '10.0.0.1', port: 0, path: undefined }],
    ['tls://:8884', { transport: 'tls', host: undefined, port: 8884, path: undefined }],
    ['mqtts://[::1]', { transport: 'tls', host: '::1', port: 8883, path: undefined }],
    ['ssl://[fe80::1%eth0]:1', { transport: 'tls', host: 'fe80::1%eth0', port: 1, path: undefined }],
    ['ws://:8080', { transport: 'ws', host: undefined, port: 8080, path: undefined }],
    ['wss://:8081/mqtt?a=b', { transport: 'wss', host: undefined, port: 8081, path: '/mqtt?a=b' }],
    ['unix:/run/mqtt.sock', { transport: 'unix', host: undefined, port: 0, path: '/run/mqtt.sock' }],
    ['unix:///run/mqtt.sock', { transport: 'unix', host: undefined, port: 0, path: '/run/mqtt.sock' }],
  ])('--listen %s', (text, expected) => {
    expect(parseListen(text)).toEqual(expected);
  });

  it.each([
    ['tcp://broker', { transport: 'tcp', host: 'broker', port: 1883, path: undefined }],
    ['mqtts://broker_1.example', { transport: 'tls', host: 'broker_1.example', port: 8883, path: undefined }],
    ['ws://broker', { transport: 'ws', host: 'broker', port: 80, path: undefined }],
    ['wss://[::1]/mqtt', { transport: 'wss', host: '::1', port: 443, path: '/mqtt' }],
    ['ws://broker?key=1', { transport: 'ws', host: 'broker', port: 80, path: '/?key=1' }],
  ])('--target %s', (text, expected) => {
    expect(parseTarget(text)).toEqual(expected);
  });
});

describe('what is wrong', () => {
  it.each([
    [parseListen, '--listen', '', POSSIBLE],
    [parseListen, '--listen', ':1884', POSSIBLE],
    [parseListen, '--listen', 'http://localhost:1', POSSIBLE],
    [parseListen, '--listen', 'unix:relative', POSSIBLE],
    [parseListen, '--listen', 'tcp://a:b:c', "'b:c' is no port from 0 to 65535 (IPv6 stands in brackets)"],
    [parseListen, '--listen', 'tcp://:65536', "'65536' is no port from 0 to 65535 (IPv6 stands in brackets)"],
    [parseListen, '--listen', 'tcp://:', "'' is no port from 0 to 65535 (IPv6 stands in brackets)"],
    [parseListen, '--listen', 'tcp://:1/path', 'only ws:// and wss:// have a path'],
    [parseListen, '--listen', 'ws://localhost', 'it needs a port'],
    [parseListen, '--listen', 'tcp://[::g]:1', '[::g] is no IPv6 address'],
    [parseListen, '--listen', 'tcp://a b', "'a b' is no host (IPv6 stands in brackets)"],
    [parseTarget, '--target', 'tcp://:1883', 'it names no host'],
    [parseTarget, '--target', 'tcp://broker:0', 'port 0 cannot be connected to'],
    [parseTarget, '--target', 'tcp://me@broker', 'user names are passed on as clients send them, leave them out here'],
  ])('%# %s %s', (parse, option, text, why) => {
    const attempt = () => parse(text);
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(`${option} '${text}': ${why}`);
  });
});

it.each([
  ['tcp://:1884', 'tcp://*:1884'],
  ['mqtts://[::1]:1', 'tls://[::1]:1'],
  ['wss://h:1/p', 'wss://h:1/p'],
  ['unix:/s', 'unix:/s'],
])('%s is said as %s', (text, said) => {
  expect(addressText(parseListen(text))).toBe(said);
});
