// Which packet of a recording a finding stands with.

import { describe, expect, it } from 'vitest';
import { FindingComments } from '../../../src/io/recording/comments.js';
import type { Finding } from '../../../src/validate/finding.js';

const finding = (captureFrames: readonly number[], message: string, verdict: Finding['verdict'] = 'violation') =>
  ({
    ...{ verdict, message, party: 'client', level: 'must', version: '5.0', section: '3.8.1' },
    ...(message === 'numbered' ? { statement: '5.0:MQTT-3.8.1-1' } : {}),
    frame: { number: captureFrames.length > 0 ? 7 : 0, type: 'SUBSCRIBE', captureFrames },
  }) as unknown as Finding;

describe('FindingComments', () => {
  it('stand with the packet that they are about', () => {
    const comments = new FindingComments();
    comments.add(finding([3, 4], 'numbered'));
    comments.add(finding([4], 'second'));
    expect([3, 4, 5].map((number) => comments.of(number))).toEqual([
      [],
      ['client, must (5.0:MQTT-3.8.1-1): numbered', 'client, must (5.0 §3.8.1): second'],
      [],
    ]);
  });

  it('stand with the next packet when theirs is written already, and name their own', () => {
    const comments = new FindingComments();
    comments.of(4);
    comments.add(finding([4], 'late'));
    comments.add(finding([], 'of the connection'));
    expect(comments.of(5)).toEqual([
      'client, must (5.0 §3.8.1): packet #7 (SUBSCRIBE, frame 4): late',
      'client, must (5.0 §3.8.1): of the connection',
    ]);
    expect(comments.of(6)).toEqual([]);
  });

  it('are left for the end when no packet follows', () => {
    const comments = new FindingComments();
    comments.of(4);
    comments.add(finding([4], 'late'));
    comments.add(finding([9], 'never written'));
    expect(comments.rest()).toHaveLength(2);
    expect(comments.rest()).toEqual([]);
  });

  it('are violations only, and not without end', () => {
    const comments = new FindingComments();
    comments.add(finding([1], 'maybe', 'inconclusive'));
    expect(comments.of(1)).toEqual([]);
    for (let i = 0; i < 1000; i++) comments.add(finding([2], 'again'));
    expect(comments.of(2)).toHaveLength(64);
  });
});
