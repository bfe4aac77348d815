// SARIF 2.1.0: one run, a rule per rule of ours that found something, a result per finding. A region is the bytes in the
// capture file where they are known; it has a line as well, since GitHub shows nothing without one and a capture has
// only the first.

import type { Finding } from '../../validate/finding.js';
import { bytesText, framesText, messageText, packetText } from '../finding-text.js';
import { plainJson } from '../json-value.js';
import type { Source } from '../renderer.js';
import {
  type Found,
  type Judgement,
  type JudgementOptions,
  type JudgementRenderer,
  type Kept,
  writtenAtEnd,
} from './judgement.js';
import { internalErrorText } from './plain.js';
import { reportingDescriptor, SARIF_LEVELS } from './sarif-rules.js';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

export function createSarif(options: JudgementOptions): JudgementRenderer {
  return writtenAtEnd((judgement, kept) => `${plainJson(log(kept, judgement, options))}\n`);
}

function log(kept: Kept, judgement: Judgement, options: JudgementOptions): object {
  const names = new Set(kept.all.map(({ finding }) => finding.rule));
  const rules = options.rules.filter(({ name }) => names.has(name));
  const ruleIndex = new Map(rules.map(({ name }, index) => [name, index]));
  const artifactIndex = new Map(judgement.sources.map(({ name }, index) => [name, index]));
  const { errors, coverage, counts } = judgement;
  const run = {
    tool: {
      driver: {
        name: 'mqtt-dissect',
        semanticVersion: options.toolVersion,
        informationUri: 'https://www.npmjs.com/package/mqtt-dissect',
        rules: rules.map(reportingDescriptor),
      },
    },
    artifacts: judgement.sources.map(({ name }) => ({ location: { uri: uriOf(name) } })),
    invocations: [
      {
        executionSuccessful: errors.length === 0,
        toolExecutionNotifications: errors.map((error) => ({
          level: 'error',
          message: { text: internalErrorText(error) },
        })),
      },
    ],
    columnKind: 'utf16CodeUnits',
    results: kept.all.map((found) => resultOf(found, ruleIndex, artifactIndex, options)),
    properties: {
      findings: counts,
      notListed: kept.more,
      coverage: coverage.map(({ version, exercised, judged }) => ({ version, exercised, judged })),
    },
  };
  return { $schema: SCHEMA, version: '2.1.0', runs: [run] };
}

function resultOf(
  found: Found,
  ruleIndex: ReadonlyMap<string, number>,
  artifactIndex: ReadonlyMap<string, number>,
  options: JudgementOptions,
): object {
  const { finding, source, isKnown } = found;
  const { rule, level, verdict, fingerprint } = finding;
  const isSure = verdict === 'violation';
  return {
    ruleId: rule,
    ruleIndex: ruleIndex.get(rule)!,
    // A level other than none goes with a failure only.
    kind: isSure ? 'fail' : 'open',
    level: isSure ? SARIF_LEVELS[level] : 'none',
    message: { text: resultText(finding) },
    locations: [locationOf(finding, source, artifactIndex)],
    partialFingerprints: { 'mqttDissect/v1': fingerprint },
    ...(options.hasBaseline ? { baselineState: isKnown ? 'unchanged' : 'new' } : {}),
    properties: propertiesOf(finding),
  };
}

function resultText(finding: Finding): string {
  const { frame, party, hint } = finding;
  const where = [packetText(frame), framesText(frame.captureFrames), bytesText(finding)].filter((one) => one !== '');
  return `The ${party}: ${messageText(finding)} (${where.join(', ')}).${hint === undefined ? '' : ` To do: ${hint}.`}`;
}

function locationOf({ frame, place }: Finding, { name }: Source, artifactIndex: ReadonlyMap<string, number>): object {
  const { offset, length, standing } = place ?? frame;
  const bytes =
    offset === undefined || frame.number === 0 ? {} : { byteOffset: offset, byteLength: standing ?? length };
  const index = artifactIndex.get(name);
  const artifactLocation = { uri: uriOf(name), ...(index === undefined ? {} : { index }) };
  const logical =
    place?.path === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: place.path, kind: 'member' }] };
  return { physicalLocation: { artifactLocation, region: { startLine: 1, ...bytes } }, ...logical };
}

function propertiesOf({
  frame,
  place,
  statement,
  also,
  section,
  party,
  version,
  connection,
  reason,
  due,
}: Finding): object {
  const { number, captureFrames } = frame;
  const { id, client, server, clientId } = connection;
  return {
    ...{ statement, also, section, party, version, reason, due },
    ...(number > 0 ? { frame: number } : {}),
    captureFrames: captureFrames.filter((one) => one > 0),
    ...(place === undefined ? {} : { place }),
    connection: { id, client, server, clientId },
  };
}

/** A path as a URI reference: relative where it was given so. */
function uriOf(name: string): string {
  const path = name.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  if (/^[A-Za-z]%3A\//.test(path)) return `file:///${path.replace('%3A', ':')}`;
  return path.startsWith('/') ? `file://${path}` : path;
}
