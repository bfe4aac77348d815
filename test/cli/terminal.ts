// A terminal that remembers what was written, or with no columns something that is none.

import { Writable } from 'node:stream';
import type { Terminal } from '../../src/cli/io.js';

export function terminal(columns: number | undefined): { readonly stream: Terminal; readonly text: () => string } {
  let text = '';
  const stream = new Writable({
    write(bytes: Buffer, _, done) {
      text += bytes.toString();
      done();
    },
  });
  return { stream: Object.assign(stream, columns === undefined ? {} : { isTTY: true, columns }), text: () => text };
}
