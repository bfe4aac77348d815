// Bodies of requests: short, and text.

import type { IncomingMessage } from 'node:http';
import { Refusal } from './answer.js';

/** Rejects with Refusal. What comes beyond the bound is read and forgotten, within the time that a request may take. */
export function readBody(request: IncomingMessage, maximum: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on('data', (part: Buffer) => {
      length += part.length;
      if (length <= maximum) parts.push(part);
      else reject(new Refusal(413, `the body is longer than ${maximum} bytes`));
    });
    request.once('end', () => {
      try {
        resolve(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
      } catch {
        reject(new Refusal(400, 'the body is no UTF-8'));
      }
    });
    // Nobody is there to read it.
    request.once('error', () => reject(new Refusal(400, 'the body is cut')));
  });
}

/** A rule for faults: JSON, {"fault": "one-liner"}, or a one-liner as it is. No one-liner begins as JSON does. */
export function ruleOf(body: string): unknown {
  const text = body.trim();
  if (text === '') throw new Refusal(400, 'the body is empty: send a rule, for example: drop PUBACK every 10');
  if (!/^[{["]/.test(text)) return text;
  const value = parsed(text);
  return isOneLiner(value) ? value.fault : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `the body is no JSON: ${(error as SyntaxError).message}`);
  }
}

function isOneLiner(value: unknown): value is { readonly fault: string } {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).length === 1 && 'fault' in value && typeof value.fault === 'string';
}
