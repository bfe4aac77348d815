// Certificates for tests, made with openssl when they are needed: an authority, a server (localhost, 127.0.0.1), a client
// with a subject of three parts, one without a common name, and one of another authority. In a temporary folder.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair {
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface Certificates {
  readonly folder: string;
  readonly authority: Pair;
  readonly server: Pair;
  readonly client: Pair;
  readonly nameless: Pair;
  readonly stranger: Pair;
  remove(): void;
}

const NAMES = 'subjectAltName=DNS:localhost,IP:127.0.0.1';

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const pair = (name: string): Pair => {
    const certificateFile = join(folder, `${name}.crt`);
    const keyFile = join(folder, `${name}.key`);
    const read = (file: string) => readFileSync(file, 'utf8');
    return { certificate: read(certificateFile), key: read(keyFile), certificateFile, keyFile };
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const make = (name: string, subject: string, signer?: string): Pair => {
    const extensions = join(folder, `${name}.ext`);
    const out = ['-keyout', `${name}.key`, '-subj', subject];
    if (signer === undefined) {
      openssl('req', '-x509', ...key, ...out, '-out', `${name}.crt`, '-days', '2');
      return pair(name);
    }
    writeFileSync(extensions, `${NAMES}\n`);
    openssl('req', ...key, ...out, '-out', `${name}.csr`);
    const signed = ['-CA', `${signer}.crt`, '-CAkey', `${signer}.key`, '-CAcreateserial', '-extfile', extensions];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, '-days', '2', ...signed);
    return pair(name);
  };
  return {
    folder,
    authority: make('authority', '/CN=Test Authority'),
    server: make('server', '/CN=localhost', 'authority'),
    client: make('client', '/C=DE/O=Sensors, Inc./CN=thermostat', 'authority'),
    nameless: make('nameless', '/O=Sensors', 'authority'),
    stranger: make('stranger', '/CN=stranger'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
