// Answers of the control interface: JSON unless said otherwise, never kept by anybody, never of use to another origin.

import type { ServerResponse } from 'node:http';

/** A request is answered with this, as {"error": message}. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonAnswer(value: unknown, status = 200, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}

export function textAnswer(body: string, type = 'text/plain; charset=utf-8'): Answer {
  return { status: 200, headers: { 'Content-Type': type }, body };
}

export const COMMON_HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...COMMON_HEADERS, ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
}
