// The closing line, and what it says when there was no MQTT.

import { expect, it } from 'vitest';
import { summaryText } from '../../src/report/summary.js';
import { SUMMARY } from './items.js';

const NOTHING = {
  ...SUMMARY,
  packets: 0,
  byType: {},
  byVersion: {},
  connections: 0,
  problems: 0,
  events: {},
  skipped: [],
};

it.each([
  [
    '123 MQTT packets in 4 connections (3.1.1: 2, 5.0: 2), 1,000 capture frames; skipped: 12 ARP, 3 UDP; 2 problems; 1 gap',
    SUMMARY,
  ],
  [
    '1 MQTT packet in 1 connection (3.1: 1), 1 capture frame; 1 problem; 2 gaps; 3 lost syncs; 1 incomplete packet; 1 overlap conflict',
    {
      ...SUMMARY,
      packets: 1,
      connections: 1,
      captureFrames: 1,
      byVersion: { '3.1': 1, '5.0': 0 },
      skipped: [],
      problems: 1,
      events: { gap: 2, 'lost-sync': 3, incomplete: 1, 'overlap-conflict': 1 },
    },
  ],
  [
    'no MQTT packets, 1,000 capture frames; skipped: 7 LINKTYPE 195, 2 cut off in IPv4, 1 malformed (TCP data offset)\nThere were no TCP connections.',
    {
      ...NOTHING,
      skipped: [
        { reason: 'unknown-link', what: 'LINKTYPE 195', count: 7 },
        { reason: 'cut', what: 'IPv4', count: 2 },
        { reason: 'malformed', what: 'TCP data offset', count: 1 },
      ],
    },
  ],
  [
    'no MQTT packets, 1,000 capture frames\n3 TCP connections without MQTT, to port 0 (2), 1337 (1). If one of them is MQTT nevertheless, name it: --port 1337',
    {
      ...NOTHING,
      otherConnections: 3,
      otherPorts: [
        { port: 0, count: 2 },
        { port: 1337, count: 1 },
      ],
    },
  ],
  ['no MQTT packets, 1,000 capture frames; 1 TLS connection without data', { ...NOTHING, emptyTls: 1 }],
  [
    'no MQTT packets, 1,000 capture frames; 2 connections encrypted (TLS, see --keylog); 3 TLS connections without data',
    { ...NOTHING, encrypted: 2, emptyTls: 3 },
  ],
  ['no MQTT packets', { ...NOTHING, captureFrames: 0 }],
])('%s', (expected, summary) => {
  expect(summaryText(summary)).toBe(expected);
});

it('has no advice where the proxy has read everything that passed', () => {
  const summary = { ...NOTHING, otherConnections: 4, otherPorts: [{ port: 1884, count: 4 }] };
  expect(summaryText({ ...summary, isProxied: true })).not.toContain('--port');
  expect(summaryText(summary)).toContain('--port 1884');
});
