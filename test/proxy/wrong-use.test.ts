// What the command line of the proxy refuses, run as a process: one line that says what and where, exit code 2, and nothing that
// was half started.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasProgram } from '../support/programs.js';
import { dissect, folder, HOST } from './program.js';

/** Somebody else's port. */
let taken: Server;
/** Where the proxy would listen: afterwards it is free. */
let free: Server;

beforeAll(async () => {
  taken = createServer().listen(0, HOST);
  await once(taken, 'listening');
  free = createServer().listen(0, HOST);
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  listen = `tcp://${HOST}:${port}`;
});
afterAll(() => taken?.close());

let listen = '';
const file = (name: string) => join(folder, name);
const written = (name: string, text: string) => {
  writeFileSync(file(name), text);
  return file(name);
};
const takenAt = () => `${HOST}:${(taken.address() as AddressInfo).port}`;
/** Of a proxy that could run. */
const PAIR = () => ['--listen', listen, '--target', `tcp://${HOST}:1`];
const TLS_LISTEN = () => ['--listen', listen.replace('tcp', 'tls'), '--target', `tcp://${HOST}:1`];
const TLS_TARGET = () => ['--listen', listen, '--target', `tls://${HOST}:1`];

type Row = readonly [name: string, args: () => readonly string[], says: string | RegExp];

const FILES: readonly Row[] = [
  ['a folder to record in that is missing', () => [...PAIR(), '-w', file('no/x')], 'no/x: no such directory'],
  ['a folder to record to', () => [...PAIR(), '-w', folder], ': is a directory'],
  ['output to a folder that is missing', () => [...PAIR(), '-o', file('no/x')], 'no/x: no such directory'],
  ['no file of faults', () => [...PAIR(), '--faults', file('none')], 'none: no such file'],
  ['faults that are no JSON', () => [...PAIR(), '--faults', written('a.json', '{"faults": [')], 'a.json: not JSON: '],
  [
    'a wrong field in a file of faults',
    () => [...PAIR(), '--faults', written('b.json', '{"faults":["drop",{"action":"drop","evry":3}]}')],
    'b.json: faults[1].evry: drop has no such field; did you mean every?',
  ],
  [
    'a wrong value in a file of faults',
    () => [...PAIR(), '--faults', written('c.json', '{"faults":[{"action":"delay","duration":"x"}]}')],
    'c.json: faults[0].duration: must be a duration',
  ],
  ['no authority in the folder', () => [...TLS_LISTEN(), '--ca', folder], ': there is no authority (ca.crt, ca.key)'],
  ['a target authority that is missing', () => [...TLS_TARGET(), '--target-ca', file('none')], 'none: no such file'],
  ['a target authority that is none', () => [...TLS_TARGET(), '--target-ca', written('x.pem', '?')], 'it is no PEM'],
];

const ADDRESSES: readonly Row[] = [
  ['a port in use', () => ['--listen', `tcp://${takenAt()}`, '--target', 'tcp://b'], ': the port is in use'],
  [
    'a port in use behind one that is free',
    () => [...PAIR(), '--listen', `tcp://${takenAt()}`, '--target', 'tcp://b'],
    ': the port is in use',
  ],
  [
    'a socket in no folder',
    () => ['--listen', `unix:${file('no/x')}`, '--target', 'tcp://b'],
    'no/x: there is no such folder',
  ],
  ['an address of another machine', () => ['--listen', 'tcp://192.0.2.1:0', '--target', 'tcp://b'], 'no such address'],
  ['no transport', () => ['--listen', listen, '--target', 'broker'], "--target 'broker': possible are tcp://"],
  ['another transport', () => ['--listen', 'udp://:1', '--target', 'tcp://b'], "--listen 'udp://:1': possible are"],
  ['no target host', () => ['--listen', listen, '--target', 'tcp://:1883'], "--target 'tcp://:1883': it names no host"],
  ['a port that is none', () => ['--listen', 'tcp://:99999', '--target', 'tcp://b'], "'99999' is no port"],
  ['a path of TCP', () => ['--listen', `${listen}/x`, '--target', 'tcp://b'], 'only ws:// and wss:// have a path'],
  ['nothing', () => [], 'it needs --listen and --target'],
  ['no target', () => ['--listen', listen], 'each --listen needs its --target: there are 1 and 0'],
  ['a target more', () => [...PAIR(), '--target', 'tcp://b'], 'each --listen needs its --target: there are 1 and 2'],
  ['a control port in use', () => [...PAIR(), '--control', takenAt()], ': the port is in use'],
  ['a control address that is none', () => [...PAIR(), '--control', 'a::'], 'control address "a::": give a port'],
];

const OPTIONS: readonly Row[] = [
  ['a wrong word in a fault', () => [...PAIR(), '--fault', 'drop PUBAK every 10'], 'word 2 (PUBAK): '],
  ['a fault without its value', () => [...PAIR(), '--fault', 'delay PINGRESP'], 'delay needs a duration'],
  ['TLS without a certificate', TLS_LISTEN, 'to listen with TLS it needs --tls-cert and --tls-key, or --ca'],
  ['a certificate without TLS', () => [...PAIR(), '--ca', folder], "option '--ca' needs a --listen with TLS"],
  ['a key log without TLS', () => [...PAIR(), '--keylog', file('x')], "option '--keylog' needs a --listen with TLS"],
  ['--insecure without TLS', () => [...PAIR(), '--insecure'], "option '--insecure' needs a --target with TLS"],
  ['a target key alone', () => [...TLS_TARGET(), '--target-key', 'x'], "option '--target-key' needs --target-cert"],
  ['an address as SNI', () => [...TLS_TARGET(), '--sni', HOST], 'TLS asks for names only'],
  ['encrypted recording without TLS', () => [...PAIR(), '-w', file('x'), '--record-encrypted'], 'a --listen with TLS'],
  ['rotation without recording', () => [...PAIR(), '--rotate-size', '1'], "option '--rotate-size' needs --write"],
  ['files to keep of one', () => [...PAIR(), '-w', file('x'), '--keep', '1'], "option '--keep' needs --rotate-size or"],
  ['a number that is none', () => [...PAIR(), '--grace', 'x'], "option '--grace <seconds>' argument 'x' is invalid"],
  ['an option that is none', () => [...PAIR(), '--nonsense'], "unknown option '--nonsense'"],
  ['a file to read', () => [...PAIR(), 'x.pcap'], "too many arguments for 'proxy'"],
  [
    'to fail on what is not looked for',
    () => [...PAIR(), '--no-check', '--fail-on', 'must'],
    "'--fail-on' needs findings",
  ],
  ['a grace of months', () => [...PAIR(), '--grace', '3000000'], 'from 0 to 86400'],
  [
    'a recording over a key',
    () => [...TLS_LISTEN(), '--tls-cert', written('c.pem', ''), '--tls-key', written('k.pem', ''), '-w', file('k.pem')],
    'k.pem: is an input too, writing would destroy it',
  ],
  [
    'output over the rules',
    () => [...PAIR(), '--faults', written('d.json', '{"faults":[]}'), '-o', file('d.json')],
    'd.json: is an input too, writing would destroy it',
  ],
  [
    'two outputs in one file',
    () => [...PAIR(), '-w', file('x'), '-o', file('x')],
    "'--write' and '--output' name the same",
  ],
  ['--make-ca beside others', () => [...PAIR(), '--make-ca', file('ca')], "option '--make-ca' ends at once"],
];

async function isRefused(args: readonly string[], says: string | RegExp): Promise<void> {
  const { code, signal, stdout, stderr } = await dissect('proxy', ...args);
  expect({ code, signal, stdout }, stderr).toEqual({ code: 2, signal: null, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(says);
}

describe('is refused in one line', { concurrent: true }, () => {
  it.each([...FILES, ...ADDRESSES, ...OPTIONS])('%s', (_, args, says) => isRefused(args(), says));

  describe.skipIf(!hasProgram('openssl'))('with a certificate', () => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const make = (name: string) => {
      const out = ['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`), '-subj', `/CN=${name}`];
      spawnSync('openssl', ['req', '-x509', ...key, ...out]);
    };
    beforeAll(() => {
      make('one');
      make('other');
    });

    const pair = (name: string) => ['--tls-cert', file('one.crt'), '--tls-key', file(`${name}.key`)];
    const rows: readonly Row[] = [
      ['a key log in no folder', () => [...pair('one'), '--keylog', file('no/x')], 'no/x: no such directory'],
      ['a folder as key log', () => [...pair('one'), '--keylog', folder], ': is a directory'],
      ['a key of another', () => pair('other'), 'the key cannot be used: it does not belong to the certificate'],
      ['an authority besides', () => [...pair('one'), '--ca', folder], 'either --ca or --tls-cert, not both'],
      ['nobody to require a certificate of', () => [...pair('one'), '--require-certificate'], 'needs --client-ca'],
      [
        'a client authority that is none',
        () => [...pair('one'), '--client-ca', file('one.key')],
        'authority cannot be used',
      ],
    ];
    it.each(rows)('%s', (_, args, says) => isRefused([...TLS_LISTEN(), ...args()], says));
  });
});

it('leaves nothing half started', async () => {
  free.listen(Number(new URL(listen).port), HOST);
  await once(free, 'listening');
  free.close();
  expect(['no', 'ca', 'x'].filter((name) => existsSync(file(name)))).toEqual([]);
});
