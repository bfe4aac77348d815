// Workflow commands of GitHub Actions: an annotation per violation, and a step summary in Markdown. What the baseline has
// is not annotated, nor is what is not sure.

import type { Level } from '../../validate/finding.js';
import { statementText } from '../finding-text.js';
import type { Found, JudgementOptions, JudgementRenderer } from './judgement.js';
import { createMarkdown } from './markdown.js';
import { faultText, whereText } from './plain.js';

const COMMANDS: Readonly<Record<Level, string>> = { must: 'error', should: 'warning', note: 'notice' };

export function createGithub(options: JudgementOptions): JudgementRenderer {
  const markdown = createMarkdown(options);
  return {
    begin: () => '',
    found(found) {
      markdown.found(found);
      const { verdict } = found.finding;
      return options.quiet || found.isKnown || verdict === 'inconclusive' ? '' : annotation(found);
    },
    flush: () => '',
    end: () => '',
    stepSummary: (judgement) => markdown.end(judgement),
  };
}

function annotation(found: Found): string {
  const { finding, source } = found;
  const title = `${statementText(finding)} (${finding.party})`;
  const hint = finding.hint === undefined ? '' : `\n${finding.hint}`;
  const text = `${faultText(found)}\n${whereText(found)}${hint}`;
  return `::${COMMANDS[finding.level]} file=${property(source.name)},title=${property(title)}::${data(text)}\n`;
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
