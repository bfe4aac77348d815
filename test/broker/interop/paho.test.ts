// Python's paho-mqtt with the broker: messages, sessions, wills, in each version, over TCP, WebSocket and TLS.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CreateBrokerOptions } from '../../../src/io/create-broker.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import { hasProgram } from '../../support/programs.js';
import { Meeting } from './meeting.js';

const SCRIPT = fileURLToPath(new URL('paho-side.py', import.meta.url));

/** The interpreter that has paho: Debian's, where another one stands before it in PATH. */
const PYTHON = ['python3', '/usr/bin/python3'].find(
  (one) => spawnSync(one, ['-c', 'import paho.mqtt.client']).status === 0,
);
if (PYTHON === undefined) {
  const reason = 'Python has no paho-mqtt';
  if (process.env.MQTT_DISSECT_REQUIRE_PROGRAMS) throw new Error(`${reason}, and MQTT_DISSECT_REQUIRE_PROGRAMS is set`);
  console.warn(`skipped: ${reason}`);
}

/** The even ones come with QoS 1, the odd ones with QoS 2. */
const NUMBERS = [0, 1].map((odd) => Array.from({ length: 25 }, (_, n) => 2 * n + odd).join(' ')).join(' ');
const SCENARIOS = [
  { scenario: 'messages', says: 'm/0  0 live\nm/1 x 1 live\nm/2 xx 2 live\nm/r kept 1 retained\n' },
  { scenario: 'session', says: `${NUMBERS}\n` },
  { scenario: 'will', says: 'w gone 1 live\n' },
] as const;
const VERSIONS = [
  { version: '3.1', level: 3 },
  { version: '3.1.1', level: 4 },
  { version: '5.0', level: 5 },
] as const;
const WAYS = [
  { way: 'TCP', protocol: 'mqtt', secured: false },
  { way: 'WebSocket', protocol: 'websocket', secured: false },
  { way: 'TLS', protocol: 'mqtt', secured: true },
  { way: 'secure WebSocket', protocol: 'websocket', secured: true },
] as const;
const rows = [
  ...SCENARIOS.flatMap((one) => VERSIONS.map((version) => ({ ...one, ...version, ...WAYS[0] }))),
  ...WAYS.slice(1).flatMap((way) => VERSIONS.map((version) => ({ ...SCENARIOS[0], ...version, ...way }))),
  {
    ...{ scenario: 'properties', ...VERSIONS[2], ...WAYS[0] },
    says: "text/plain answers 00ff 100 [('b', '1'), ('a', '2'), ('b', '3')]\n",
  },
];

describe.skipIf(PYTHON === undefined || !hasProgram('openssl'))('paho-mqtt', () => {
  let meeting: Meeting;
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates();
  });
  afterAll(() => certificates.remove());
  afterEach(async () => expect(await meeting.over()).toEqual([]));

  it.each(rows)('$scenario, $version over $way', async ({ scenario, says, level, protocol, secured }) => {
    const { certificate, key } = certificates.server;
    const options: CreateBrokerOptions = { protocol, ...(secured ? { tls: { certificate, key } } : {}) };
    meeting = await Meeting.of(options);
    const transport = protocol === 'mqtt' ? 'tcp' : 'websockets';
    const more = secured ? [certificates.authority.certificateFile] : [];
    const where = [String(meeting.broker.port), String(level), transport, ...more];
    const { code, text } = await meeting.start(PYTHON!, SCRIPT, scenario, ...where).ended;
    expect({ code, text }).toEqual({ code: 0, text: says });
  });
});
