// The laws of the layout, checked on the source itself: imports go down only and in no circle, the core knows no
// platform, files stay short. A new folder gets a rank here.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

const RANKS: Readonly<Record<string, number>> = {
  bytes: 0,
  spec: 1,
  codec: 2,
  capture: 2,
  net: 2,
  tcp: 3,
  transport: 3,
  dissect: 4,
  validate: 5,
  broker: 5,
  faults: 5,
  compliance: 6,
  report: 7,
  io: 7,
  web: 8,
  cli: 9,
};
const IO = RANKS.io!;

/** Files beside the folders. */
const FILE_RANKS: Readonly<Record<string, number>> = {
  'user-error.ts': 0,
  // The public API may import all but the commands.
  'index.ts': 8.5,
};

const LONGEST = 300;

/** Who may use platform modules below io/, and which. */
const PLATFORM: readonly (readonly [file: RegExp, modules: RegExp])[] = [
  [/^capture\/pcap\.ts$/, /^(node:(stream|events|buffer)|pcap-parser)$/],
  [/^transport\//, /^node:(crypto|zlib)$/],
];

/** Names of the platform: a core that uses one does not run in a browser, or not under a virtual clock. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['Buffer', /\bBuffer\b/],
  ['process', /\bprocess\./],
  ['the clock', /\bDate\.now\b|\bnew Date\(\)|\bperformance\b/],
  ['a timer', /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/],
  ['chance', /\bMath\.random\b|\bgetRandomValues\b|\brandomBytes\b|\brandomUUID\b/],
  ['require', /\brequire\(/],
];
/** pcap-parser hands out Buffers: the adapter turns them into what the core knows. */
const MAY_NAME: Readonly<Record<string, readonly string[]>> = {
  'capture/pcap.ts': ['Buffer'],
  'capture/pcap-parser.d.ts': ['Buffer'],
};

interface Source {
  /** Path below src/. */
  readonly file: string;
  readonly lines: number;
  /** Source without comments and without the content of strings, import lines aside. */
  readonly code: string;
  readonly imports: readonly string[];
  /** Packages and platform modules that are there when it runs: an `import type` is not. */
  readonly packages: readonly string[];
}

const FROM = /^\s*(?:import|export)\b[^'"]*?\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE = /^\s*import\s*['"]([^'"]+)['"]/gm;
const TYPE_ONLY = /^\s*(?:import|export)\s+type\b/;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_all, string) => string ?? '',
  );
}

function withoutStrings(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, "''");
}

function read(file: string): Source {
  const text = readFileSync(join(SRC, file), 'utf8');
  const bare = withoutComments(text);
  const found = [FROM, BARE, DYNAMIC].flatMap((pattern) => [...bare.matchAll(pattern)]);
  const imports = found.map((match) => match[1]!);
  const kept = found.filter(([line]) => !TYPE_ONLY.test(line)).map((match) => match[1]!);
  const packages = kept.filter((one) => !one.startsWith('.'));
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return { file, lines, code: withoutStrings(bare), imports, packages };
}

const SOURCES: readonly Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .map(read);

const folderOf = (file: string): string | undefined => (file.includes('/') ? file.split('/')[0] : undefined);

function rankOf(file: string): number | undefined {
  return FILE_RANKS[file] ?? RANKS[folderOf(file) ?? ''];
}

/** The file below src/ that a relative import names. */
function target(source: Source, specifier: string): string {
  const path = relative(SRC, resolve(SRC, dirname(source.file), specifier));
  return path.replace(/\.js$/, '.ts');
}

const relativeImports = (source: Source): string[] =>
  source.imports.filter((one) => one.startsWith('.')).map((one) => target(source, one));

/** One circle of imports, as the files it goes through. */
function circle(): string[] | undefined {
  const done = new Set<string>();
  const bySource = new Map(SOURCES.map((source) => [source.file, source]));
  const walk = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    const source = bySource.get(file);
    if (source === undefined || done.has(file)) return undefined;
    for (const next of relativeImports(source)) {
      const found = walk(next, [...way, file]);
      if (found !== undefined) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const { file } of SOURCES) {
    const found = walk(file, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe.each(SOURCES.map((source) => [source.file, source] as const))('%s', (file, source) => {
  const rank = rankOf(file);
  const below = rank !== undefined && rank < IO;

  it('has a rank', () => {
    expect(rank).toBeDefined();
  });

  it('imports its own folder and lower ranks', () => {
    const wrong = relativeImports(source).filter((other) => {
      const own = FILE_RANKS[file] === undefined && folderOf(other) === folderOf(file);
      return !own && !((rankOf(other) ?? Number.POSITIVE_INFINITY) < rank!);
    });
    expect(wrong).toEqual([]);
  });

  it('names what it imports with its suffix', () => {
    expect(source.imports.filter((one) => one.startsWith('.') && !one.endsWith('.js'))).toEqual([]);
  });

  if (below)
    it('knows no platform', () => {
      const allowed = PLATFORM.filter(([files]) => files.test(file)).map(([, modules]) => modules);
      expect(source.packages.filter((one) => !allowed.some((modules) => modules.test(one)))).toEqual([]);
      const named = FORBIDDEN.filter(([, pattern]) => pattern.test(source.code)).map(([what]) => what);
      expect(named.filter((what) => !(MAY_NAME[file] ?? []).includes(what))).toEqual([]);
    });

  it(`has at most ${LONGEST} lines`, () => {
    expect(source.lines).toBeLessThanOrEqual(LONGEST);
  });
});

it('no file imports itself by way of others', () => {
  expect(circle()).toBeUndefined();
});

it('the lists of this test name files that exist', () => {
  const files = SOURCES.map((source) => source.file);
  const named = [...Object.keys(MAY_NAME), ...Object.keys(FILE_RANKS)];
  expect(named.filter((file) => !files.includes(file) && file !== 'index.ts')).toEqual([]);
});
