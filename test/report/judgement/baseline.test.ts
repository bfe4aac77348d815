// The baseline: what is written is read again, in an order that nothing changes; a broken or newer one is refused.

import { describe, expect, it } from 'vitest';
import { baselineText, readBaseline } from '../../../src/report/judgement/baseline.js';
import { sample } from './sample.js';

const FINDINGS = sample().found.map(({ finding }) => finding);
const TEXT = baselineText(FINDINGS);

describe('baseline', () => {
  it('is JSON, a finding a line', () => {
    expect(TEXT).toMatchSnapshot();
    expect(JSON.parse(TEXT).findings).toHaveLength(new Set(FINDINGS.map(({ fingerprint }) => fingerprint)).size);
  });

  it('is the same in any order, however often', () => {
    expect(baselineText([...FINDINGS, ...FINDINGS].reverse())).toBe(TEXT);
  });

  it('gives back the fingerprints', () => {
    expect(readBaseline(TEXT, 'a.json')).toEqual(new Set(FINDINGS.map(({ fingerprint }) => fingerprint)));
    expect(readBaseline(baselineText([]), 'a.json')).toEqual(new Set());
  });

  it.each([
    ['', 'a.json: not a baseline of mqtt-dissect (not JSON)'],
    ['{"format":', 'a.json: not a baseline of mqtt-dissect (not JSON)'],
    ['[]', 'a.json: not a baseline of mqtt-dissect'],
    ['null', 'a.json: not a baseline of mqtt-dissect'],
    [
      TEXT.replace('"version":1', '"version":2'),
      'a.json: a baseline of version 2, made by a newer mqtt-dissect; this one reads up to 1',
    ],
    [TEXT.replace('"version":1', '"version":"1"'), 'a.json: a broken baseline (no version or findings)'],
    [TEXT.replace('"findings"', '"found"'), 'a.json: a broken baseline (no version or findings)'],
    [TEXT.replace(/"fingerprint"/g, '"print"'), 'a.json: a broken baseline (finding 1 has no fingerprint)'],
  ])('refuses %j', (text, message) => {
    expect(() => readBaseline(text, 'a.json')).toThrow(message);
  });
});
