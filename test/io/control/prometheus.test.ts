// The text format of Prometheus, read back by a reader that takes nothing but what its documentation allows.
// https://prometheus.io/docs/instrumenting/exposition_formats/

import { describe, expect, it } from 'vitest';
import { prometheusText } from '../../../src/io/control/prometheus.js';
import type { Metric } from '../../../src/io/control/proxy-control.js';
import { Random } from '../../support/random.js';
import { METRICS } from './fake-control.js';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]Inf)$/;

/** "Lines must be separated by a line feed. The last line must end with a line feed." */
function read(text: string): Family[] {
  expect(text).toMatch(/\n$/);
  const families: Family[] = [];
  const lines = text.slice(0, -1).split('\n');
  for (let at = 0; at < lines.length; ) {
    const [, name, help] = matched(lines[at++]!, `^# HELP (${NAME}) (.*)$`);
    const [, typed, type] = matched(lines[at++]!, `^# TYPE (${NAME}) (counter|gauge)$`);
    expect(typed).toBe(name);
    // "There must be only one group of a name."
    expect(families.map((family) => family.name)).not.toContain(name);
    const samples: Family['samples'][number][] = [];
    for (; at < lines.length && !lines[at]!.startsWith('#'); at++) {
      const [, sampled, , inside = '', number] = matched(lines[at]!, `^(${NAME})(\\{(.*)\\})? (\\S+)$`);
      expect(sampled).toBe(name);
      expect(number).toMatch(NUMBER);
      samples.push({ labels: readLabels(inside), value: Number(number!.replace('Inf', 'Infinity')) });
    }
    families.push({ name: name!, help: unescaped(help!), type: type!, samples });
  }
  return families;
}

function matched(line: string, pattern: string): RegExpExecArray {
  const match = new RegExp(pattern, 's').exec(line);
  expect(match, line).not.toBeNull();
  return match!;
}

function readLabels(inside: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = inside; rest !== ''; ) {
    const match = LABEL.exec(rest);
    expect(match, rest).not.toBeNull();
    const [all, name, value] = match!;
    expect(labels).not.toHaveProperty(name!);
    labels[name!] = unescaped(value!);
    rest = rest.slice(all.length);
  }
  return labels;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character) => (character === 'n' ? '\n' : character));
}

function expected(metrics: readonly Metric[]): Family[] {
  return metrics.map(({ name, help, type, value }) => ({
    name: `mqtt_dissect_proxy_${name}`,
    help,
    type,
    samples: typeof value === 'number' ? [{ labels: {}, value }] : [...value],
  }));
}

it('is as the format has it', () => {
  const some = METRICS.filter(({ name }) => /^(connections|connections_total|bytes_total)$/.test(name));
  expect(prometheusText(some)).toBe(`\
# HELP mqtt_dissect_proxy_connections Connections that are open.
# TYPE mqtt_dissect_proxy_connections gauge
mqtt_dissect_proxy_connections 2
# HELP mqtt_dissect_proxy_connections_total Clients that connected.
# TYPE mqtt_dissect_proxy_connections_total counter
mqtt_dissect_proxy_connections_total 5
# HELP mqtt_dissect_proxy_bytes_total Bytes of MQTT by who sent them.
# TYPE mqtt_dissect_proxy_bytes_total counter
mqtt_dissect_proxy_bytes_total{from="client"} 120
mqtt_dissect_proxy_bytes_total{from="server"} 44
`);
});

describe('it is read back', () => {
  it('with several labels and characters that have to be escaped', () => {
    const labels = { route: 'tcp://:1884 "→" \\tls\n', from: 'client' };
    const metrics: Metric[] = [
      { name: 'a_total', type: 'counter', help: 'Back \\ slash,\nline and "quotes".', value: [{ labels, value: 1 }] },
      { name: 'none_bytes', type: 'gauge', help: '', value: [] },
    ];
    expect(prometheusText(metrics)).toContain(
      '{route="tcp://:1884 \\"→\\" \\\\tls\\n",from="client"} 1\n# HELP mqtt_dissect_proxy_none_bytes \n',
    );
    expect(read(prometheusText(metrics))).toEqual(expected(metrics));
  });

  it.each([0, -1, 0.1, 1e21, 5e-324, 2 ** 53, Number.NaN, Infinity, -Infinity])('with the number %d', (value) => {
    const metrics: Metric[] = [{ name: 'a', type: 'gauge', help: 'A.', value }];
    expect(read(prometheusText(metrics))).toEqual(expected(metrics));
  });

  it('with whatever labels hold', () => {
    const random = new Random(1);
    const text = () =>
      Array.from({ length: random.below(8) }, () =>
        random.pick(['\\', '"', '\n', '{', '}', ',', '=', 'n', 'ü', ' ']),
      ).join('');
    for (let round = 0; round < 500; round++) {
      const samples = Array.from({ length: random.below(4) }, () => ({
        labels: { a: text(), b: text() },
        value: random.u32(),
      }));
      const metrics: Metric[] = [
        { name: 'a_total', type: 'counter', help: text(), value: samples },
        { name: 'b', type: 'gauge', help: text(), value: random.u32() },
      ];
      expect(read(prometheusText(metrics))).toEqual(expected(metrics));
    }
  });
});
