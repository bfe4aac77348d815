// Findings, connections and coverage as JSON. A finding has the keys that it has under a packet of `dissect`, and says
// which packet of which connection it is about.

import type { JudgedConnection } from '../../validate/report.js';
import { findingMembers } from '../finding-json.js';
import { plainJson, stringJson } from '../json-value.js';
import { isoClock } from '../time.js';
import type { Exercised, VersionCoverage } from './exercised.js';
import type { Found, Judgement, JudgementOptions } from './judgement.js';

export function createFindingJson(options: JudgementOptions): (found: Found) => string {
  let epoch: bigint | undefined = 0n;
  let iso = isoClock(epoch);
  return ({ finding, source, isKnown }) => {
    if (source.epoch !== epoch) {
      epoch = source.epoch;
      iso = isoClock(epoch);
    }
    const { frame, connection, version } = finding;
    const { number, type, captureFrames, time, direction, offset } = frame;
    let text = number > 0 ? `{"frame":${number},` : '{';
    if (options.nameSources) text += `"file":${stringJson(source.name)},`;
    text += `"captureFrames":[${captureFrames.filter((one) => one > 0).join(',')}],"time":"${iso(time)}",`;
    text += `"type":"${type}","direction":"${direction}","version":"${version}",`;
    text += `"connection":${connection.id},"client":${stringJson(connection.client)},`;
    text += `"server":${stringJson(connection.server)},`;
    if (connection.clientId !== undefined) text += `"clientId":${stringJson(connection.clientId)},`;
    if (offset !== undefined) text += `"offset":${offset},`;
    if (options.hasBaseline) text += `"known":${isKnown},`;
    return `${text}${findingMembers(finding)}}`;
  };
}

export function connectionJson(judged: JudgedConnection): string {
  const { connection, packets, held, violated, inconclusive, statements, unjudged, ending } = judged;
  const { id, client, server, transport, version, clientId } = connection;
  const { frame, ...end } = ending;
  // As a finding tells the packet that it is about.
  const reason = frame === undefined || frame.number === 0 ? {} : { frame: frame.number };
  const captureFrames = frame?.captureFrames.filter((one) => one > 0);
  return plainJson({
    ...{ connection: id, client, server, transport, version, clientId },
    packets: { client: packets[0], server: packets[1] },
    rules: { held, violated, inconclusive },
    statements,
    ...{ unjudged, ending: { ...end, ...reason, captureFrames } },
  });
}

export function coverageJson({ version, exercised, judged, statements }: VersionCoverage): string {
  const list = statements.map(statementJson).join(',\n');
  return `{"version":"${version}","exercised":${exercised},"judged":${judged},"statements":[\n${list}\n]}`;
}

function statementJson({ version, id, isNumbered, section, level, rules, ...counts }: Exercised): string {
  const statement = isNumbered ? `${version}:${id}` : undefined;
  const { held, violated, inconclusive } = counts;
  return plainJson({ statement, section, level, rules, held, violated, inconclusive });
}

export function summaryJson({ summary, counts, moreConnections, sources, errors }: Judgement): string {
  const inputs = sources.map(({ name }) => name);
  return plainJson({ ...summary, inputs, findings: counts, moreConnections, internalErrors: errors });
}
