// Reference material that lies beside a checkout and is not part of the repository. A test that needs some skips, with
// one visible line, where it is absent.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../shared/', import.meta.url);

/** The path of a file or folder of the reference material, or undefined where it is absent. */
export function reference(name: string): string | undefined {
  const path = fileURLToPath(new URL(name, ROOT));
  if (existsSync(path)) return path;
  console.warn(`skipped: ${path} is not here`);
  return undefined;
}
