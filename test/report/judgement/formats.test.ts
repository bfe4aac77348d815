// Every format over the same judgement; SARIF and JUnit by their schemas.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { JUDGEMENT_FORMATS } from '../../../src/report/judgement/index.js';
import { type JudgementOptions, MOST_KEPT } from '../../../src/report/judgement/judgement.js';
import { displayWidth } from '../../../src/report/terminal.js';
import { OPTIONS, RULES, rendered, type Sample, SOURCE, sample } from './sample.js';

const require = createRequire(import.meta.url);
const SAMPLE = sample();
const NASTY = sample(undefined, [
  [
    '3.1.1',
    // <]]>&|*#12 and what calls somebody and turns text, then controls that a terminal obeys and XML forbids, a character beyond the BMP.
    `> 10 { proto 02 003c { 0016 3c5d5d3e267c2a233132 1b5b324a c29b e280ae 40616c6c } }\n< 20 { 00 00 }\n> 38 { 0015 1b5b324a c29b c285 e280ae 0c f09f8c a1 2c 3a 0a 3c7c 'x' }\nrst >`,
  ],
]);

function render(name: string, options: Partial<JudgementOptions> = {}, of: Sample = SAMPLE): string {
  const format = JUDGEMENT_FORMATS.find((one) => one.name === name)!;
  return rendered(format.create({ ...OPTIONS, ...options }), of);
}

describe('snapshots', () => {
  const rows: readonly (readonly [string, string, Partial<JudgementOptions>])[] = [
    ['table at 80 columns', 'table', {}],
    ['table at 120 columns', 'table', { width: 120 }],
    ['table at 200 columns', 'table', { width: 200 }],
    ['table in colour', 'table', { colour: true }],
    ['table with everything', 'table', { width: 120, verbose: true, nameSources: true }],
    ['table, only the counts', 'table', { quiet: true }],
    ['json', 'json', {}],
    ['ndjson', 'ndjson', {}],
    ['junit', 'junit', {}],
    ['junit that fails on should', 'junit', { failOn: 'should' }],
    ['sarif', 'sarif', {}],
    ['tap', 'tap', {}],
    ['github', 'github', {}],
    ['markdown', 'markdown', {}],
  ];
  it.each(rows)('%s', (_, name, options) => {
    const text = render(name, options);
    expect(name === 'sarif' ? JSON.stringify(JSON.parse(text), undefined, 1) : text).toMatchSnapshot();
  });
});

describe('a baseline', () => {
  const known = sample('publish-dup-qos-0');
  it.each(['table', 'ndjson', 'junit', 'tap', 'github', 'markdown'])('%s', (name) => {
    expect(render(name, { hasBaseline: true, width: 120 }, known)).toMatchSnapshot();
  });

  it('sarif tells new results from those that were there', () => {
    const { runs } = JSON.parse(render('sarif', { hasBaseline: true }, known));
    const states = runs[0].results.map((one: { ruleId: string; baselineState: string }) => [
      one.ruleId,
      one.baselineState,
    ]);
    expect(new Set(states.map(String))).toContain('publish-dup-qos-0,unchanged');
    expect(new Set(states.map(String))).toContain('connect-long-client-id,new');
  });
});

describe('width', () => {
  it.each([40, 79, 80, 99, 100, 139, 140, 200])('the table keeps to %i columns', (width) => {
    for (const of of [SAMPLE, NASTY]) {
      const lines = render('table', { width, verbose: true, nameSources: true }, of).split('\n');
      // The closing lines are one line each, however long, as those of dissect.
      expect(Math.max(...lines.slice(0, -3).map(displayWidth))).toBeLessThanOrEqual(width);
    }
  });
});

describe('connections', () => {
  it.each([40, 60, 80])('at %i columns are named whole, with their version', (width) => {
    const text = render('table', { width }).replace(/\n {4}(?! )/g, ' ');
    for (const { connection } of SAMPLE.judgement.connections) {
      expect(text).toContain(`→ ${connection.server} (MQTT ${connection.version})`);
    }
  });
});

describe('untrusted text', () => {
  it.each(JUDGEMENT_FORMATS.map(({ name }) => name))('%s lets no control character through', (name) => {
    const text = render(name, { verbose: true, failOn: 'should' }, NASTY);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    if (!/json|sarif/.test(name)) expect(text).not.toContain('\u202e');
  });

  it('makes no markup', () => {
    const text = render('markdown', {}, NASTY);
    expect(text).toContain('&lt;');
    expect(text).not.toMatch(/<\]\]>|&\||#\d|@all/);
    expect(text).toContain('packet no. 3 ');
    for (const row of text.split('\n').filter((line) => line.startsWith('| **'))) {
      expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
    }
  });

  it('makes no workflow command', () => {
    const [line = '', ...more] = render('github', {}, NASTY).trimEnd().split('\n');
    expect(line).toMatch(/^::error file=captures\/cellar 7\.pcap,title=3\.1\.1%3AMQTT-3\.3\.1-2 \(client\)::/);
    expect(more.every((one) => one.startsWith('::'))).toBe(true);
  });
});

describe('sarif', () => {
  // The schema of OASIS, as a package for tests holds it; draft-04.
  const schema = JSON.parse(
    readFileSync(
      require.resolve('@microsoft/jest-sarif').replace(/index\.js$/, 'schemas/sarif-2.1.0-rtm.5.json'),
      'utf8',
    ),
  ) as object;
  const ajv = new Ajv({ schemaId: 'auto', allErrors: true, unknownFormats: 'ignore' });
  ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
  const validate = ajv.compile(schema);

  it.each([
    ['sample', SAMPLE, {}],
    ['everything', SAMPLE, { verbose: true, hasBaseline: true }],
    ['nasty', NASTY, {}],
    ['nothing', { ...SAMPLE, found: [] }, {}],
    ['an internal error', withError(SAMPLE), {}],
  ] as const)('is valid: %s', (_, of, options) => {
    const log = JSON.parse(render('sarif', options, of));
    validate(log);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('the schema finds what is wrong', () => {
    const log = JSON.parse(render('sarif'));
    log.runs[0].results[0].level = 'fatal';
    expect(validate(log)).toBe(false);
  });

  it('says where in the file the bytes are', () => {
    const { runs } = JSON.parse(render('sarif'));
    const dup = SAMPLE.found.find(({ finding }) => finding.rule === 'publish-dup-qos-0')!.finding;
    const result = runs[0].results.find((one: { ruleId: string }) => one.ruleId === 'publish-dup-qos-0');
    const { region, artifactLocation } = result.locations[0].physicalLocation;
    expect(region).toEqual({ startLine: 1, byteOffset: dup.frame.offset! + dup.place!.at, byteLength: 1 });
    expect(artifactLocation).toEqual({ uri: 'captures/cellar%207.pcap', index: 0 });
    expect(result.partialFingerprints).toEqual({ 'mqttDissect/v1': dup.fingerprint });
    expect(runs[0].tool.driver.rules[result.ruleIndex].id).toBe('publish-dup-qos-0');
  });

  it('says how many of them, where the rest is elsewhere', () => {
    const [first] = SAMPLE.found;
    const place = { at: 5, length: 9, offset: 77, standing: 3 };
    const found = [{ ...first!, finding: { ...first!.finding, place } }];
    const { runs } = JSON.parse(render('sarif', {}, { ...SAMPLE, found }));
    const { region } = runs[0].results[0].locations[0].physicalLocation;
    expect(region).toEqual({ startLine: 1, byteOffset: 77, byteLength: 3 });
    expect(JSON.parse(render('ndjson', {}, { ...SAMPLE, found }))).toMatchObject({ fileOffset: 77, fileLength: 3 });
  });

  it.each([
    ['/tmp/a b.pcap', 'file:///tmp/a%20b.pcap'],
    ['C:\\captures\\a.pcap', 'file:///C:/captures/a.pcap'],
    ['standard input', 'standard%20input'],
  ])('names %s', (name, uri) => {
    const source = { ...SOURCE, name };
    const found = SAMPLE.found.map((one) => ({ ...one, source }));
    const { runs } = JSON.parse(render('sarif', {}, { found, judgement: { ...SAMPLE.judgement, sources: [source] } }));
    expect(runs[0].artifacts[0].location.uri).toBe(uri);
    expect(runs[0].results[0].locations[0].physicalLocation.artifactLocation).toEqual({ uri, index: 0 });
  });
});

describe('junit', () => {
  // The schema of Ant's junitreport, the strictest in use: in the tests of a package that writes such files.
  const tests = readFileSync(
    require.resolve('junit-xml/package.json').replace('package.json', 'src/index.test.ts'),
    'utf8',
  );
  const schema = /antJunitSchema = '(.*)';/.exec(tests)![1]!.replace(/\\'/g, "'");
  const errorsOf = async (contents: string) =>
    (await validateXML({ xml: { fileName: 'a.xml', contents }, schema })).errors.map(({ message }) => message);

  it.each([
    ['sample', SAMPLE, {}],
    ['should', SAMPLE, { failOn: 'should' }],
    ['nasty', NASTY, { failOn: 'should' }],
    ['nothing', { found: [], judgement: { ...SAMPLE.judgement, coverage: [] } }, {}],
    ['an internal error', withError(SAMPLE), {}],
  ] as const)('is valid: %s', async (_, of, options) => {
    expect(await errorsOf(render('junit', options, of))).toEqual([]);
  });

  it('the schema finds what is wrong', async () => {
    expect(await errorsOf(render('junit').replace(' hostname="localhost"', ''))).not.toEqual([]);
  });

  it.each([
    ['must', 3],
    ['should', 4],
    ['never', 3],
  ] as const)('--fail-on %s: %i failures', (failOn, count) => {
    const text = render('junit', { failOn });
    expect(text.match(/<failure/g)).toHaveLength(count);
    const counted = [...text.matchAll(/ failures="(\d+)"/g)].reduce((sum, [, number]) => sum + Number(number), 0);
    expect(counted).toBe(count);
    const tests = [...text.matchAll(/ tests="(\d+)"/g)].reduce((sum, [, number]) => sum + Number(number), 0);
    expect(text.match(/<testcase/g)).toHaveLength(tests);
  });
});

describe('tap', () => {
  it.each([
    ['sample', SAMPLE],
    ['nasty', NASTY],
  ])('counts its points: %s', (_, of) => {
    const lines = render('tap', {}, of).trimEnd().split('\n');
    const points = lines.filter((line) => /^(not )?ok \d+ - /.test(line));
    expect(lines[0]).toBe('TAP version 14');
    expect(lines[1]).toBe(`1..${points.length}`);
    expect(points.map((line) => Number(/\d+/.exec(line)![0]))).toEqual(points.map((_line, index) => index + 1));
    expect(lines.filter((line) => line === '  ---')).toHaveLength(lines.filter((line) => line === '  ...').length);
  });
});

describe('json', () => {
  it('is one object of four parts', () => {
    const { findings, connections, coverage, summary, ...more } = JSON.parse(render('json'));
    expect(more).toEqual({});
    expect(findings).toEqual(JSON.parse(`[${render('ndjson').trimEnd().split('\n').join(',')}]`));
    expect(connections.map((one: { connection: number }) => one.connection)).toEqual([0, 1]);
    expect(coverage.map((one: { version: string }) => one.version)).toEqual(['3.1.1', '5.0']);
    expect(summary.findings).toEqual(SAMPLE.judgement.counts);
  });
});

describe('memory', () => {
  it.each(JUDGEMENT_FORMATS.map(({ name }) => name))('%s keeps a bounded number of findings', (name) => {
    const renderer = JUDGEMENT_FORMATS.find((one) => one.name === name)!.create({ ...OPTIONS, rules: RULES });
    renderer.begin();
    const [first] = SAMPLE.found;
    for (let i = 0; i < MOST_KEPT + 500; i++) renderer.found(first!);
    const length = renderer.end(SAMPLE.judgement).length;
    renderer.found(first!);
    expect(renderer.end(SAMPLE.judgement).length).toBeLessThanOrEqual(length + 2);
  });
});

describe('more than is kept', () => {
  it.each([
    ['junit', /<failure message="must, client: DUP/],
    ['tap', /^not ok \d+ - 5\.0:MQTT-3\.3\.1-2/m],
  ])('%s passes nothing that failed', (name, failure) => {
    const dup = SAMPLE.found.find(({ finding }) => finding.rule === 'publish-dup-qos-0' && finding.version === '5.0')!;
    const other = SAMPLE.found.find(({ finding }) => finding.rule !== dup.finding.rule)!;
    const found = [...Array.from({ length: MOST_KEPT + 2 }, () => other), dup];
    const text = render(name, {}, { ...SAMPLE, found });
    expect(text).toMatch(failure);
    expect(text).toContain('2 more findings are not listed');
  });
});

describe('markdown', () => {
  it('with -v tells of every connection', () => {
    const told = (verbose: boolean) => render('markdown', { verbose }).match(/^- no\. \d/gm);
    expect(told(true)).toHaveLength(SAMPLE.judgement.connections.length);
    expect(told(false)!.length).toBeLessThan(SAMPLE.judgement.connections.length + 1);
  });
});

function withError(of: Sample): Sample {
  const errors = [{ rule: 'publish-dup-qos-0', frame: 3, message: 'x is not a function' }];
  return { ...of, judgement: { ...of.judgement, errors } };
}
