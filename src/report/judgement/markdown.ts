// Markdown, for a step summary or a merge request: counts, findings, connections of which something is to be said, and how
// much of the specification was exercised.

import { bytesText, framesText, messageText, packetText, statementText } from '../finding-text.js';
import { count } from '../preview.js';
import { escapeText } from '../terminal.js';
import { closingLines, connectionLines, connectionName, countsText, isRemarkable } from './closing.js';
import type { VersionCoverage } from './exercised.js';
import { type Found, type Judgement, type JudgementOptions, type JudgementRenderer, Kept } from './judgement.js';

const MOST_ROWS = 100;

export function createMarkdown(options: JudgementOptions): JudgementRenderer {
  const kept = new Kept();
  const { nameSources, inconclusive, verbose, quiet } = options;
  return {
    begin: () => '',
    found(found) {
      const isShown = found.finding.verdict === 'violation' || inconclusive || verbose;
      if (!quiet && isShown && !found.isKnown) kept.add(found);
      return '';
    },
    flush: () => '',
    end(judgement) {
      const parts = [
        `## MQTT conformance: ${countsText(judgement.counts)}`,
        closingLines(judgement)
          .map((line) => markdownText(line.replace(/\n/g, ' ')))
          .join('\n\n'),
        ...findings(kept, nameSources),
        ...(quiet ? [] : connections(judgement, verbose)),
        ...coverage(judgement.coverage),
      ];
      return `${parts.join('\n\n')}\n`;
    },
  };
}

function findings({ all, more }: Kept, nameSources: boolean): readonly string[] {
  if (all.length === 0) return [];
  const rows = all.slice(0, MOST_ROWS).map((found) => row(found, nameSources));
  const beyond = all.length - rows.length + more;
  const head = '| level | who | statement | finding | where |\n|---|---|---|---|---|';
  const table = [head, ...rows].join('\n');
  return ['### Findings', table, ...(beyond > 0 ? [`… and ${count(beyond)} more.`] : [])];
}

function row({ finding, source }: Found, nameSources: boolean): string {
  const { level, verdict, party, frame, place, hint, connection } = finding;
  const where = [
    ...(nameSources ? [escapeText(source.name)] : []),
    ...(connection.clientId ? [`client "${escapeText(connection.clientId)}"`] : [connection.client]),
    packetText(frame),
    framesText(frame.captureFrames),
    `${bytesText(finding)}${place?.path === undefined ? '' : ` (${place.path})`}`,
  ];
  const message = `${messageText(finding)}${hint === undefined ? '' : `. To do: ${hint}`}`;
  const cells = [
    verdict === 'violation' ? `**${level}**` : `${level}, not sure`,
    party,
    statementText(finding),
    markdownText(message),
    markdownText(where.filter((part) => part !== '').join(', ')),
  ];
  return `| ${cells.join(' | ')} |`;
}

function connections({ connections: all, moreConnections }: Judgement, verbose: boolean): readonly string[] {
  const wanted = verbose ? all : all.filter(isRemarkable);
  const shown = wanted.slice(0, MOST_ROWS);
  const beyond = wanted.length - shown.length + (verbose ? moreConnections : 0);
  if (shown.length === 0) return [];
  const lines = shown.map((one) => {
    const what = connectionLines(one).map((line) => `  - ${markdownText(line)}`);
    return [`- ${markdownText(connectionName(one))}`, ...what].join('\n');
  });
  return ['### Connections', lines.join('\n'), ...(beyond > 0 ? [`… and ${count(beyond)} more.`] : [])];
}

function coverage(versions: readonly VersionCoverage[]): readonly string[] {
  if (versions.length === 0) return [];
  const rows = versions.map(({ version, exercised, judged, statements }) => {
    const counted = statements.filter(({ isNumbered }) => isNumbered || version === '3.1');
    const broken = counted.filter(({ violated }) => violated > 0).length;
    return `| ${version} | ${exercised} | ${judged} | ${broken} |`;
  });
  const head = '| MQTT | statements exercised | that a capture can judge | broken |\n|---|---:|---:|---:|';
  return ['### Coverage', [head, ...rows].join('\n')];
}

/** Values from the network make no markup and call nobody, and a number behind # is no link to an issue. */
function markdownText(text: string): string {
  return text
    .replace(/(^|\bpacket )#(?=\d)/g, '$1no. ')
    .replace(/[\\`*_[\]<>&|#~@]/g, (character) => ENTITIES[character] ?? `\\${character}`)
    .replace(/\\#(?=\d)/g, '\\#<!-- -->')
    .replace(/\s+/g, ' ');
}

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '@': '@<!-- -->' };
