// A control interface over a fake proxy, and clients of it that say exactly what a test wants.

import { connect, type Socket } from 'node:net';
import { type Control, type ControlOptions, createControl } from '../../../src/io/control/control.js';
import { FakeControl } from './fake-control.js';

export const HOST = '127.0.0.1';

export interface Running extends Control {
  readonly fake: FakeControl;
  readonly errors: unknown[];
  /** Sends it as it is and returns all that comes until the connection ends. $ is the port. */
  raw(text: string, address?: string): Promise<string>;
  /** Stays open. */
  socket(text: string, address?: string): Socket;
}

export async function running(options: Partial<ControlOptions> = {}): Promise<Running> {
  const fake = new FakeControl();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const control = await createControl({ control: fake, host: HOST, port: 0, onError, ...options });
  const socket = (text: string, address = HOST): Socket => {
    const opened = connect(control.port, address);
    opened.write(text.replaceAll('$', `${control.port}`));
    return opened;
  };
  const raw = (text: string, address = HOST): Promise<string> => {
    const opened = socket(text, address).setEncoding('utf8');
    return new Promise((resolve) => {
      let all = '';
      opened.on('data', (part) => {
        all += part;
      });
      opened.on('error', () => {});
      opened.on('close', () => resolve(all));
    });
  };
  return { ...control, fake, errors, raw, socket };
}

export function request(method: string, path: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1:$', 'Connection: close', ...length, ...headers];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export interface Reply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Of a connection on which one answer came, not in chunks. */
export function replyOf(text: string): Reply {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
  });
  return { status: Number(first.split(' ')[1]), headers: new Map(headers), body: rest.join('\r\n\r\n') };
}
