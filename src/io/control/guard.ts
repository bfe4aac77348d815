// Who may ask: programs of this machine, and no page of a browser that happens to run on it. A page may reach us by a name
// of its own that it has pointed to our address (DNS rebinding): then Host tells that name. Or it may ask across origins:
// then the browser says so.

import type { IncomingMessage } from 'node:http';
import { hostText } from './address.js';
import { Refusal } from './answer.js';

/** What every machine calls itself. */
const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

export class Guard {
  private readonly hosts: ReadonlySet<string>;

  /** `names`: further ones that Host may tell, without port. */
  constructor(
    host: string,
    private readonly port: number,
    names: readonly string[],
  ) {
    this.hosts = new Set([hostText(host), ...LOCAL, ...names.map(hostText)].flatMap((name) => this.written(name)));
  }

  /** Throws Refusal. */
  check(request: IncomingMessage): void {
    const { origin, 'sec-fetch-site': site } = request.headers;
    const hosts = valuesOf(request, 'host');
    if (hosts.length !== 1 || !this.isOurs(hosts[0]!, request)) {
      const told = hosts.length === 0 ? 'there is none' : hosts.join(' and ');
      throw new Refusal(403, `the Host header has to be the address that the proxy listens on: ${told}`);
    }
    if (origin !== undefined && !(origin.startsWith('http://') && this.isOurs(origin.slice(7), request))) {
      throw new Refusal(403, `pages of other origins may not ask: ${origin}`);
    }
    // What a page asks for as an image or a script tells no origin.
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new Refusal(403, `pages of other origins may not ask: Sec-Fetch-Site is ${site}`);
    }
  }

  private isOurs(text: string, { socket: { localAddress = '' } }: IncomingMessage): boolean {
    const host = text.toLowerCase();
    // Listening on all addresses: the one that was connected to. No name can be made to look like it.
    return this.hosts.has(host) || this.written(hostText(localAddress.replace(/^::ffff:/, ''))).includes(host);
  }

  /** A browser leaves the port of http out. */
  private written(host: string): readonly string[] {
    const name = host.toLowerCase();
    return this.port === 80 ? [name, `${name}:80`] : [`${name}:${this.port}`];
  }
}

/** Node keeps the first of several Host headers only. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === name);
}
