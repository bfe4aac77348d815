// The library that makes certificates, loaded when one is made: it takes a quarter of a second, which no other command
// should wait for.
//
// It resolves its parts by a container that asks for decorators' metadata, as a package that adds functions to the global
// Reflect would keep it. We are a library too and leave globals as they are, so these functions are there only while it
// loads; the container asks at no other time. Node's `require` does all of that in one turn: nobody else sees them.

import { createRequire } from 'node:module';
import type * as X509 from '@peculiar/x509';

export type X509Library = typeof X509;

const load = createRequire(import.meta.url);
let loaded: X509Library | undefined;

export function x509(): X509Library {
  loaded ??= loadWithMetadata();
  return loaded;
}

function loadWithMetadata(): X509Library {
  const reflect = Reflect as unknown as Record<string, unknown>;
  const missing = Object.entries(metadataFunctions()).filter(([name]) => !(name in reflect));
  for (const [name, value] of missing) reflect[name] = value;
  try {
    return load('@peculiar/x509') as X509Library;
  } finally {
    for (const [name] of missing) delete reflect[name];
  }
}

/** Of the proposal for metadata: what the container uses, without inheritance, which it does not need. */
function metadataFunctions() {
  const metadata = new WeakMap<object, Map<unknown, unknown>>();
  const get = (key: unknown, target: object): unknown => metadata.get(target)?.get(key);
  return {
    getMetadata: get,
    getOwnMetadata: get,
    defineMetadata(key: unknown, value: unknown, target: object): void {
      const known = metadata.get(target) ?? new Map<unknown, unknown>();
      metadata.set(target, known.set(key, value));
    },
  };
}
