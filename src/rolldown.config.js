// The command line in few files, which start in half the time of two hundred; packages stay packages. All that `dissect` needs
// is one of them: each further one takes as long as a thousand packets. Threads have one of
// their own, with nothing else.

const shared = { platform: 'node', logLevel: 'warn', external: /^[^./]/ };
const output = { dir: 'dist/bundle', format: 'esm', chunkFileNames: '[name].js', comments: { jsdoc: false } };
// Asked for before all else, so it must not draw the other one in.
const size = { name: 'files-size', test: /dist\/io\/files-size\.js$/, priority: 1 };
const dissect = { name: 'dissect', test: /dist\/cli\/(process|program|commands\/dissect)\.js$/ };

export default [
  {
    ...shared,
    input: { main: 'dist/cli/main.js' },
    output: { ...output, cleanDir: true, codeSplitting: { groups: [size, dissect] } },
  },
  { ...shared, input: { 'reading-worker': 'dist/cli/reading-worker.js' }, output },
  { ...shared, input: { 'relay-worker': 'dist/io/proxy/relay-worker.js' }, output },
];
