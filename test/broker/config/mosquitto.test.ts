// The same configurations to mosquitto 2.0 and to us: what one refuses the other refuses, save what is listed here.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderRemark } from '../../../src/broker/config/remark.js';
import { readSetup } from '../../../src/io/broker-setup.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import { freePort, startMosquitto, TestFolder } from '../../support/mosquitto.js';
import { hasProgram } from '../../support/programs.js';
import {
  BRIDGE_LINES,
  BRIDGING,
  GLOBAL_LINES,
  LISTENER_LINES,
  WRONG_BRIDGE_LINES,
  WRONG_FILES,
  WRONG_LINES,
} from './rows.js';

const isThere = hasProgram('mosquitto') && hasProgram('openssl');

/** mosquitto lets them pass, and does what was hardly meant: takes "10MB" for 10, listens in the clear, opens nothing. */
const STRICTER: readonly RegExp[] = [
  /many|10MB|restart_timeout x/,
  /^listener 1\n(certfile c|keyfile k|require_certificate true|certfile c\nkeyfile k\nrequire_certificate true)$/,
  /^topic a#$/m,
  /notification_topic a\/#/,
  /tls_version tlsv1$/,
  /^listener 0 \/s\nlistener 0 \/s$/,
];

/** What later versions than 2.0 have, or it no longer has. */
const NOT_IN_IT: readonly RegExp[] = [
  /max_keepalive 0/,
  /global_max_clients/,
  /accept_protocol_versions 4/,
  /max_topic_alias_broker/,
  /bridge_(ciphers|max_topic_alias|receive_maximum|session_expiry|tls_use_os)/,
];

/** What this machine decides, or what mosquitto cannot do on the address of the test. */
const ELSEWHERE: readonly RegExp[] = [/protocol websockets/];

/** For addresses that the lines name. */
const HOSTS: Readonly<Record<string, string>> = { a: '127.0.0.1', b: '127.0.0.2' };

const is = (among: readonly RegExp[], text: string): boolean => among.some((one) => one.test(text));

describe.skipIf(!isThere)('mosquitto and we', () => {
  const folder = new TestFolder();
  let certificates: Certificates;
  /** The listener of the test, and those of the lines. */
  const ports: number[] = [];
  beforeAll(async () => {
    certificates = makeCertificates();
    for (let count = 0; count < 3; count++) ports.push(await freePort());
    for (const [name, content] of Object.entries({
      'server.crt': certificates.server.certificate,
      'server.key': certificates.server.key,
      'ca.crt': certificates.authority.certificate,
      'keys.psk': 'easy:12345\n',
      'users.pw': '',
      'access.acl': 'topic #\n',
    })) {
      folder.write(name, content);
    }
  });
  afterAll(() => {
    folder.remove();
    certificates?.remove();
  });

  /** Real names for those of files, and a host that answers at once that nobody is there. */
  function real(text: string): string {
    return text
      .replace(/^(certfile|bridge_certfile) \S+$/gm, `$1 ${folder.path}/server.crt`)
      .replace(/^(keyfile|bridge_keyfile) \S+$/gm, `$1 ${folder.path}/server.key`)
      .replace(/^(cafile|bridge_cafile) \S+$/gm, `$1 ${folder.path}/ca.crt`)
      .replace(/^(capath|bridge_capath) \S+$/gm, `$1 ${folder.path}`)
      .replace(/^(pid_file|persistence_location|log_dest file) +\/.*$/gm, `$1 ${folder.path}/x`)
      .replace(/^(listener|port) ([12])\b(?! [ab])/gm, (_, option, index) => `${option} ${ports[index]}`)
      .replace(/^listener ([12]) ([ab])\b/gm, (_, index, host) => `listener ${ports[index]} ${HOSTS[host]}`)
      .replace(/^listener 0 \/s$/gm, `listener 0 ${folder.path}/s`)
      .replace(/^address h$/gm, 'address 127.0.0.1:1');
  }

  /** Whether each of us takes it; the listener before it makes sure that none is opened that nobody named. */
  async function both(text: string): Promise<{ theirs: boolean; ours: boolean; why: string }> {
    const ending = '\nlog_dest stderr\nlog_type error\nlog_type information\n';
    const path = folder.write('m.conf', `listener ${ports[0]} 127.0.0.1\n${real(text)}${ending}`);
    const started = await startMosquitto(path);
    await started.stop?.();
    const { setup, remarks } = readSetup(path);
    const why = `${started.log}\n${remarks.map(renderRemark).join('\n')}`;
    return { theirs: started.stop !== undefined, ours: setup !== undefined, why };
  }

  async function agree(text: string): Promise<void> {
    const { theirs, ours, why } = await both(text);
    if (is(STRICTER, text)) expect({ theirs, ours }, why).toEqual({ theirs: true, ours: false });
    else if (is(NOT_IN_IT, text)) expect({ theirs, ours }, why).toEqual({ theirs: false, ours: true });
    else expect(ours, why).toBe(theirs);
  }

  it.each(GLOBAL_LINES.map(([line]) => line))('agree on %j', agree);
  it.each(LISTENER_LINES.map(([lines]) => lines).filter((lines) => !is(ELSEWHERE, lines)))(
    'agree on the listener %j',
    agree,
  );
  it.each(BRIDGE_LINES.map(([lines]) => `${BRIDGING}${lines}`))('agree on the bridge %j', agree);
  it.each(WRONG_LINES.map(([line]) => line))('agree on the wrong %j', agree);
  it.each(WRONG_BRIDGE_LINES.map(([line]) => `${BRIDGING}${line}`))('agree on the wrong bridge %j', agree);
  it.each(WRONG_FILES.map(([text]) => text))('agree on the file %j', agree);
});
